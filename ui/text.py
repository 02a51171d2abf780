"""Text on its way into a label: Streamlit reads labels as Markdown."""

from __future__ import annotations

import re

# Every character that starts Markdown, a Streamlit directive (:red[…], :material/…:), LaTeX or HTML.
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$:])")


def plain(text: str) -> str:
    """The text so that Markdown shows it as it stands."""
    return SPECIAL.sub(r"\\\1", text).replace("\n", "  \n")

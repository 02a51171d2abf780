"""Text on its way into a label: Streamlit reads labels as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm_core.i18n import Translator

# Every character that starts Markdown, a Streamlit directive (:red[…], :material/…:), LaTeX or HTML.
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$:])")


def plain(text: str) -> str:
    """The text so that Markdown shows it as it stands."""
    return SPECIAL.sub(r"\\\1", text).replace("\n", "  \n")


def joined(t: Translator, parts: Iterable[str]) -> str:
    """The parts as an enumeration: 甲、乙; a, b."""
    return t("app.format.comma").join(parts)

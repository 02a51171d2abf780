"""Text on its way into a label: Streamlit reads labels as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm_core.i18n import Translator

# Every character that starts Markdown, a Streamlit directive (:red[…], :material/…:), LaTeX or HTML.
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-!|<>~$:])")

# Where an address of the web begins: Markdown would make a link of it, escaped or not.
WEB = re.compile(r"(https?://|www(?=\.))", re.IGNORECASE)
WORD_JOINER = "\u2060"  # not seen, and no part of an address


def plain(text: str) -> str:
    """The text so that Markdown shows it as it stands, and makes no link of what a customer typed."""
    return SPECIAL.sub(r"\\\1", WEB.sub(rf"\1{WORD_JOINER}", text)).replace("\n", "  \n")


def plain_title(text: str) -> str:
    """The text for a heading, where an e-mail address is no link either. Show it as text where it is to be copied."""
    return plain(text).replace("@", f"@{WORD_JOINER}")


def joined(t: Translator, parts: Iterable[str]) -> str:
    """The parts as an enumeration: 甲、乙; a, b."""
    return t("app.format.comma").join(parts)

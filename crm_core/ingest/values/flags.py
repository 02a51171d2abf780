"""Yes and no, gender, and what kind of line a line is."""

from __future__ import annotations

import re
from typing import Literal, cast

from crm_core.ingest.values.text import fold, parse_text, unwrap
from crm_core.ingest.values.words import meanings

Gender = Literal["female", "male", "other", "undisclosed"]
LineType = Literal["goods", "gift", "add_on"]

_YES = frozenset(word for word, key in meanings("flag").items() if key == "yes")
_NO = frozenset(word for word, key in meanings("flag").items() if key == "no")
_GENDERS = meanings("gender")
_LINE_TYPES = meanings("line_type")
_NO_DATE = re.compile(r"^0{1,4}[-/]0{1,2}[-/]0{1,2}\b|^0(?:\.0+)?$")
_STANDING = re.compile(r"正常|有效|(?:已)?開立|成立|normal|valid|active|open")
_UNDECIDED = re.compile(
    r"^(?:不(?:一定|確定|知道|清楚|記得)|沒意見|沒有意見|not sure|no idea|don'?t know|maybe|看情況|可能)"
)
_STARTS_NO = re.compile(r"^(?:不|否|沒|未|無|尚未|還沒|從未|從來沒|從沒|拒絕|暫不|no\b|not\b|never\b|n[,.，。 ])")
_STARTS_YES = re.compile(
    r"^(?:是|有|願意|同意|接受|會|可以|好|曾|已|我願意|我同意|我有|當然|yes\b|sure\b|of course\b|y[,.，。 ])"
)


def parse_flag(text: str) -> bool | None:
    """Yes or no, also from an answer such as ``是，推薦過``; ``None`` where neither (``不確定`` is neither)."""
    value = fold(unwrap(text))
    if value in _YES:
        return True
    if value in _NO:
        return False
    if not value or _UNDECIDED.match(value):
        return None
    if _STARTS_NO.match(value):
        return False
    return True if _STARTS_YES.match(value) else None


def parse_cancellation(text: str) -> str | None:
    """A time of cancellation, or what else tells of one; ``None`` for ``否``, ``0``, ``正常``, a date of zeros."""
    value = parse_text(text)
    if value is None or _NO_DATE.match(value) or _STANDING.fullmatch(fold(value)) or parse_flag(value) is False:
        return None
    return value


def parse_gender(text: str) -> Gender | None:
    """``female``, ``male``, ``other`` or ``undisclosed``; ``None`` where unknown (numbers are not guessed)."""
    return cast(Gender | None, _GENDERS.get(fold(unwrap(text))))


def parse_line_type(text: str) -> LineType | None:
    """``goods``, ``gift`` or ``add_on``; ``None`` where the word is not known."""
    return cast(LineType | None, _LINE_TYPES.get(fold(unwrap(text))))

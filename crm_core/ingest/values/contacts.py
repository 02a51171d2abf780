"""What came of a contact and the way it was made: words of call sheets and logs of calls and messages."""

from __future__ import annotations

import re

from crm_core.ingest.values.text import fold, is_placeholder, unwrap
from crm_core.ingest.values.words import meanings

_OUTCOMES = meanings("outcome")
_CHANNELS = meanings("contact_channel")
_WISHES = meanings("outcome_within")
_MARKS = re.compile(r"^[\d.、)(\s]+|[。.!！,，\s]+$")


def parse_outcome(text: str) -> str | None:
    """What came of a contact, as a key of ``CONTACT_OUTCOMES``; a word that is not known stays as it is, folded.

    Whoever is reached and wants no more contact (``有接，請勿再打``) has refused: that wish must not be overlooked.
    """
    value = fold(unwrap(text)).replace("’", "'")
    wish = next((meaning for phrase, meaning in _WISHES.items() if phrase in value), None)
    return _OUTCOMES.get(value) or wish or _meaning(text, _OUTCOMES)


def parse_contact_channel(text: str) -> str | None:
    """The way of a contact, as a key of ``CONTACT_CHANNELS``; a word that is not known stays as it is, folded."""
    return _meaning(text, _CHANNELS)


def _meaning(text: str, known: dict[str, str]) -> str | None:
    """The meaning of the whole text, or of its first part (``未接-語音信箱``); numbering in front says nothing."""
    value = fold(unwrap(text))
    if is_placeholder(value):
        return None
    bare = _MARKS.sub("", value)
    first = re.split(r"[-,，;；:：(（/、]", bare)[0].strip()
    return known.get(value) or known.get(bare) or known.get(first) or value

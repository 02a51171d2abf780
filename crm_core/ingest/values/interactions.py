"""What a person did, whether a case is a complaint, and whether it is closed: words of service and activity files.

The patterns are for texts in lower case and are understood by Python and by the database alike.
"""

from __future__ import annotations

import re

from crm_core.ingest.values.flags import parse_flag
from crm_core.ingest.values.text import fold, is_placeholder, unwrap
from crm_core.ingest.values.words import meanings

COMPLAINT = r"客訴|抱怨|申訴|投訴|不滿|負評|complain|grievance"
NO_COMPLAINT = r"(?:非|不是|無|沒有|沒|未)(?:客訴|抱怨|申訴|投訴|不滿)|\b(?:no|not|non)[ -](?:an? )?complain"
CLOSED = r"結案|已解決|已處理|處理完|已完成|完成|已回覆|已關閉|關閉|close|resolved|solved|done|complete|finished"
NOT_CLOSED = r"未|尚|待|中$|\bnot\b|unresolved|unsolved|incomplete|reopen|to be|pending|in progress"

_ACTIONS = meanings("action")
_LONGEST_FIRST = sorted(_ACTIONS, key=lambda word: (-len(word), word))


def parse_action(text: str) -> str | None:
    """What was done: ``open``, ``click``, ``post`` …; a word that is not known stays as it is, folded."""
    value = fold(unwrap(text))
    if is_placeholder(value):
        return None
    return _ACTIONS.get(value) or next((_ACTIONS[word] for word in _LONGEST_FIRST if _holds(value, word)), value)


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word; Latin words must stand alone (``reopened`` is no ``opened``)."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None


def is_complaint(text: str) -> bool:
    """Whether a topic or kind of case speaks of a complaint (``非客訴`` does not)."""
    value = fold(text)
    return re.search(COMPLAINT, value) is not None and re.search(NO_COMPLAINT, value) is None


def parse_complaint(text: str) -> bool | None:
    """Whether a case is a complaint: yes or no, or a kind of case; ``None`` for a placeholder.

    A kind that speaks of no complaint (``諮詢``, ``question``) is none.
    """
    if is_complaint(text):
        return True
    flag = parse_flag(text)
    return flag if flag is not None or is_placeholder(text) else False

"""Answers on a scale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import normalize

from crm_core.ingest.values.text import fold, unwrap
from crm_core.ingest.values.words import meanings

LOWEST, HIGHEST = 0, 10

# A number, alone or with words but no second number: "9分", "10 - 非常可能", "9/10"; not "7-8", not "90%".
_NUMBER_FIRST = re.compile(r"^([-+]?\d+(?:\.\d+)?)(?:\s*/\s*(?:10|5))?\s*[^\d%]*$")
_NUMBER_LAST = re.compile(r"^[^\d%]*\((\d+)\)$")  # 非常可能 (10)
_STARS = re.compile(r"^(★{1,5})☆{0,4}$")
_LABELS = {label: int(step) for label, step in meanings("satisfaction").items()}


@dataclass(frozen=True)
class NotOnScale:
    """A number was answered, but not a whole one from 0 to 10."""

    value: Decimal


def parse_score(text: str) -> int | NotOnScale | None:
    """A whole number 0–10: ``9``, ``9.0``, ``9分``, ``10 - 非常可能``, ``９``, ``9/10``.

    :class:`NotOnScale` for any other number, ``None`` where there is no number or more than one.
    """
    value = normalize("NFKC", unwrap(text)).strip()
    match = _NUMBER_FIRST.match(value) or _NUMBER_LAST.match(value)
    if match is None:
        return None
    number = Decimal(match[1])
    if number == number.to_integral_value() and LOWEST <= number <= HIGHEST:
        return int(number)
    return NotOnScale(number)


def parse_satisfaction(text: str) -> int | NotOnScale | None:
    """A satisfaction answer: a number as in :func:`parse_score`, stars, or a label (``非常滿意`` is 5 of 5)."""
    score = parse_score(text)
    if score is not None:
        return score
    value = fold(unwrap(text))
    stars = _STARS.match(value)
    return len(stars[1]) if stars else _LABELS.get(value)

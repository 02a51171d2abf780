"""The eight segments and the map from score cells to them. The map itself is data: ``segments.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import product
from typing import cast

Entry = str | list[str]


class Segment(StrEnum):
    """Where a customer stands, from the best to the longest gone; names and rules in words are in the locale files."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    PROMISING = "promising"
    NEW = "new"
    NEEDS_ATTENTION = "needs_attention"
    AT_RISK = "at_risk"
    CANT_LOSE = "cant_lose"
    HIBERNATING = "hibernating"


SEGMENT_KEYS = tuple(segment.value for segment in Segment)


def segment_of(r_score: int, f_score: int, m_score: int, bins: int) -> Segment:
    """The segment of one score cell; scores are 1..bins, ``bins`` is 4 or 5."""
    entry = _rows(bins)[f"recency_{r_score}"][f_score - 1]
    return Segment(entry if isinstance(entry, str) else entry[m_score - 1])


@cache
def segment_map(bins: int) -> tuple[str, ...]:
    """The segments of all cells, in the order of recency, frequency, monetary score (monetary runs fastest)."""
    return tuple(segment_of(r, f, m, bins).value for r, f, m in cells(bins))


def cells(bins: int) -> Iterator[tuple[int, ...]]:
    """Every score cell (recency, frequency, monetary) of that many bins, in the order of :func:`segment_map`."""
    return product(range(1, bins + 1), repeat=3)


@cache
def _rows(bins: int) -> dict[str, list[Entry]]:
    text = resources.files("crm_core.metrics").joinpath("segments.toml").read_text(encoding="utf-8")
    return cast(dict[str, list[Entry]], tomllib.loads(text)["map"][str(bins)])

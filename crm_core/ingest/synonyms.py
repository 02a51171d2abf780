"""Headings → canonical fields, by the words of ``synonyms.toml``."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crm_core.ingest.values import compact_heading
from crm_core.schema import Kind

GIVEN_NAME, FAMILY_NAME, CLOCK_TIME = "given_name", "family_name", "clock_time"


@dataclass(frozen=True, order=True)
class Hit:
    """A heading that is a synonym of a field; ``rank`` 0 is the field's best word, receivers come after all others."""

    rank: int
    heading: str
    is_receiver: bool = False


@cache
def _document() -> dict[str, dict[str, list[str]]]:
    text = resources.files("crm_core.ingest").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def words_as_written(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The headings of every field of a kind as an export writes them, best first, receivers left out."""
    tables = _document()
    return {name: tuple(words) for table in (tables["person"], tables[kind]) for name, words in table.items()}


@cache
def words_of(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The compact headings of every field of a kind, best first, receivers left out."""
    return {name: tuple(map(compact_heading, words)) for name, words in words_as_written(kind).items()}


@cache
def _index(kind: Kind) -> dict[str, list[tuple[str, int, bool]]]:
    """Compact heading → the fields it may serve, each with its rank."""
    index: defaultdict[str, list[tuple[str, int, bool]]] = defaultdict(list)
    for name, words in words_of(kind).items():
        for rank, word in enumerate(words):
            index[word].append((name, rank, False))
    if kind is Kind.ORDERS:
        for name, receivers in _document()["receiver"].items():
            for rank, word in enumerate(receivers, len(words_of(kind)[name])):
                index[compact_heading(word)].append((name, rank, True))
    return dict(index)


def hits(kind: Kind, header: Iterable[str]) -> dict[str, list[Hit]]:
    """For every field of the kind the headings that are its synonyms, best first."""
    index = _index(kind)
    found: defaultdict[str, list[Hit]] = defaultdict(list)
    for heading in header:
        for name, rank, is_receiver in index.get(compact_heading(heading), ()):
            found[name].append(Hit(rank, heading, is_receiver))
    return {name: sorted(listed) for name, listed in found.items()}

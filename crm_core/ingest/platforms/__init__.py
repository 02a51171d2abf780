"""Exports of known platforms, as data: one TOML file each, found by name, so that a new one needs no code.

A file holds ``kind``, optional ``shape``, ``channel`` (name of the channel where no column tells it),
``account_space``, ``subtotal_includes_discount``, ``utc`` (headings whose times are UTC), ``ignored`` (headings that
look like a field and are none), ``complements`` (platform files of other exports that tell the rest of the same
orders), ``has_late_returns`` (true: a return is a row with the number of its sale, perhaps in a later export),
``refuse`` (error code of a file that is no input, however much it looks like one) and ``supposed`` (true: common words
speak for it, so that it is refused only where no person maps it). Tables:

- ``[fingerprint]``: ``headings`` (``at_least`` of them, default 2, must occur), ``required`` (all must), ``one_of``
  (one must), ``without`` (canonical fields that no heading may name: for files known by what they lack) and ``first``
  (the first heading is one of these: a weak sign, for forms).
- ``[columns]``: canonical field = heading or headings; ``[aliases]``: heading = its names in other versions.
- ``[status_words.<field>]``: word = its meaning, where this platform means something of its own by it.
- ``[items]``: how one row tells of several lines: ``headings`` (may end in ``*``), ``item``, ``between``; see
  ``model.PackedItems``.
- ``[derived.<field>]``: what another field says besides: ``from`` (that field), ``pattern`` (a regular expression),
  ``text`` (what becomes of it, with the groups of the pattern).
- ``[instead.<field>]``: a column that stands in on some rows: ``take`` (its heading) where the column ``where`` says
  one of the words ``says``.
- ``[grouped]``: field = heading: rows alike in that heading share what any of them says in the field's first column.

Names and instructions for the owner stand in the locale files, ``formats.<file name>``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from crm_core.ingest import synonyms
from crm_core.ingest.model import PackedItems
from crm_core.ingest.values import compact_heading
from crm_core.schema import Kind, Shape

FEWEST_HITS = 2


@dataclass(frozen=True)
class Fingerprint:
    """Which headings give a platform away: compact ones, and all of them ``as_written``; ``without`` holds fields."""

    headings: frozenset[str]
    required: frozenset[str]
    first: frozenset[str]
    at_least: int
    one_of: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    as_written: tuple[str, ...] = ()

    def hits(self, header: tuple[str, ...]) -> frozenset[str]:
        """The compact headings that decide for this platform; empty where it is not it."""
        present = {compact_heading(heading) for heading in header}
        if self.first:
            opening = compact_heading(header[0]) if header else ""
            return frozenset({opening}) if opening in self.first else frozenset()
        is_match = (
            self.required <= present
            and len(self.headings & present) >= self.at_least
            and (not self.one_of or not self.one_of.isdisjoint(present))
            and self.without.isdisjoint(synonyms.hits(Kind.ORDERS, header) if self.without else ())
        )
        return (self.headings | self.one_of) & present if is_match else frozenset()


@dataclass(frozen=True)
class Derived:
    """What a field says besides its own meaning: ``pattern`` replaced by ``text`` in the texts of ``source``."""

    source: str
    pattern: str
    text: str


@dataclass(frozen=True)
class StandIn:
    """The column ``take`` instead of the field's own where the column ``where`` says one of ``says`` (folded)."""

    take: str
    where: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Platform:
    """What is known of one kind of export of one platform."""

    key: str
    kind: Kind
    fingerprint: Fingerprint
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shape: Shape | None = None
    channel: str | None = None
    account_space: str = "shop"
    subtotal_includes_discount: bool | None = None
    utc: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    refuse: str | None = None
    complements: tuple[str, ...] = ()
    has_late_returns: bool = False
    is_supposed: bool = False
    status_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: PackedItems | None = None
    derived: Mapping[str, Derived] = field(default_factory=dict)
    instead: Mapping[str, StandIn] = field(default_factory=dict)
    grouped: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_weak(self) -> bool:
        """Whether only the first heading speaks for it."""
        return bool(self.fingerprint.first)

    @property
    def leaves_open(self) -> bool:
        """Whether it says nothing of what most columns mean."""
        return self.is_weak or self.is_supposed

    @property
    def rank(self) -> int:
        """How much its fingerprint proves: headings of its own, a form's first heading, or common words."""
        if self.is_weak:
            return 1
        return 0 if self.is_supposed else 2


@cache
def platforms() -> dict[str, Platform]:
    """Every known platform by key, which is its file's name."""
    folder = resources.files("crm_core.ingest").joinpath("platforms")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        key: platform_of(key, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
        if (key := file.name.removesuffix(".toml"))
    }


def platform_of(key: str, document: dict[str, Any]) -> Platform:
    """The platform that a parsed file describes. Raises ``KeyError`` or ``ValueError`` for a file that is wrong."""
    return Platform(
        key=key,
        kind=Kind(document["kind"]),
        fingerprint=_fingerprint(document["fingerprint"]),
        columns={name: _listed(headings) for name, headings in document.get("columns", {}).items()},
        aliases={compact_heading(name): tuple(other) for name, other in document.get("aliases", {}).items()},
        shape=Shape(document["shape"]) if "shape" in document else None,
        channel=document.get("channel"),
        account_space=document.get("account_space", "shop"),
        subtotal_includes_discount=document.get("subtotal_includes_discount"),
        utc=_compacted(document.get("utc", [])),
        ignored=_compacted(document.get("ignored", [])),
        refuse=document.get("refuse"),
        complements=tuple(document.get("complements", ())),
        has_late_returns=document.get("has_late_returns", False),
        is_supposed=document.get("supposed", False),
        status_words=document.get("status_words", {}),
        items=_items(document["items"]) if "items" in document else None,
        derived={name: _derived(rule) for name, rule in document.get("derived", {}).items()},
        instead={name: _stand_in(rule) for name, rule in document.get("instead", {}).items()},
        grouped=document.get("grouped", {}),
    )


def _fingerprint(sign: dict[str, Any]) -> Fingerprint:
    written = [heading for part in ("first", "required", "one_of", "headings") for heading in sign.get(part, [])]
    return Fingerprint(
        headings=_compacted(sign.get("headings", [])),
        required=_compacted(sign.get("required", [])),
        first=_compacted(sign.get("first", [])),
        at_least=sign.get("at_least", FEWEST_HITS),
        one_of=_compacted(sign.get("one_of", [])),
        without=frozenset(sign.get("without", [])),
        as_written=tuple(dict.fromkeys(written)),
    )


def _items(rule: dict[str, Any]) -> PackedItems:
    return PackedItems(_listed(rule["headings"]), rule["item"], rule.get("between"))


def _derived(rule: dict[str, str]) -> Derived:
    return Derived(rule["from"], rule["pattern"], rule["text"])


def _stand_in(rule: dict[str, Any]) -> StandIn:
    return StandIn(rule["take"], rule["where"], _listed(rule["says"]))


def _compacted(headings: list[str]) -> frozenset[str]:
    return frozenset(map(compact_heading, headings))


def _listed(headings: str | list[str]) -> tuple[str, ...]:
    return (headings,) if isinstance(headings, str) else tuple(headings)

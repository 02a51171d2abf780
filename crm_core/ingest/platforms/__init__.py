"""Exports of known platforms, as data: one TOML file each, found by name, so that a new one needs no code.

A file holds ``kind``, optional ``shape``, ``channel`` (name of the channel where no column tells it),
``account_space``, ``subtotal_includes_discount``, ``utc`` (headings whose times are UTC) and ``refuse`` (error code of
a file that is no input, however much it looks like one); ``[fingerprint]`` with ``headings`` (``at_least`` of them,
default 2, must occur), ``required`` (all must) and ``first`` (the first heading is one of these: a weak sign, for
forms); ``[columns]`` canonical field = heading or headings; ``[aliases]`` heading = its names in other versions.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from crm_core.ingest.values import compact_heading
from crm_core.schema import Kind, Shape

FEWEST_HITS = 2


@dataclass(frozen=True)
class Fingerprint:
    """Which headings give a platform away; all are compact headings."""

    headings: frozenset[str]
    required: frozenset[str]
    first: frozenset[str]
    at_least: int

    def hits(self, header: tuple[str, ...]) -> frozenset[str]:
        """The compact headings that decide for this platform; empty where it is not it."""
        present = {compact_heading(heading) for heading in header}
        if self.first:
            opening = compact_heading(header[0]) if header else ""
            return frozenset({opening}) if opening in self.first else frozenset()
        found = self.headings & present
        is_match = self.required <= present and len(found) >= self.at_least
        return found if is_match else frozenset()


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
    refuse: str | None = None

    @property
    def is_weak(self) -> bool:
        """Whether only the first heading speaks for it."""
        return bool(self.fingerprint.first)


@cache
def platforms() -> dict[str, Platform]:
    """Every known platform by key, which is its file's name."""
    folder = resources.files("crm_core.ingest").joinpath("platforms")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        key: _platform(key, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
        if (key := file.name.removesuffix(".toml"))
    }


def _platform(key: str, document: dict[str, Any]) -> Platform:
    sign = document["fingerprint"]
    return Platform(
        key=key,
        kind=Kind(document["kind"]),
        fingerprint=Fingerprint(
            _compacted(sign.get("headings", [])),
            _compacted(sign.get("required", [])),
            _compacted(sign.get("first", [])),
            sign.get("at_least", FEWEST_HITS),
        ),
        columns={name: _listed(headings) for name, headings in document.get("columns", {}).items()},
        aliases={compact_heading(name): tuple(other) for name, other in document.get("aliases", {}).items()},
        shape=Shape(document["shape"]) if "shape" in document else None,
        channel=document.get("channel"),
        account_space=document.get("account_space", "shop"),
        subtotal_includes_discount=document.get("subtotal_includes_discount"),
        utc=_compacted(document.get("utc", [])),
        refuse=document.get("refuse"),
    )


def _compacted(headings: list[str]) -> frozenset[str]:
    return frozenset(map(compact_heading, headings))


def _listed(headings: str | list[str]) -> tuple[str, ...]:
    return (headings,) if isinstance(headings, str) else tuple(headings)

"""The word lists of ``words.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _document() -> dict[str, Any]:
    text = resources.files("crm_core.ingest.values").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def word_set(name: str) -> frozenset[str]:
    """One of the plain lists."""
    return frozenset(_document()[name])


def meanings(table: str) -> dict[str, str]:
    """Word → key of one of the tables of lists."""
    return {word: key for key, words in _document()[table].items() for word in words}

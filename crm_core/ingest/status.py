"""What the status words of a file mean for an order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal

from crm_core.ingest.model import GENERIC
from crm_core.ingest.platforms import platforms
from crm_core.ingest.values import fold, is_placeholder, unwrap

Origin = Literal["built_in", "guessed", "unknown"]

STATUS_FIELDS = ("status", "payment_status", "fulfil_status", "return_status")
_SHORTEST_GUESS = 2  # a single character inside a longer word says nothing
_LATIN = re.compile(r"[a-z]")
_SPACED_SLASH = re.compile(r"\s*/\s*")


class Meaning(StrEnum):
    """What a status says about the order."""

    VALID = "valid"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    NEUTRAL = "neutral"


# Where a text holds several known words, the first of these that occurs is what it means.
GRAVITY = (
    Meaning.CANCELLED,
    Meaning.REFUNDED,
    Meaning.PARTIALLY_REFUNDED,
    Meaning.UNPAID,
    Meaning.VALID,
    Meaning.NEUTRAL,
)


def normalise_status(text: str) -> str | None:
    """A status word as it is compared: folded, ``_`` and ``-`` as spaces, no ``wc-``; ``None`` for a placeholder."""
    word = fold(unwrap(text)).removeprefix("wc-")
    if is_placeholder(word) and word != "無":
        return None
    return _SPACED_SLASH.sub("/", " ".join(word.replace("_", " ").replace("-", " ").split())).strip(" .。") or None


@dataclass(frozen=True)
class StatusWords:
    """Known words by field, and what takes a word back: negations in front of it, withdrawals behind it."""

    words: Mapping[str, Mapping[str, Meaning]]
    negations: tuple[str, ...]
    withdrawals: tuple[str, ...]

    def meaning_of(self, field: str, text: str) -> tuple[Meaning, Origin]:
        """What ``text`` means in the column ``field``, and how that is known.

        ``built_in``: the whole word is known. ``guessed``: it contains known words that are not negated. ``unknown``:
        neither; it counts as valid, so that no sale is lost in silence, and is listed for the owner.
        """
        word = normalise_status(text)
        if word is None:
            return Meaning.NEUTRAL, "built_in"
        known = self.words[field]
        if word in known:
            return known[word], "built_in"
        found = self._words_inside(word, known)
        if not found:
            return Meaning.VALID, "unknown"
        return next(meaning for meaning in GRAVITY if meaning in found), "guessed"

    def _words_inside(self, text: str, known: Mapping[str, Meaning]) -> set[Meaning]:
        """The meanings of the known words inside a text, longest first, without overlap; one taken back is valid."""
        found: set[Meaning] = set()
        rest = text
        for word in sorted((w for w in known if len(w) >= _SHORTEST_GUESS), key=len, reverse=True):
            position = _position(word, rest)
            if position is None:
                continue
            before, behind = text[:position], text[position + len(word) :]
            found.add(Meaning.VALID if self._is_taken_back(before, behind, known[word]) else known[word])
            rest = rest[:position] + "\n" * len(word) + rest[position + len(word) :]
        return found

    def _is_taken_back(self, before: str, behind: str, meaning: Meaning) -> bool:
        is_return = meaning in (Meaning.REFUNDED, Meaning.PARTIALLY_REFUNDED)
        return before.rstrip().endswith(self.negations) or (is_return and behind.endswith(self.withdrawals))


def _position(word: str, text: str) -> int | None:
    """Where a word stands in a text; a Latin word must stand alone, a Chinese one need not."""
    if not _LATIN.search(word):
        position = text.find(word)
        return position if position >= 0 else None
    match = re.search(rf"\b{re.escape(word)}\b", text)
    return match.start() if match else None


@cache
def status_words() -> StatusWords:
    """The built-in words of ``status_words.toml``."""
    document = tomllib.loads(
        resources.files("crm_core.ingest").joinpath("status_words.toml").read_text(encoding="utf-8")
    )
    words = {
        field: {_normalised(word): Meaning(meaning) for meaning, listed in document[field].items() for word in listed}
        for field in STATUS_FIELDS
    }
    return StatusWords(words, tuple(document["negations"]), tuple(document["withdrawals"]))


def _normalised(word: str) -> str:
    normalised = normalise_status(word)
    return word if normalised is None else normalised


@cache
def _platform_words(platform: str, field: str) -> Mapping[str, Meaning]:
    known = platforms().get(platform)
    words = known.status_words.get(field, {}) if known else {}
    return {_normalised(word): Meaning(meaning) for word, meaning in words.items()}


def meaning_of(field: str, text: str, platform: str = GENERIC) -> tuple[Meaning, Origin]:
    """What a status text means by the platform's own words, else by the built-in ones.

    See :meth:`StatusWords.meaning_of`.
    """
    own = _platform_words(platform, field).get(normalise_status(text) or "")
    return (own, "built_in") if own is not None else status_words().meaning_of(field, text)

"""What comments speak of: themes with their words, which the owner can change, and finding them in a text.

A comment speaks of a theme where it holds one of the theme's words: case is ignored, a word of Latin letters must
stand alone (``app`` is not in ``happy``), any other may stand anywhere. A comment may speak of several themes, or of
none. The counting is ``sql/views/comment_themes.sql``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from crm_core.db import Cursor
from crm_core.errors import InvalidParams

OTHER = "other"
ANY = "any"  # comments of whatever score
MOST_THEMES, MOST_WORDS, LONGEST = 20, 60, 40
SEPARATORS = re.compile(r"[,，、;；\n\r\t]+")
LATIN = re.compile(r"[ -~]*[a-z0-9][ -~]*")


@dataclass(frozen=True)
class Theme:
    """One theme: the key of a default one or the name that the owner gave, and its words in lower case."""

    key: str
    words: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The regular expression of its words, for texts in lower case."""
        return "|".join(word_pattern(word) for word in sorted(self.words, key=lambda word: (-len(word), word)))


def word_pattern(word: str) -> str:
    """The regular expression that finds a word as the database counts it, in a text in lower case."""
    if not LATIN.fullmatch(word):
        return re.escape(word)
    inner = "[^a-z0-9]+".join(re.findall("[a-z0-9]+", word))
    return f"(?<![a-z0-9]){inner}(?![a-z0-9])"


def themes(cursor: Cursor) -> tuple[Theme, ...]:
    """The shop's themes: the owner's, else the default ones."""
    rows = cursor.execute("select theme, words from shop_comment_themes() order by position").fetchall()
    return tuple(Theme(key, tuple(words)) for key, words in rows)


def are_own(cursor: Cursor) -> bool:
    """Whether the owner has changed anything."""
    return bool(cursor.execute("select exists (from comment_themes)").fetchall()[0][0])


def save_themes(cursor: Cursor, wanted: Sequence[Theme]) -> None:
    """Store the owner's themes. Call it inside ``Database.write``.

    Raises ``InvalidParams`` for none or too many of them, for a name twice or reserved, and for a theme without a word.
    """
    names = [theme.key.lower() for theme in wanted]
    if not 1 <= len(wanted) <= MOST_THEMES or len(set(names)) < len(names) or OTHER in names:
        raise InvalidParams("comment_themes", most=MOST_THEMES)
    for theme in wanted:
        sizes = [len(theme.key), *map(len, theme.words)]
        if not 1 <= len(theme.words) <= MOST_WORDS or not all(1 <= size <= LONGEST for size in sizes):
            raise InvalidParams("comment_theme_words", theme=theme.key, most=MOST_WORDS, longest=LONGEST)
    forget_themes(cursor)
    for position, theme in enumerate(wanted, start=1):
        row = [position, theme.key, list(theme.words)]
        cursor.execute("insert into comment_themes (position, theme, words) values (?, ?, ?)", row)


def forget_themes(cursor: Cursor) -> None:
    """Go back to the default themes. Call it inside ``Database.write``."""
    cursor.execute("delete from comment_themes")


def theme_of(key: str, text: str) -> Theme:
    """A theme as a person writes it: its words separated by commas or on lines of their own; doubles are dropped."""
    words = (normalize("NFKC", part).strip().lower() for part in SEPARATORS.split(text))
    return Theme(normalize("NFKC", key).strip(), tuple(dict.fromkeys(word for word in words if word)))


def marked(text: str, patterns: Iterable[str], opening: str, closing: str) -> str:
    """A text with what the patterns find in it between two signs; found words that overlap are marked as one."""
    spans = sorted(match.span() for pattern in patterns if pattern for match in re.finditer(pattern, text.lower()))
    parts, end = [], 0
    for start, stop in _joined(spans):
        parts += [text[end:start], opening, text[start:stop], closing]
        end = stop
    return "".join([*parts, text[end:]])


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        elif stop > start:
            joined.append((start, stop))
    return joined

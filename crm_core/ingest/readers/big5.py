"""Big5 beyond cp950: the extensions of ETEN and Hong Kong, and characters that people have drawn themselves.

Windows keeps user-defined characters in fixed places (the table of Microsoft's code page 950): each two-byte code has
its own character of Unicode's private use area, so that two such names stay two. Importing this registers the two
error handlers for decoding with ``cp950``: one that fails for bytes that are no character at all, one that shows them.
"""

from __future__ import annotations

import codecs
import re

BIG5_ERRORS = "huike.big5"
SHOWN_BIG5_ERRORS = "huike.big5.shown"
EXTENDED = "big5hkscs"  # has the signs and kana of ETEN too
LOW_TRAILS, HIGH_TRAILS = range(0x40, 0x7F), range(0xA1, 0xFF)
TRAILS = len(LOW_TRAILS) + len(HIGH_TRAILS)
# First lead byte, last lead byte, the private character of the first code with trail byte 0x40.
USER_DEFINED = (
    (0xFA, 0xFE, 0xE000),
    (0x8E, 0xA0, 0xE311),
    (0x81, 0x8D, 0xEEB8),
    (0xC6, 0xC8, 0xF6B1 - len(LOW_TRAILS)),
)
REPLACEMENT = "\ufffd"
SIGN_LEADS = (0xC6, 0xC7)


def _signs() -> dict[int, str]:
    """The signs and kana of two lead bytes: what Python's cp950 makes of a code → what ETEN and the web mean by it.

    Python follows an early table that no system in use has: a ``の`` of a product name came out as another kana.
    """
    codes = [bytes([lead, trail]) for lead in SIGN_LEADS for trail in HIGH_TRAILS]
    codes += [bytes([SIGN_LEADS[1], trail]) for trail in LOW_TRAILS]
    pairs = [(code.decode("cp950", "ignore"), code.decode(EXTENDED, "ignore")) for code in codes]
    return {ord(python): meant for python, meant in pairs if len(python) == 1 and meant}


SIGNS = _signs()
ANY_SIGN = re.compile(f"[{re.escape(''.join(map(chr, SIGNS)))}]")


def with_eten_signs(text: str) -> str:
    """A text decoded with Python's cp950, with the signs and kana that were meant."""
    return text.translate(SIGNS) if ANY_SIGN.search(text) else text


def beyond_cp950(code: bytes) -> str | None:
    """The character of a two-byte code that cp950 does not know; None when it is no code of Big5."""
    try:
        return code.decode(EXTENDED) if len(code) == 2 and code[0] >= 0x81 else None
    except UnicodeDecodeError:
        return _user_defined(code)


def _user_defined(code: bytes) -> str | None:
    """The private character of a user-defined code."""
    lead, trail = code
    if trail in LOW_TRAILS:
        place = trail - LOW_TRAILS.start
    elif trail in HIGH_TRAILS:
        place = len(LOW_TRAILS) + trail - HIGH_TRAILS.start
    else:
        return None
    first = next(((start, base) for start, end, base in USER_DEFINED if start <= lead <= end), None)
    return None if first is None else chr(first[1] + TRAILS * (lead - first[0]) + place)


def _extended(error: UnicodeError) -> tuple[str, int]:
    """For ``errors=``: the character beyond cp950, or the error itself."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    character = beyond_cp950(error.object[error.start : error.start + 2])
    if character is None:
        raise error
    return character, error.start + 2


def _shown(error: UnicodeError) -> tuple[str, int]:
    """For ``errors=``: the character beyond cp950, or U+FFFD for one byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    character = beyond_cp950(error.object[error.start : error.start + 2])
    return (REPLACEMENT, error.start + 1) if character is None else (character, error.start + 2)


codecs.register_error(BIG5_ERRORS, _extended)
codecs.register_error(SHOWN_BIG5_ERRORS, _shown)

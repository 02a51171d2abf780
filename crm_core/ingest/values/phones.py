"""Telephone numbers to E.164, with the leading zero that spreadsheets drop restored."""

from __future__ import annotations

import re
from unicodedata import normalize

import phonenumbers

from crm_core.ingest.values.text import is_masked, is_scientific, unwrap, whole_number

_SEPARATORS = re.compile(r"[\s\-().‐-―]+")
_TW_MOBILE = re.compile(r"(?:\+?886|00\d?886)?0?(9\d{8})", re.ASCII)
_FLOAT_TAIL = re.compile(r"\.0+$")
_SEVERAL = re.compile(r"[/、;,，；|\n]")
_MADE_UP_ENDINGS = frozenset(["12345678", "87654321"])
_SHORTEST = 8
_REPEATED_CODE = re.compile(r"\+(\d{1,3}) \+?(\1.+)", re.ASCII)
_LONGEST = 60  # a longer cell is a sentence


def parse_phone(text: str, country: str = "TW") -> str | None:
    """The number in E.164 (``+886900000001``); of several in one cell the first usable one.

    ``country`` (ISO 3166) is where a number without a country code belongs. ``None``: masked, too short, a placeholder
    such as ``0900000000`` or ``0912345678``, or no telephone number at all.
    """
    value = unwrap(text)
    if not value.isascii():
        value = normalize("NFKC", value)
    if is_scientific(value):
        value = whole_number(value) or ""
    if is_masked(value) or len(value) > _LONGEST:
        return None
    whole = _one_phone(value, country)
    if whole is None and (repeated := _REPEATED_CODE.fullmatch(value)):  # a country code in a column of its own too
        whole = _one_phone(f"+{repeated[2]}", country)
    if whole is not None or not _SEVERAL.search(value):
        return whole
    return next((phone for part in _SEVERAL.split(value) if (phone := _one_phone(part, country))), None)


def is_made_up_phone(text: str) -> bool:
    """Whether the text is a number that only fills the field: ``0900000000``, ``0912345678``."""
    digits = re.sub(r"\D", "", normalize("NFKC", unwrap(text)))
    return len(digits) >= _SHORTEST and _is_made_up(digits)


def _one_phone(text: str, country: str) -> str | None:
    digits = _SEPARATORS.sub("", _FLOAT_TAIL.sub("", text))
    if country == "TW" and (mobile := _TW_MOBILE.fullmatch(digits)):
        return None if _is_made_up(mobile[1]) else f"+886{mobile[1]}"
    return _any_phone(text, digits, country)


def _any_phone(text: str, digits: str, country: str) -> str | None:
    """Through the world's numbering plans; without ``+`` or ``0`` in front a number must be a valid one."""
    try:
        number = phonenumbers.parse(_FLOAT_TAIL.sub("", text), country)
    except phonenumbers.NumberParseException:
        return None
    is_usable = phonenumbers.is_valid_number(number) or (
        digits.startswith(("+", "0")) and phonenumbers.is_possible_number(number)
    )
    if not is_usable or _is_made_up(str(number.national_number)):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_made_up(national: str) -> bool:
    ending = national[-8:]
    return len(set(ending)) == 1 or ending in _MADE_UP_ENDINGS

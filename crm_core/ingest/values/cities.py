"""The county or city of Taiwan that a text names: a city, an address, or an older name of either."""

from __future__ import annotations

import re
from unicodedata import normalize

from crm_core.ingest.values.text import is_placeholder, unwrap
from crm_core.ingest.values.words import meanings

_LONGEST_NAME = 20  # a longer text is an address, or a sentence
_NAMES = meanings("city")
_FULL_NAMES = [name for name in _NAMES if name.endswith(("市", "縣"))]
_ZIP = r"(?:\(?\d{3,6}\)?[\s,-]*)?"
_BEFORE = rf"{_ZIP}(?:中華民國|台灣省?|taiwan|r\.o\.c\.?)?[\s,]*{_ZIP}"
_AT_START = re.compile(rf"^{_BEFORE}(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))})", re.IGNORECASE)
_ANYWHERE = re.compile(rf"(?P<name>{'|'.join(_FULL_NAMES)})")
_LATIN_NAMES = meanings("city_in_latin")
_LATIN = re.compile(rf"\b(?P<name>{'|'.join(_LATIN_NAMES)})\b", re.IGNORECASE)
_NO_CITY = re.compile(r"\d|門市|超商|店$|全家|萊爾富|統一|seven|family ?mart", re.IGNORECASE)


def parse_city(text: str) -> str | None:
    """``新北市`` for ``臺北縣``, ``新北``, ``220 台灣新北市…``: as it is called today, also out of an address.

    A city elsewhere stays as it is written, and so does a short name in Latin letters. ``None``: a placeholder, or an
    address, shop or sentence without a city.
    """
    value = " ".join(normalize("NFKC", unwrap(text)).replace("臺", "台").split())
    if is_placeholder(value):
        return None
    match = _AT_START.match(value) or _ANYWHERE.search(value)
    if match:
        return _NAMES[match["name"]]
    if len(value) <= _LONGEST_NAME and not _NO_CITY.search(value):
        return value
    named = list(_LATIN.finditer(value))  # addresses in English end with the city
    return _LATIN_NAMES[named[-1]["name"].lower()] if named else None

"""The currency that stands beside an amount."""

from __future__ import annotations

import re

from crm_core.ingest.values.text import fold, unwrap

_SIGNS = {
    "nt$": "TWD", "nt": "TWD", "ntd": "TWD", "twd": "TWD", "新台幣": "TWD", "新臺幣": "TWD", "台幣": "TWD",
    "us$": "USD", "usd": "USD", "hk$": "HKD", "hkd": "HKD", "s$": "SGD", "sgd": "SGD", "a$": "AUD", "aud": "AUD",
    "rm": "MYR", "myr": "MYR", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "₩": "KRW", "krw": "KRW",
    "jpy": "JPY", "円": "JPY", "cny": "CNY", "rmb": "CNY",
}  # fmt: skip
_SIGN = re.compile(
    "|".join(rf"(?<![a-z]){re.escape(sign)}(?![a-z])" for sign in sorted(_SIGNS, key=len, reverse=True)), re.ASCII
)


def currency_of_amount(text: str) -> str | None:
    """The currency that the sign or code beside an amount names (``US$12``, ``12 €``); ``None`` where several share it.

    A bare ``$`` or ``¥`` is any of several currencies.
    """
    found = {_SIGNS[sign] for sign in _SIGN.findall(fold(unwrap(text)))}
    return found.pop() if len(found) == 1 else None

"""What the cells of a column look like, told to a person who has to say what the column is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from crm_core.ingest import values

LOOKED_AT = 20
MOSTLY = 0.8
MOBILE_DIGITS = 9


class Look(StrEnum):
    """The look of most cells of a column."""

    EMPTY = "empty"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"


def look_of(cells: Sequence[str | None], country: str = "TW") -> Look:
    """What most of the first filled cells look like; cells as they stand in the file."""
    filled = [cell for cell in cells if cell and not values.is_placeholder(cell)][:LOOKED_AT]
    if not filled:
        return Look.EMPTY
    looks = [_look(cell, country) for cell in filled]
    return next((look for look in Look if looks.count(look) >= MOSTLY * len(looks)), Look.TEXT)


def _look(cell: str, country: str) -> Look:
    if values.parse_email(cell) is not None:
        return Look.EMAIL
    is_amount = values.parse_money(cell) is not None
    digits = sum(character.isdigit() for character in cell)
    if digits >= MOBILE_DIGITS and values.parse_phone(cell, country) is not None:
        return Look.PHONE
    if not is_amount and values.parse_date(cell) is not None:
        return Look.DATE
    return Look.NUMBER if is_amount else Look.TEXT

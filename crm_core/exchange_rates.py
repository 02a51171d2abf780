"""What other currencies are worth in the shop's, by month.

Amounts are stored as files tell them and converted in the marts: another rate changes no stored order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from babel.numbers import is_currency

from crm_core import marts
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.settings import load_settings

PLACES = Decimal("0.00000001")  # DECIMAL(18, 8)
HIGHEST_RATE = Decimal(10) ** 6
LARGEST_AMOUNT = Decimal(10) ** 13  # DECIMAL(18, 4), with room for rounding
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class ExchangeRate:
    """``rate`` units of the shop's currency are one unit of ``currency`` in the month that begins on ``month``."""

    currency: str
    month: date
    rate: Decimal
    order_count: int = 0


def exchange_rates(cursor: Cursor) -> list[ExchangeRate]:
    """Every rate on record, with the number of orders that it converts, by currency and month."""
    return [ExchangeRate(*row) for row in cursor.execute(model("load/exchange_rates")).fetchall()]


def set_rates(cursor: Cursor, rates: Iterable[ExchangeRate]) -> None:
    """Enter or change rates and convert their orders anew. Call it inside ``Database.write``.

    Raises ``InvalidParams``: ``unknown_currency``, ``own_currency`` or ``impossible_rate``.
    """
    own = load_settings(cursor).currency
    _start_changes(cursor)
    for each in rates:
        _check(each, own)
        values = [each.currency, each.month]
        cursor.execute("insert or replace into exchange_rates values (?, ?, ?)", [*values, each.rate.quantize(PLACES)])
        cursor.execute("insert into changed_rates values (?, ?)", values)
    _convert_anew(cursor)


def remove_rate(cursor: Cursor, currency: str, month: date) -> None:
    """Forget a rate, inside ``Database.write``. Raises ``InvalidParams`` (``rate_in_use``) where orders need it."""
    needed = cursor.execute(model("load/rate_needed"), {"currency": currency, "month": month}).fetchone()
    if needed and needed[0]:
        raise InvalidParams("rate_in_use", currency=currency, month=month_text(month), orders=needed[0])
    cursor.execute("delete from exchange_rates where currency = ? and month = ?", [currency, month])


def parse_month(text: str) -> date:
    """The first day of a month written ``2024-03`` or ``2024/3``. Raises ``InvalidParams`` (``impossible_month``)."""
    year, _, month = text.strip().replace("/", "-").partition("-")
    try:
        return date(int(year), int(month), 1)
    except ValueError:
        raise InvalidParams("impossible_month", month=text) from None


def parse_rate(text: str) -> Decimal:
    """A rate as a person writes it. Raises ``InvalidParams`` (``impossible_rate``) for what is no number."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise InvalidParams("impossible_rate", rate=text) from None


def month_text(month: date) -> str:
    """A month as people and files write it: ``2024-03``."""
    return f"{month:%Y-%m}"


def rate_text(rate: Decimal) -> str:
    """A rate without the zeros that say nothing: ``31.5``."""
    return f"{rate.normalize():f}"


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from one to another, both included."""
    numbers = range(first.year * MONTHS_OF_YEAR + first.month - 1, last.year * MONTHS_OF_YEAR + last.month)
    return [date(number // MONTHS_OF_YEAR, number % MONTHS_OF_YEAR + 1, 1) for number in numbers]


def _check(rate: ExchangeRate, own: str) -> None:
    if not is_currency(rate.currency):
        raise InvalidParams("unknown_currency", currency=rate.currency)
    if rate.currency == own:
        raise InvalidParams("own_currency", currency=own)
    if not rate.rate.is_finite() or not PLACES <= rate.rate <= HIGHEST_RATE:
        raise InvalidParams("impossible_rate", rate=str(rate.rate))


def is_storable(amount: Decimal, rate: Decimal) -> bool:
    """Whether an amount, converted, is one that the money columns can hold; a larger one comes of a slip of the pen."""
    return abs(amount * rate) < LARGEST_AMOUNT


def _start_changes(cursor: Cursor) -> None:
    cursor.execute("create or replace temp table changed_rates (currency varchar, month date)")


def _convert_anew(cursor: Cursor) -> None:
    for rate, largest in cursor.execute(model("load/largest_amounts")).fetchall():
        if not is_storable(largest, rate):
            raise InvalidParams("impossible_rate", rate=rate_text(rate))
    cursor.execute(model("load/orders_in_currency"))
    cursor.execute("create or replace temp table touched_imports (import_id integer)")
    marts.refresh(cursor)

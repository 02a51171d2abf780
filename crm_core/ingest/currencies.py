"""Which currency the amounts of an order file are in, and whether the shop can take them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from babel.numbers import is_currency

from crm_core.db import Cursor, model
from crm_core.errors import MappingRefused
from crm_core.exchange_rates import is_storable, month_text, rate_text
from crm_core.ingest import values
from crm_core.ingest.cells import Slot, lookup_path
from crm_core.schema import CellType

_IN_BRACKETS = re.compile(r"[(（\[]\s*([^()（）\[\]]+?)\s*[)）\]]")
MONTHS_NAMED = 12


@dataclass(frozen=True)
class Conversion:
    """Orders of one month that are converted: ``rate`` units of the shop's currency for one of theirs."""

    currency: str
    month: date
    rate: Decimal
    orders: int


def tell_currencies(cursor: Cursor, slots: list[Slot], folder: Path) -> None:
    """Fill ``source_rows.currency`` where no column tells it: from signs in the amounts (``US$12``), else the headings.

    Rows that tell none have the currency of the others, as long as these agree.
    """
    money = [slot for slot in slots if slot.field.cell is CellType.MONEY]
    has_column = any(slot.field.name == "currency" for slot in slots)
    if not has_column and not _tell_by_amounts(cursor, money, folder):
        _tell_by_headings(cursor, money)
    found = cursor.execute("select distinct currency from source_rows where currency is not null").fetchall()
    if len(found) == 1:
        cursor.execute("update source_cells set currency = ? where currency is null", [found[0][0]])


def _tell_by_amounts(cursor: Cursor, money: list[Slot], folder: Path) -> bool:
    """Whether amounts carry signs that name a currency; a row whose signs differ tells none."""
    named: dict[str, str] = {}
    for slot in money:
        texts = cursor.execute(
            "select text from read_parquet(?) where regexp_matches(text, '[^0-9., ()+-]')",
            [str(lookup_path(folder, slot))],
        ).fetchall()
        named |= {text: code for (text,) in texts if (code := values.currency_of_amount(text))}
    if not named:
        return False
    path = folder / "amount_currencies.parquet"
    pq.write_table(pa.table({"text": list(named), "currency": list(named.values())}), path)
    aliases = ", ".join(slot.alias for slot in money)
    cursor.execute(
        "create or replace temp table row_currencies as select row_number, min(currency) as currency "
        f"from (select row_number, unnest([{aliases}]) as text from cell_texts) "
        "inner join read_parquet(?) using (text) group by row_number having count(distinct currency) = 1",
        [str(path)],
    )
    cursor.execute(model("staging/amount_currencies"))
    return True


def _tell_by_headings(cursor: Cursor, money: list[Slot]) -> None:
    """``Total (USD)`` names the currency of every amount, where no other heading names another one."""
    inside = [text for slot in money for text in _IN_BRACKETS.findall(slot.heading)]
    codes = {code for text in inside if (code := values.parse_currency(text)) and is_currency(code)}
    if len(codes) == 1:
        cursor.execute("update source_cells set currency = ?", [codes.pop()])


def settle_currency(cursor: Cursor, told: str | None, own: str, *, is_empty: bool) -> tuple[Conversion, ...]:
    """Decide in which currency the staged orders are stored; ``told`` are the currencies of the file.

    Amounts of two currencies are never added up: orders in another one than the shop's need a rate for their month.
    An empty shop takes the currency of its first file, unless rates for it are on record. Leaves ``currency`` NULL on
    the orders in the shop's currency. Raises ``MappingRefused`` naming the months without a rate, or
    a rate that makes amounts larger than any shop has.
    """
    is_adopted = told is not None and is_empty and is_currency(told) and not _has_rates(cursor, told)
    if is_adopted and told is not None:
        own = told
    rows = cursor.execute(model("staging/order_rates"), {"currency": own}).fetchall()
    missing = [(currency, month) for currency, month, rate, *_ in rows if rate is None]
    if missing:
        raise MappingRefused("currency_differs", file_currency=told or "", currency=own, months=_named(missing))
    for *_, rate, _orders, largest in rows:
        if not is_storable(largest, rate):
            raise MappingRefused("impossible_rate", rate=rate_text(rate))
    cursor.execute("update staged_orders set currency = null where currency = ?", [own])
    cursor.execute("update staged_orders set content_hash = content_hash + hash(currency) where currency is not null")
    return tuple(Conversion(*row[:4]) for row in rows)


def _has_rates(cursor: Cursor, currency: str) -> bool:
    return cursor.execute("select 1 from exchange_rates where currency = ? limit 1", [currency]).fetchone() is not None


def _named(missing: list[tuple[str, date]]) -> str:
    """The months without a rate in words: ``USD 2024-03, 2024-04; EUR 2024-03``."""
    months: dict[str, list[str]] = {}
    for currency, month in missing:
        months.setdefault(currency, []).append(month_text(month))
    return "; ".join(
        f"{currency} {', '.join(listed[:MONTHS_NAMED])}{' …' if len(listed) > MONTHS_NAMED else ''}"
        for currency, listed in months.items()
    )

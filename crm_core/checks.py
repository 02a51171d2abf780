"""Whether the shop's database still agrees with itself."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core import marts
from crm_core.db import Cursor, Database, model


@dataclass(frozen=True)
class Finding:
    """One disagreement: a stable code and where it is."""

    code: str
    detail: str


class _RollBack(Exception):
    """Leaves a write transaction without keeping anything of it."""


def check(database: Database) -> list[Finding]:
    """Compare the marts with a full rebuild and the books of every import with its rows; changes nothing."""
    findings: list[Finding] = []
    try:
        with database.write() as cursor:
            findings += _unbalanced_imports(cursor)
            findings += _lines_off_their_order(cursor)
            findings += _orders_without_rate(cursor)
            findings += _marts_that_differ(cursor)
            raise _RollBack
    except _RollBack:
        return findings


def mart_fingerprints(cursor: Cursor) -> dict[str, tuple[int, int]]:
    """Rows and an order-independent hash of the content of every mart."""
    return {mart: _fingerprint(cursor, mart) for mart in marts.MARTS}


def _fingerprint(cursor: Cursor, mart: str) -> tuple[int, int]:
    row = cursor.execute(f"select count(*), coalesce(sum(hash({mart})), 0)::varchar from {mart}").fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _unbalanced_imports(cursor: Cursor) -> list[Finding]:
    found = cursor.execute(model("load/unbalanced_imports")).fetchall()
    return [Finding("unbalanced_import", str(import_id)) for (import_id,) in found]


def _lines_off_their_order(cursor: Cursor) -> list[Finding]:
    row = cursor.execute(
        "select count(*) from (select order_key from order_mart left join (select order_key, sum(net_amount) as lines "
        "from order_line_mart group by order_key) using (order_key) where coalesce(lines, 0) <> net_amount)"
    ).fetchone()
    return [Finding("lines_off_their_order", str(row[0]))] if row and row[0] else []


def _orders_without_rate(cursor: Cursor) -> list[Finding]:
    row = cursor.execute(
        "select count(*) from current_orders where currency is not null and (currency, "
        "date_trunc('month', ordered_at)::date) not in (select (currency, month) from exchange_rates)"
    ).fetchone()
    return [Finding("orders_without_rate", str(row[0]))] if row and row[0] else []


def _marts_that_differ(cursor: Cursor) -> list[Finding]:
    before = mart_fingerprints(cursor)
    marts.rebuild(cursor)
    after = mart_fingerprints(cursor)
    return [Finding("mart_differs", mart) for mart in marts.MARTS if before[mart] != after[mart]]

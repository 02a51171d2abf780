"""What staging found, in shop terms, and the tools that every kind of file is staged with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from crm_core.db import Cursor, Scalar
from crm_core.identity import count_people
from crm_core.ingest.cells import Slot
from crm_core.ingest.currencies import Conversion
from crm_core.ingest.findings import Finding, noted
from crm_core.ingest.model import TextTable, shown_heading
from crm_core.schema import Kind, Shape

Facts = dict[str, object]
LONGEST_EXAMPLE = 200  # characters of a cell that a receipt shows
COUNTED = (
    "orders",
    "lines",
    "customers",
    "cancelled",
    "unpaid",
    "refunded",
    "anonymous",
    "gift_lines",
    "answers",
    "records",
    "complaints",
    "open_cases",
    "interactions",
    "reached",
    "open_rows",
)


@dataclass(frozen=True)
class RuleCount:
    """How often one rule was broken in one column, and one example of the offending text."""

    rule: str
    severity: str
    count: int
    example: str | None
    heading: str | None = None


@dataclass(frozen=True)
class Summary:
    """The staged file in shop terms: what loading it would bring.

    ``revenue`` is what counted orders bring in goods (METRICS §1). ``paid_*`` are the file's own order totals, shipping
    included, as the platform's screens show them: over all orders, without cancelled and unpaid ones, and less refunds.
    Amounts are in the shop's currency where ``conversions`` tell at which rates, else in the file's.
    ``data_from`` and ``data_until`` are the first and last moment of its orders (shop time); None for other kinds.
    ``findings`` are what the content decided, with the evidence.
    """

    kind: Kind
    shape: Shape | None
    rows_read: int
    rows_rejected: int
    orders: int
    lines: int
    customers: int
    cancelled: int
    unpaid: int
    refunded: int
    anonymous: int
    gift_lines: int
    answers: int
    records: int  # of service, activity or contacts
    complaints: int
    open_cases: int
    interactions: int
    reached: int  # contacts in which somebody was spoken to
    open_rows: int  # of a call sheet, without an outcome yet
    revenue: Decimal
    paid_all: Decimal
    paid_not_cancelled: Decimal
    paid_net: Decimal
    first_on: date | None
    last_on: date | None
    data_from: datetime | None
    data_until: datetime | None
    currency: str | None  # or several, as in "TWD, USD"
    problems: tuple[RuleCount, ...]
    findings: tuple[Finding, ...] = ()
    conversions: tuple[Conversion, ...] = ()

    def currency_of_amounts(self, own: str) -> str:
        """The currency of the amounts: the shop's ``own`` where the file tells none or they are converted."""
        return own if self.conversions or self.currency is None else self.currency


def one_row(cursor: Cursor, sql: str, values_: list[Scalar] | None = None) -> Facts:
    """The only row of a query, by column name."""
    cursor.execute(sql, values_ or [])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def count_of(row: Facts, name: str) -> int:
    """A count out of a row of facts; 0 where it is missing."""
    value = row.get(name)
    return int(value) if isinstance(value, int | Decimal) else 0


def mark_rejected(cursor: Cursor) -> None:
    """Make ``rejected_rows`` (row_number) out of ``row_problems``."""
    cursor.execute(
        "create or replace temp table rejected_rows as "
        "select distinct row_number from row_problems where severity = 'rejected'"
    )


def people_in(cursor: Cursor, staged: str) -> int:
    """Leave ``staged_people`` for the load, and count who is in it."""
    cursor.execute(
        "create or replace temp view staged_people as "
        f"select identity_key, account, email, phone, customer_name as name from {staged}"
    )
    return count_people(cursor)


def collect_problems(cursor: Cursor, slots: list[Slot]) -> None:
    """Give every problem the text of the cell it is about."""
    headings: dict[str, str] = {}
    for slot in reversed(slots):
        headings[slot.field.name] = shown_heading(slot.heading)
    cursor.execute(
        "create or replace temp table field_headings as "
        "select unnest(?::varchar[]) as field, unnest(?::varchar[]) as heading",
        [list(headings), list(headings.values())],
    )
    cells = " ".join(f"when field = '{slot.alias}' or field = '{slot.field.name}' then {slot.alias}" for slot in slots)
    value, source = f"case {cells} end", " left join cell_texts using (row_number)"
    if cursor.execute("select 1 from row_problems limit 1").fetchone() is None:
        value, source = "null::varchar", ""
    cursor.execute(
        "create or replace temp table problems as "
        f"select row_number, rule, severity, split_part(field, '__', 1) as field, {value} as value "
        f"from row_problems{source}"
    )
    cursor.execute("insert into problems select row_number, rule, 'warning', null, null from reading_notes")


def _rule_counts(cursor: Cursor) -> tuple[RuleCount, ...]:
    found = cursor.execute(
        "select rule, severity, count(*), left(arg_min(value, row_number), ?), heading from problems "
        "left join field_headings using (field) group by rule, severity, heading "
        "order by severity, count(*) desc, rule, heading",
        [LONGEST_EXAMPLE],
    ).fetchall()
    return tuple(RuleCount(*row) for row in found)


def summarise(cursor: Cursor, table: TextTable, kind: Kind, shape: Shape | None, facts: Facts) -> Summary:
    """The summary of what is staged; ``facts`` are its counts and amounts by the names of the fields."""

    def money(name: str) -> Decimal:
        value = facts.get(name)
        return value if isinstance(value, Decimal) else Decimal(0)

    def day(name: str) -> date | None:
        value = facts.get(name)
        return value if isinstance(value, date) else None

    def moment(name: str) -> datetime | None:
        value = facts.get(name)
        return value if isinstance(value, datetime) else None

    currency = facts.get("currency")
    counts = {name: count_of(facts, name) for name in COUNTED}
    return Summary(
        kind=kind,
        shape=shape,
        rows_read=table.row_count,
        rows_rejected=count_of(one_row(cursor, "select count(*) as n from rejected_rows"), "n"),
        **counts,
        revenue=money("revenue"),
        paid_all=money("paid_all"),
        paid_not_cancelled=money("paid_not_cancelled"),
        paid_net=money("paid_net"),
        first_on=day("first_on"),
        last_on=day("last_on"),
        data_from=moment("data_from"),
        data_until=moment("data_until"),
        currency=currency if isinstance(currency, str) else None,
        problems=_rule_counts(cursor),
        findings=noted(cursor),
        conversions=(),
    )

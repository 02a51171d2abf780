"""Staged records become stored versions, in the transaction that also refreshes the marts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from crm_core import marts
from crm_core.db import Cursor, model
from crm_core.errors import ImportRefused
from crm_core.ingest import mapping as mappings
from crm_core.ingest.model import ColumnMapping, ParsedFile, TextTable
from crm_core.ingest.platforms import platforms
from crm_core.ingest.stage import Staged
from crm_core.ingest.summary import RuleCount
from crm_core.schema import Kind

WARNING_ROWS_KEPT = 1000
"""Rows kept of each kind of warning; its count is always kept whole."""


@dataclass(frozen=True)
class _Records:
    """Where the records of a kind are staged and stored."""

    staged: str
    versions: str
    key: str
    number: str  # the staged records' running number
    event: str = "null::timestamp"  # the latest thing that happened to a record
    details: tuple[tuple[str, str], ...] = ()  # (staged table, versions table) of what belongs to a record


RECORDS = {
    Kind.ORDERS: _Records(
        "staged_orders",
        "order_versions",
        "order_key",
        "order_no",
        "last_event_at",
        (("staged_order_lines", "order_line_versions"), ("staged_mixed_rows", "mixed_order_rows")),
    ),
    Kind.CUSTOMERS: _Records("staged_customers", "customer_versions", "customer_key", "source_order"),
    Kind.SURVEY: _Records("staged_answers", "answer_versions", "answer_key", "source_order"),
    Kind.SERVICE: _Records("staged_service", "service_versions", "service_key", "source_order"),
    Kind.ACTIVITY: _Records("staged_activity", "activity_versions", "activity_key", "source_order"),
    Kind.CONTACTS: _Records("staged_contacts", "contact_versions", "contact_key", "source_order"),
}


NEWER_EXPORT_KEPT = "newer_export_kept"
"""Orders of the file that another import already tells as they were later (see the view ``is_newer_telling``)."""
SHOP_AHEAD = timedelta(days=1)
"""No zone is further ahead of UTC; a moment later than this after the import is a slip of the pen."""


@dataclass(frozen=True)
class Origin:
    """Who brings a file, and when (UTC); ``exported_on`` where the person knows the day on which it was exported."""

    imported_by: str
    imported_at: datetime
    is_sample: bool = False
    exported_on: date | None = None


@dataclass(frozen=True)
class Reach:
    """From when to when an export tells of orders (shop time); where a person named the day of export, only until."""

    data_from: datetime | None
    data_until: datetime | None


@dataclass(frozen=True)
class Receipt:
    """What an import did. ``rows_read = rows_loaded + rows_unchanged + rows_rejected``; revenue as METRICS §1."""

    import_id: int | None
    kind: Kind
    platform: str
    encoding: str | None
    sheet: str | None
    shape: str | None
    rows_read: int
    rows_loaded: int
    rows_unchanged: int
    rows_rejected: int
    orders: int
    customers: int
    revenue: Decimal
    first_day: date | None
    last_day: date | None
    problems: tuple[RuleCount, ...]


def load(cursor: Cursor, file: ParsedFile, table: TextTable, staged: Staged, origin: Origin) -> Receipt:
    """Store what is staged in ``cursor`` as a new import and refresh the marts. Call it inside ``Database.write``."""
    records = RECORDS[staged.mapping.kind]
    import_id = _next_import_id(cursor)
    reach = reach_of(staged, origin)
    receipt = receipt_of(cursor, file, table, staged, reach, import_id)
    _record_import(cursor, file, staged, receipt, origin, reach)
    _record_problems(cursor, table, import_id)
    _store_versions(cursor, records)
    if staged.mapping.kind is Kind.ORDERS and _takes_over(staged.mapping.platform):
        cursor.execute(model("load/keep_own_versions"))
        _store_as(cursor, "kept_versions", "own_version_id", ("own_orders", "own_order_lines"))
    cursor.execute(
        "insert into sightings select ?, record_key, ?, version_id, event_at from staged_versions",
        [staged.mapping.kind, import_id],
    )
    cursor.execute(model("identity/remember_sets"))
    if staged.mapping.kind is Kind.ORDERS:
        cursor.execute(
            "insert into product_names by name select ? as import_id, * from staged_product_names", [import_id]
        )
        cursor.execute(
            "insert into status_words select * from status_meanings where (field, word) not in "
            "(select (field, word) from status_words)"
        )
    cursor.execute(
        "create or replace temp table affected_records as select ?::varchar as kind, record_key from staged_versions",
        [staged.mapping.kind],
    )
    _apply_state(cursor, import_id)
    return receipt


def reach_of(staged: Staged, origin: Origin | None) -> Reach:
    """The days of an order file: those of its orders, or the day on which a person says it was exported.

    A moment after the import itself is a slip of the pen and counts as the import's. Other kinds of file have no such
    days: of two customer lists the one brought in later is the newer.
    """
    if staged.mapping.kind is not Kind.ORDERS:
        return Reach(None, None)
    summary = staged.summary
    if origin is None or summary.data_until is None:
        return Reach(summary.data_from, summary.data_until)
    if origin.exported_on is not None:
        return Reach(None, datetime.combine(origin.exported_on, time.max))
    return Reach(summary.data_from, min(summary.data_until, origin.imported_at + SHOP_AHEAD))


def receipt_of(
    cursor: Cursor,
    file: ParsedFile,
    table: TextTable,
    staged: Staged,
    reach: Reach,
    import_id: int | None = None,
) -> Receipt:
    """What loading would do: compares the staged records with the current ones (``staged_versions`` is left behind).

    Rows of orders that another import already tells as they were later count as unchanged: the shop stays as it is.
    """
    records = RECORDS[staged.mapping.kind]
    _complete(cursor, staged.mapping.platform)
    _compare_with_current(cursor, records, staged.mapping, reach)
    if staged.mapping.kind is Kind.ORDERS and _takes_over(staged.mapping.platform):
        cursor.execute(model("load/same_as_current"))
    summary = staged.summary
    row = cursor.execute("select coalesce(sum(row_count), 0) from staged_versions where is_unchanged").fetchone()
    unchanged = int(row[0]) if row else 0
    return Receipt(
        import_id=import_id,
        kind=staged.mapping.kind,
        platform=staged.mapping.platform,
        encoding=file.encoding,
        sheet=table.sheet,
        shape=summary.shape,
        rows_read=summary.rows_read,
        rows_loaded=summary.rows_read - summary.rows_rejected - unchanged,
        rows_unchanged=unchanged,
        rows_rejected=summary.rows_rejected,
        orders=summary.orders,
        customers=summary.customers,
        revenue=summary.revenue,
        first_day=summary.first_on,
        last_day=summary.last_on,
        problems=(*summary.problems, *_kept_newer(cursor)),
    )


def _kept_newer(cursor: Cursor) -> list[RuleCount]:
    """The orders of the file that differ from what stands, which is newer and stays."""
    found = cursor.execute(
        "select count(*), min(split_part(record_key, chr(31), 2)) from staged_versions where is_outdated"
    ).fetchall()
    return [RuleCount(NEWER_EXPORT_KEPT, "warning", count, example) for count, example in found if count]


def undo(cursor: Cursor, import_id: int, at: datetime) -> None:
    """Take an import back; what it had replaced is current again. Call it inside ``Database.write``.

    Raises ``ImportRefused`` where there is no such import or it is undone already.
    """
    found = cursor.execute("select undone_at from imports where import_id = ?", [import_id]).fetchone()
    if found is None:
        raise ImportRefused("unknown_import", import_id=import_id)
    if found[0] is not None:
        raise ImportRefused("already_undone", import_id=import_id)
    cursor.execute("update imports set undone_at = ? where import_id = ?", [at, import_id])
    cursor.execute(
        "create or replace temp table affected_records as "
        "select distinct kind, record_key from sightings where import_id = ?",
        [import_id],
    )
    _put_together_anew(cursor, import_id)
    _apply_state(cursor, import_id)


def _put_together_anew(cursor: Cursor, import_id: int) -> None:
    """Let later imports take over from those that are left what they had taken over with the undone one."""
    cursor.execute(model("load/taken_over"), {"import_id": import_id})
    later = cursor.execute("select distinct import_id, platform from taken_over order by import_id").fetchall()
    for later_id, platform in later:
        cursor.execute(
            "create or replace temp table retelling as select * from taken_over where import_id = ?", [later_id]
        )
        cursor.execute(model("load/own_as_staged"))
        _complete(cursor, platform, before=later_id)
        cursor.execute(model("load/retold_versions"))
        _store_as(cursor, "retold", "new_version_id", ("staged_orders", "staged_order_lines"))


def _store_as(cursor: Cursor, numbered: str, version: str, tables: tuple[str, str]) -> None:
    """Append orders and their lines as versions; ``numbered`` (constant) has the version of every ``order_no``."""
    for table, versions in zip(tables, ("order_versions", "order_line_versions"), strict=True):
        cursor.execute(
            f"insert into {versions} by name select {numbered}.{version} as version_id, "
            f"{_shared_columns(cursor, table, versions, without='version_id')} from {table} "
            f"inner join {numbered} on {numbered}.order_no = {table}.order_no"
        )


def _next_import_id(cursor: Cursor) -> int:
    row = cursor.execute("select coalesce(max(import_id), 0) + 1 from imports").fetchone()
    return int(row[0]) if row else 1


def _takes_over(platform: str) -> bool:
    """Whether other exports of the platform may tell more of the orders of its file."""
    known = platforms().get(platform)
    return known is not None and (known.has_late_returns or bool(known.complements))


def _complete(cursor: Cursor, key: str, *, before: int | None = None) -> None:
    """Add to the staged orders what other exports of the platform tell of them, so that whichever comes last is whole.

    Only imports ``before`` the file's own count; a file that is new comes after all. ``own_orders`` and
    ``own_order_lines`` keep the orders as they were.
    """
    if not _takes_over(key):
        return
    platform = platforms()[key]
    cursor.execute("create or replace temp table own_orders as select * from staged_orders")
    cursor.execute("create or replace temp table own_order_lines as select * from staged_order_lines")
    told = {"others": list(platform.complements), "before": before}
    if platform.has_late_returns:
        cursor.execute(model("load/late_returns"), {**told, "platform": platform.key})
        cursor.execute(model("load/add_late_returns"))
    if platform.complements:
        cursor.execute(model("load/completions"), told)
        cursor.execute(model("load/complete"))


def _compare_with_current(cursor: Cursor, records: _Records, mapping: ColumnMapping, reach: Reach) -> None:
    """Make ``staged_versions``; see the model ``load/compare``."""
    cursor.execute(
        "create or replace temp view staged_records as "
        f"select {records.key} as record_key, {records.number} as number, row_count, content_hash, "
        f"{records.event} as event_at from {records.staged}"
    )
    cursor.execute(
        f"create or replace temp view stored_versions as select version_id, content_hash from {records.versions}"
    )
    told = {"kind": mapping.kind, "mapping": mappings.to_json(mapping), **asdict(reach)}
    cursor.execute(model("load/compare"), told)


def _store_versions(cursor: Cursor, records: _Records) -> None:
    """Append the new and changed records, and what belongs to them, under their version."""
    for staged, versions in ((records.staged, records.versions), *records.details):
        cursor.execute(
            f"insert into {versions} by name select staged_versions.version_id, "
            f"{_shared_columns(cursor, staged, versions)} from {staged} "
            f"inner join staged_versions on staged_versions.number = {staged}.{records.number} where is_new"
        )


def _shared_columns(cursor: Cursor, staged: str, versions: str, without: str = "") -> str:
    """The columns of a versions table that the staged table has, all of them constants of the schema."""
    stored = [row[0] for row in cursor.execute(f"describe {versions}").fetchall()]
    offered = {row[0] for row in cursor.execute(f"describe {staged}").fetchall()}
    return ", ".join(f"{staged}.{column}" for column in stored if column in offered and column != without)


def _apply_state(cursor: Cursor, import_id: int) -> None:
    """Settle which version of the ``affected_records`` is current now, and refresh the marts for those that changed."""
    cursor.execute("create or replace temp table touched_imports as select ?::integer as import_id", [import_id])
    cursor.execute(model("load/new_state"))
    cursor.execute(model("load/apply_state"))
    marts.refresh(cursor)


def _record_import(
    cursor: Cursor, file: ParsedFile, staged: Staged, receipt: Receipt, origin: Origin, reach: Reach
) -> None:
    values = {
        "import_id": receipt.import_id,
        "kind": receipt.kind,
        "file_name": file.file_name,
        "sha256": file.sha256,
        "platform": receipt.platform,
        "encoding": receipt.encoding,
        "sheet": receipt.sheet,
        "shape": receipt.shape,
        "mapping": mappings.to_json(staged.mapping),
        "rows_read": receipt.rows_read,
        "rows_loaded": receipt.rows_loaded,
        "rows_unchanged": receipt.rows_unchanged,
        "rows_rejected": receipt.rows_rejected,
        "order_count": receipt.orders,
        "customer_count": receipt.customers,
        "revenue": receipt.revenue,
        "first_on": receipt.first_day,
        "last_on": receipt.last_day,
        "problem_counts": json.dumps([asdict(problem) for problem in receipt.problems], ensure_ascii=False),
        "is_sample": origin.is_sample,
        "imported_by": origin.imported_by,
        "imported_at": origin.imported_at,
        "undone_at": None,
        **asdict(reach),
    }
    marks = ", ".join(f"${name}" for name in values)
    cursor.execute(f"insert into imports ({', '.join(values)}) values ({marks})", values)


def _record_problems(cursor: Cursor, table: TextTable, import_id: int) -> None:
    """Keep every rejected row whole, so that it can be handed back, and the first rows of each warning."""
    columns = ", ".join(f"c{number}" for number in range(len(table.header)))
    cursor.execute(
        "insert into import_problems "
        f"select ?, rule, severity, row_number, field, value, to_json(map(?, [{columns}]))::varchar "
        "from (select * from problems qualify severity = 'rejected' "
        "or row_number() over (partition by rule, severity order by row_number) <= ?) "
        "inner join read_parquet(?) using (row_number)",
        [import_id, list(table.header), WARNING_ROWS_KEPT, str(table.parquet)],
    )

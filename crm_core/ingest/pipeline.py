"""The way of a file: read → recognise → map → check → load. Pages and command line take the same steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crm_core.backup import back_up
from crm_core.db import Cursor, Database, model
from crm_core.errors import ImportRefused, MappingRefused
from crm_core.ingest import mapping as mappings
from crm_core.ingest.currencies import settle_currency
from crm_core.ingest.findings import proven_date_order
from crm_core.ingest.formats import format_of, save_format
from crm_core.ingest.load import Origin, Receipt, load, reach_of, receipt_of, undo
from crm_core.ingest.model import ColumnMapping, ParsedFile, Profile, TextTable
from crm_core.ingest.profile import profile
from crm_core.ingest.stage import Staged, stage
from crm_core.ingest.summary import Summary
from crm_core.schema import Kind
from crm_core.settings import load_settings, save_settings

SAMPLE_ROWS = 200
MOST_COLUMNS = 2_000
"""No export has as many; the database would need gigabytes for a sheet that is filled to its last column."""


@dataclass(frozen=True)
class Offer:
    """A table of a file with what it seems to be and what its columns seem to mean.

    ``format_name`` is what a person called these columns when they confirmed them.
    """

    table: TextTable
    profile: Profile
    mapping: ColumnMapping
    is_remembered: bool
    format_name: str | None = None


@dataclass(frozen=True)
class Overlap:
    """The records of a file (orders, customers, answers) against what the shop knew before: new, changed, the same."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class Outcome:
    """What loading did, or in a preview would do, and the file in shop terms."""

    receipt: Receipt
    summary: Summary
    overlap: Overlap


def offer(cursor: Cursor, table: TextTable, file_name: str, kind: Kind | None = None) -> Offer:
    """Recognise a table and propose its mapping: the one that a person confirmed for these headings, else a guess.

    Raises ``MappingRefused`` for a table that is no data of a shop, and for one with too many columns.
    """
    if len(table.header) > MOST_COLUMNS:
        raise MappingRefused("too_many_columns", columns=len(table.header), most=MOST_COLUMNS)
    found = profile(table, file_name)
    if kind is not None and found.kind is not kind:
        found = replace(found, kind=kind, platform="generic")
    known = format_of(cursor, table.header)
    if known is not None and (kind is None or known.mapping.kind is kind):
        found = replace(found, kind=known.mapping.kind, platform=known.mapping.platform)
        return Offer(table, found, known.mapping, True, known.name)
    return Offer(table, found, mappings.propose(table, found, sample_rows(cursor, table)), False)


def table_offers(cursor: Cursor, tables: Sequence[TextTable], file_name: str, kind: Kind | None = None) -> list[Offer]:
    """What the tables of a file seem to be, without those that are no data of a shop.

    Raises ``MappingRefused`` where every one of them is refused.
    """
    found: list[Offer] = []
    refusals: list[MappingRefused] = []
    for table in tables:
        try:
            found.append(offer(cursor, table, file_name, kind))
        except MappingRefused as refusal:
            refusals.append(refusal)
    if not found:
        raise refusals[0]
    return found


def best_offer(offers: list[Offer]) -> Offer:
    """The sheet to start with: remembered before recognised, visible before hidden, the surest, the longest."""
    return max(
        offers,
        key=lambda o: (
            o.is_remembered,
            not mappings.missing(o.mapping),
            not o.table.is_hidden,
            o.profile.confidence,
            o.table.row_count,
        ),
    )


def sample_rows(cursor: Cursor, table: TextTable) -> list[dict[str, str | None]]:
    """The first rows of a table, heading → text."""
    columns = ", ".join(f"c{number}" for number in range(len(table.header)))
    rows = cursor.execute(
        f"select {columns} from read_parquet(?) order by row_number limit ?", [str(table.parquet), SAMPLE_ROWS]
    ).fetchall()
    return [dict(zip(table.header, row, strict=True)) for row in rows]


def in_channel(mapping: ColumnMapping, channel: str | None) -> ColumnMapping:
    """The mapping of a file that is of one channel as a whole: its own customer numbers are that channel's."""
    if not channel:
        return mapping
    is_own = mapping.account_space in (ColumnMapping.account_space, mapping.channel)
    space = channel if is_own else mapping.account_space
    return replace(mapping, channel=channel, account_space=space)


def preview(
    database: Database,
    file: ParsedFile,
    table: TextTable,
    mapping: ColumnMapping,
    folder: Path,
    *,
    origin: Origin | None = None,
    without_sample: bool = False,
) -> Outcome:
    """Check a mapped table against the shop without storing anything; ``without_sample`` as in :func:`store`."""
    with database.cursor() as cursor:
        staged = _staged(cursor, table, mapping, folder, without_sample=without_sample)
        receipt = receipt_of(cursor, file, table, staged, reach_of(staged, origin))
        return Outcome(receipt, staged.summary, _overlap(cursor, receipt))


def commit(
    database: Database,
    file: ParsedFile,
    table: TextTable,
    mapping: ColumnMapping,
    folder: Path,
    origin: Origin,
    *,
    remember: bool = False,
    format_name: str | None = None,
    without_sample: bool = False,
) -> Outcome:
    """Load a mapped table as one import, in one transaction, and back the shop up."""
    outcome = store(
        database,
        file,
        table,
        mapping,
        folder,
        origin,
        remember=remember,
        format_name=format_name,
        without_sample=without_sample,
    )
    back_up(database)
    return outcome


def store(
    database: Database,
    file: ParsedFile,
    table: TextTable,
    mapping: ColumnMapping,
    folder: Path,
    origin: Origin,
    *,
    remember: bool = False,
    format_name: str | None = None,
    without_sample: bool = False,
) -> Outcome:
    """As :func:`commit`, without the backup: for several files that belong together.

    ``remember`` keeps the mapping as a format of the shop's own, under ``format_name``; ``without_sample`` takes the
    sample shop out in the same transaction: a refused file leaves it where it is.
    """
    with database.alone() as cursor:
        staged = _staged(cursor, table, mapping, folder, without_sample=without_sample)
        with database.transaction(cursor):
            if without_sample:
                _undo_sample(cursor, origin.imported_at)
            _adopt_currency(cursor, staged.summary)
            receipt = load(cursor, file, table, staged, origin)
            if remember:
                told = replace(mapping, date_order=mapping.date_order or proven_date_order(staged.summary.findings))
                save_format(cursor, table, told, origin.imported_at, format_name)
            overlap = _overlap(cursor, receipt)
    return Outcome(receipt, staged.summary, overlap)


def _overlap(cursor: Cursor, receipt: Receipt) -> Overlap:
    """Compare what ``receipt_of`` has left in the cursor with what other imports told."""
    row = cursor.execute(model("load/overlap"), {"kind": receipt.kind, "import_id": receipt.import_id}).fetchone()
    return Overlap(*row) if row else Overlap(0, 0, 0)


def take_back(database: Database, import_id: int, at: datetime) -> None:
    """Undo an import; what it had replaced is current again."""
    with database.write() as cursor:
        undo(cursor, import_id, at)
    back_up(database)


def remove_sample(database: Database, at: datetime) -> int:
    """Undo every import of the sample shop; returns how many there were."""
    with database.write() as cursor:
        return _undo_sample(cursor, at)


def _undo_sample(cursor: Cursor, at: datetime) -> int:
    found = cursor.execute("select import_id from imports where is_sample and undone_at is null order by 1").fetchall()
    for (import_id,) in found:
        undo(cursor, import_id, at)
    if found:
        _remove_sample_campaigns(cursor)
    return len(found)


def _remove_sample_campaigns(cursor: Cursor) -> None:
    """Remove the campaigns that were frozen while there was nothing but the sample: their people are gone."""
    for relation in ("campaign_members", "campaign_identifiers", "campaigns"):
        cursor.execute(
            f"delete from {relation} where campaign_id in (select campaign_id from campaigns where is_sample)"
        )


def _staged(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, folder: Path, *, without_sample: bool = False
) -> Staged:
    settings = load_settings(cursor)
    staged = stage(cursor, table, mapping, settings, folder)
    if mapping.kind is not Kind.ORDERS:
        return staged
    is_empty = not _has_orders(cursor, without_sample=without_sample)
    conversions = settle_currency(cursor, staged.summary.currency, settings.currency, is_empty=is_empty)
    return replace(staged, summary=replace(staged.summary, conversions=conversions))


def _adopt_currency(cursor: Cursor, summary: Summary) -> None:
    """Take the currency of an empty shop's first file; in any other case it is the shop's already, or converted."""
    settings = load_settings(cursor)
    currency = summary.currency_of_amounts(settings.currency)
    if currency != settings.currency:
        save_settings(cursor, replace(settings, currency=currency))


def _has_orders(cursor: Cursor, *, without_sample: bool) -> bool:
    if not without_sample:
        return cursor.execute("select 1 from order_mart limit 1").fetchone() is not None
    own = "select 1 from imports where kind = ? and undone_at is null and not is_sample limit 1"
    return cursor.execute(own, [Kind.ORDERS]).fetchone() is not None


def problem_rows(cursor: Cursor, import_id: int) -> list[tuple[int, str, str, str | None, str | None, str]]:
    """The kept problems of an import: row number, rule, severity, field, value, the row as JSON."""
    if not cursor.execute("select 1 from imports where import_id = ?", [import_id]).fetchone():
        raise ImportRefused("unknown_import", import_id=import_id)
    return cursor.execute(
        "select row_number, rule, severity, column_name, value, raw_row from import_problems "
        "where import_id = ? order by row_number, rule",
        [import_id],
    ).fetchall()

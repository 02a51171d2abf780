"""A mapped table becomes typed, checked records in temporary tables, and a summary in shop terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crm_core.db import Cursor
from crm_core.errors import ImportRefused
from crm_core.ingest import findings
from crm_core.ingest import mapping as mappings
from crm_core.ingest.cells import ReadingContext, Slot, read_cells
from crm_core.ingest.currencies import tell_currencies
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.stage_contacts import stage_contacts
from crm_core.ingest.stage_interactions import stage_activity, stage_service
from crm_core.ingest.stage_orders import stage_orders
from crm_core.ingest.stage_people import stage_answers, stage_customers
from crm_core.ingest.summary import Summary
from crm_core.ingest.unpack import Unpacked, unpack
from crm_core.schema import Kind
from crm_core.settings import ShopSettings

STAGERS = {
    Kind.ORDERS: stage_orders,
    Kind.CUSTOMERS: stage_customers,
    Kind.SURVEY: stage_answers,
    Kind.SERVICE: stage_service,
    Kind.ACTIVITY: stage_activity,
    Kind.CONTACTS: stage_contacts,
}


@dataclass(frozen=True)
class Staged:
    """What stands in the temporary tables of the cursor."""

    summary: Summary
    mapping: ColumnMapping
    slots: tuple[Slot, ...]


def stage(cursor: Cursor, table: TextTable, mapping: ColumnMapping, settings: ShopSettings, folder: Path) -> Staged:
    """Read, check and assemble a table.

    Leaves, depending on the kind, the temporary tables ``staged_orders`` and ``staged_order_lines``,
    ``staged_customers``, ``staged_answers``, ``staged_service``, ``staged_activity`` or ``staged_contacts``, and
    ``problems`` (row_number, rule, severity, field, value). Raises ``MappingRefused`` where needed fields are not
    mapped, ``ImportRefused`` where no row can be loaded.
    """
    absent = mappings.missing(mapping)
    if absent:
        raise mappings.refusal(mapping, absent, table.header)
    findings.start(cursor)
    context = ReadingContext(settings.zone, settings.country)
    unpacked = unpack(cursor, table, mapping, folder) or Unpacked(table, mapping)
    slots = read_cells(cursor, unpacked.table, unpacked.mapping, context, folder)
    if mapping.kind is Kind.ORDERS:
        tell_currencies(cursor, slots, folder)
    _keep_reading_notes(cursor, table, is_unpacked=unpacked.table.is_unpacked)
    summary = STAGERS[mapping.kind](cursor, unpacked.table, unpacked.mapping, slots, folder)
    if summary.rows_rejected == summary.rows_read:
        raise ImportRefused("all_rows_rejected", rows=summary.rows_read, rule=summary.problems[0].rule)
    return Staged(summary, replace(mapping, shape=summary.shape), tuple(slots))


def _keep_reading_notes(cursor: Cursor, table: TextTable, *, is_unpacked: bool) -> None:
    """Leave ``reading_notes`` (row_number, rule): warnings from reading the file, told with those of its cells."""
    cursor.execute(
        "create or replace temp table reading_notes as select unnest(?::bigint[]) as row_number, "
        "unnest(?::varchar[]) as rule",
        [[note.row_number for note in table.notes], [note.rule for note in table.notes]],
    )
    if is_unpacked:
        cursor.execute(
            "create or replace temp table reading_notes as select file_rows.row_number, rule "
            "from reading_notes inner join file_rows on file_rows.file_row = reading_notes.row_number"
        )

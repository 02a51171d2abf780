"""A mapped table becomes typed, checked records in temporary tables, and a summary in shop terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crm_core.db import Cursor
from crm_core.errors import ImportRefused, MappingRefused
from crm_core.ingest import mapping as mappings
from crm_core.ingest.cells import ReadingContext, Slot, read_cells
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.stage_orders import stage_orders
from crm_core.ingest.stage_people import stage_answers, stage_customers
from crm_core.ingest.summary import Summary
from crm_core.schema import Kind
from crm_core.settings import ShopSettings


@dataclass(frozen=True)
class Staged:
    """What stands in the temporary tables of the cursor."""

    summary: Summary
    mapping: ColumnMapping
    slots: tuple[Slot, ...]


def stage(cursor: Cursor, table: TextTable, mapping: ColumnMapping, settings: ShopSettings, folder: Path) -> Staged:
    """Read, check and assemble a table.

    Leaves, depending on the kind, the temporary tables ``staged_orders`` and ``staged_order_lines``,
    ``staged_customers`` or ``staged_answers``, and ``problems`` (row_number, rule, severity, field, value). Raises
    ``MappingRefused`` where needed fields are not mapped, ``ImportRefused`` where no row can be loaded.
    """
    absent = mappings.missing(mapping)
    if absent:
        raise MappingRefused("mapping_incomplete", fields=", ".join(absent))
    context = ReadingContext(settings.zone, settings.country)
    slots = read_cells(cursor, table, mapping, context, folder)
    stagers = {Kind.ORDERS: stage_orders, Kind.CUSTOMERS: stage_customers, Kind.SURVEY: stage_answers}
    summary = stagers[mapping.kind](cursor, table, mapping, slots, folder)
    if summary.rows_rejected == summary.rows_read:
        raise ImportRefused("all_rows_rejected", rows=summary.rows_read, rule=summary.problems[0].rule)
    return Staged(summary, replace(mapping, shape=summary.shape), tuple(slots))

"""Stage the log of contacts: calls and messages, and what came of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crm_core.db import Cursor, model
from crm_core.errors import ImportRefused
from crm_core.ingest import values
from crm_core.ingest.cells import Slot
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.summary import Summary, collect_problems, count_of, mark_rejected, one_row, people_in, summarise
from crm_core.schema import CONTACT_CHANNELS, CONTACT_OUTCOMES

MESSAGES = [channel for channel in CONTACT_CHANNELS if channel != "phone"]


def stage_contacts(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path
) -> Summary:
    """Leave ``staged_contacts`` and ``problems``. Rows without an outcome yet are counted apart, not read.

    Raises ``ImportRefused`` where no row has an outcome.
    """
    tells_outcome, outcomes = "outcome" in mapping.columns, list(CONTACT_OUTCOMES)
    cursor.execute(model("staging/open_contact_rows"), {"tells_outcome": tells_outcome})
    cursor.execute(model("staging/contact_problems"), {"outcomes": outcomes})
    mark_rejected(cursor)
    cursor.execute(
        model("staging/contacts"),
        {
            "outcomes": outcomes,
            "tells_outcome": tells_outcome,
            "account_space": mapping.account_space,
            "default_channel": values.parse_contact_channel(mapping.channel or "") or "",
            "tells_channel": "channel" in mapping.columns,
            "messages": MESSAGES,
        },
    )
    collect_problems(cursor, slots)
    facts = one_row(cursor, model("staging/contact_summary")) | {"customers": people_in(cursor, "staged_contacts")}
    open_rows = count_of(facts, "open_rows")
    if open_rows and open_rows == table.row_count:
        raise ImportRefused("no_outcome_yet", rows=open_rows)
    return summarise(cursor, replace(table, row_count=table.row_count - open_rows), mapping.kind, None, facts)

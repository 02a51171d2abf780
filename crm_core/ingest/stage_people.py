"""Stage customer records and survey answers."""

from __future__ import annotations

from pathlib import Path

from crm_core.db import Cursor, model
from crm_core.ingest.cells import Slot
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.profile import header_signature
from crm_core.ingest.summary import Facts, Summary, collect_problems, mark_rejected, one_row, people_in, summarise


def stage_customers(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path
) -> Summary:
    """Leave ``staged_customers`` and ``problems``."""
    cursor.execute(model("staging/customer_problems"))
    mark_rejected(cursor)
    cursor.execute(model("staging/customers"), {"account_space": mapping.account_space})
    collect_problems(cursor, slots)
    facts: Facts = {"customers": people_in(cursor, "staged_customers")}
    return summarise(cursor, table, mapping.kind, None, facts)


def stage_answers(cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path) -> Summary:
    """Leave ``staged_answers`` and ``problems``."""
    cursor.execute(model("staging/answer_problems"))
    mark_rejected(cursor)
    _stage_answer_texts(cursor, table, slots)
    highest = one_row(cursor, "select max(csat) as highest from source_rows").get("highest")
    cursor.execute(
        model("staging/answers"),
        {
            "account_space": mapping.account_space,
            "default_channel": mapping.channel or "",
            "survey": header_signature(table.header),
            "is_nps_asked": "nps" in mapping.columns,
            "satisfaction_scale": 5 if not isinstance(highest, int) or highest <= 5 else 10,
        },
    )
    collect_problems(cursor, slots)
    facts = one_row(
        cursor,
        "select count(*) as answers, min(submitted_at)::date as first_on, max(submitted_at)::date as last_on "
        "from staged_answers",
    ) | {"customers": people_in(cursor, "staged_answers")}
    return summarise(cursor, table, mapping.kind, None, facts)


def _stage_answer_texts(cursor: Cursor, table: TextTable, slots: list[Slot]) -> None:
    """Keep every cell of an answer under its question; the headings are bound, never spliced."""
    columns = ", ".join(f"c{number}" for number in range(len(table.header)))
    nps = next((slot.expression for slot in slots if slot.field.name == "nps"), "null::varchar")
    cursor.execute(
        "create or replace temp table answer_texts as "
        f"select row_number, to_json(map(?, [{columns}]))::varchar as answers, {nps} as nps_text from read_parquet(?)",
        [list(table.header), str(table.parquet)],
    )

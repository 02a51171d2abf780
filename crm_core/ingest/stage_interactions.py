"""Stage service records (questions and complaints) and activity (posts, clicks, opens …)."""

from __future__ import annotations

from pathlib import Path

from crm_core.db import Cursor, model
from crm_core.ingest import values
from crm_core.ingest.cells import Slot
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.summary import Summary, collect_problems, mark_rejected, one_row, people_in, summarise
from crm_core.ingest.values.interactions import CLOSED, COMPLAINT, NO_COMPLAINT, NOT_CLOSED
from crm_core.schema import WIDE_ACTIONS

SPEAKING_FIELDS = ("case_id", "opened_at", "topic", "note")


def stage_service(cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path) -> Summary:
    """Leave ``staged_service`` and ``problems``."""
    cursor.execute(model("staging/service_problems"))
    mark_rejected(cursor)
    spoken = [heading for name in SPEAKING_FIELDS for heading in mapping.columns.get(name, ())]
    cursor.execute(
        model("staging/service"),
        {
            "account_space": mapping.account_space,
            "default_channel": mapping.channel or "",
            "is_complaint_file": any(map(values.is_complaint, spoken)),
            "tells_closing": "closed_at" in mapping.columns,
            "complaint": COMPLAINT,
            "no_complaint": NO_COMPLAINT,
            "closed": CLOSED,
            "not_closed": NOT_CLOSED,
        },
    )
    collect_problems(cursor, slots)
    facts = one_row(cursor, model("staging/service_summary")) | {"customers": people_in(cursor, "staged_service")}
    return summarise(cursor, table, mapping.kind, None, facts)


def stage_activity(
    cursor: Cursor, table: TextTable, mapping: ColumnMapping, slots: list[Slot], folder: Path
) -> Summary:
    """Leave ``staged_activity`` and ``problems``."""
    cursor.execute(_actions_sql({slot.field.name for slot in slots}))
    cursor.execute(model("staging/activity_problems"))
    mark_rejected(cursor)
    cursor.execute(
        model("staging/activity"), {"account_space": mapping.account_space, "default_channel": mapping.channel or ""}
    )
    collect_problems(cursor, slots)
    facts = one_row(cursor, model("staging/activity_summary")) | {"customers": people_in(cursor, "staged_activity")}
    return summarise(cursor, table, mapping.kind, None, facts)


def _actions_sql(mapped: set[str]) -> str:
    """The statement that makes ``activity_actions``: what each row tells was done, every name a constant of the schema.

    A row of a log tells one action, done once where no count stands; a row of totals tells one per counted column.
    """
    wide = [action for action in WIDE_ACTIONS if mapped & {f"{action}_count", f"{action}_time"}]
    entries = [
        _entry(f"'{action}'", f"coalesce({action}_time, acted_at)", f"coalesce({action}_count, {_told(action)})")
        for action in wide
    ]
    if not wide or "action" in mapped:
        entries.append(_entry("trim(action)", "acted_at", "coalesce(action_count, 1)"))
    return (
        "create or replace temp table activity_actions as "
        f"select row_number, [{', '.join(entries)}] as actions from source_rows"
    )


def _told(action: str) -> str:
    """How often an action was done of which only the time is told, or nothing."""
    return f"if({action}_time is null, 0, 1)"


def _entry(action: str, acted_at: str, count: str) -> str:
    return (
        f"{{'action': {action}::varchar, 'acted_at': {acted_at}::timestamp, 'action_count': {count}::decimal(18, 4)}}"
    )

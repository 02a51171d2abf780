"""What was decided from the content of a file, with what decided it: for a person to check.

The words of a finding stand in the locale files under ``findings.<key>``, with the facts as placeholders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from crm_core.db import Cursor

Fact = str | int
ORDERS: dict[str, Literal["dmy", "mdy"]] = {"_day_first": "dmy", "_month_first": "mdy"}


@dataclass(frozen=True)
class Finding:
    """One decision, by a stable key; ``facts`` are the heading it is about, counts, and a text that decided."""

    key: str
    facts: dict[str, Fact] = field(default_factory=dict)


def start(cursor: Cursor) -> None:
    """Make the empty temporary table ``findings``."""
    cursor.execute("create or replace temp table findings (number integer, key varchar, facts varchar)")


def note(cursor: Cursor, key: str, **facts: Fact) -> None:
    """Keep a finding for the summary of what is being staged."""
    document = json.dumps(facts, ensure_ascii=False)
    cursor.execute("insert into findings select count(*), ?, ? from findings", [key, document])


def noted(cursor: Cursor) -> tuple[Finding, ...]:
    """The findings so far, in the order in which they were made."""
    rows = cursor.execute("select key, facts from findings order by number").fetchall()
    return tuple(Finding(key, json.loads(facts)) for key, facts in rows)


def date_order_of(finding: Finding) -> Literal["dmy", "mdy"] | None:
    """The order of the dates that a finding decided for; ``None`` for one about something else."""
    if not finding.key.startswith("dates_"):
        return None
    return next((order for ending, order in ORDERS.items() if finding.key.endswith(ending)), None)


def proven_date_order(findings: Iterable[Finding]) -> Literal["dmy", "mdy"] | None:
    """The order of the dates that the content proves for every column it could be asked of."""
    about_dates = [each for each in findings if date_order_of(each) is not None]
    orders = {date_order_of(each) for each in about_dates}
    return orders.pop() if len(orders) == 1 and not any(map(is_open, about_dates)) else None


def is_open(finding: Finding) -> bool:
    """Whether nothing in the file, or not all of it, speaks for the decision: only a person can tell."""
    return finding.key.startswith(("dates_open_", "dates_mixed_"))

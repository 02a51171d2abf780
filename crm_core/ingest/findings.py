"""What was decided from the content of a file, with what decided it: for a person to check.

The words of a finding stand in the locale files under ``findings.<key>``, with the facts as placeholders.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from crm_core.db import Cursor

Fact = str | int


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

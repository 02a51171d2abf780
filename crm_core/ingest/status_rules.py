"""What the status words of the shop's files mean, and changing it."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core import marts
from crm_core.db import Cursor, model
from crm_core.errors import UnknownName
from crm_core.ingest.assemble import judge_anew
from crm_core.ingest.status import Meaning

OWNER = "owner"
UNDECIDED = ("unknown", "guessed")


@dataclass(frozen=True)
class StatusRule:
    """One word that orders carry in one status field, what it means, who says so, and how many orders carry it."""

    field: str
    word: str
    meaning: Meaning
    origin: str
    order_count: int

    @property
    def is_undecided(self) -> bool:
        """Whether the meaning is a guess that nobody has confirmed."""
        return self.origin in UNDECIDED


def status_rules(cursor: Cursor) -> list[StatusRule]:
    """The words in use, by field, the most frequent first."""
    rows = cursor.execute(model("load/status_rules")).fetchall()
    return [StatusRule(field, word, Meaning(meaning), *rest) for field, word, meaning, *rest in rows]


def set_meaning(cursor: Cursor, field: str, word: str, meaning: Meaning) -> None:
    """Decide what a word means and judge its orders anew. Call it inside ``Database.write``.

    Raises ``UnknownName`` for a word that no order carries.
    """
    known = cursor.execute("select 1 from status_words where field = ? and word = ?", [field, word]).fetchone()
    if known is None:
        raise UnknownName(name=word)
    cursor.execute(
        "update status_words set meaning = ?, origin = ? where field = ? and word = ?", [meaning, OWNER, field, word]
    )
    judge_anew(cursor, field, word)
    cursor.execute(model("load/orders_with_word"), {"field": field, "word": word})
    cursor.execute("create or replace temp table touched_imports (import_id integer)")
    marts.refresh(cursor)

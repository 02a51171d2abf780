"""What the owner assumes of a list: the share of those reached on it who will buy, until the shop's log tells it.

Write inside ``Database.write_beside``: an assumption is no number's data.
"""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.lists.ready_made import Purpose, list_of
from crm_core.lists.sources import Source, source_text

# Of a hundred reached on a list of this purpose, how many are taken to buy unless the owner assumes otherwise.
ASSUMED = {
    Purpose.BUY_AGAIN: 0.10,
    Purpose.CARE: 0.08,
    Purpose.WIN_BACK: 0.04,
    Purpose.THANK: 0.06,
    Purpose.SEGMENT: 0.05,
}
ASSUMED_ELSE = 0.05


def assumed_for(source: Source) -> float:
    """The chance of a list before anything is known of it."""
    return ASSUMED[list_of(source).purpose] if isinstance(source, str) else ASSUMED_ELSE


def assumed_chances(cursor: Cursor) -> Mapping[str, float]:
    """The owner's own assumptions by list (``source_text``)."""
    return dict(cursor.execute("select source, share from assumed_chances order by source").fetchall())


def assume(cursor: Cursor, source: Source, share: float | None) -> None:
    """Keep an assumption of the owner's; ``None``: back to the default. Raises ``InvalidParams`` for no share."""
    text = source_text(source)
    if share is not None and not 0 <= share <= 1:
        raise InvalidParams("sheet_bounds")
    cursor.execute("delete from assumed_chances where source = ?", [text])
    if share is not None and share != assumed_for(source):
        cursor.execute("insert into assumed_chances values (?, ?)", [text, share])

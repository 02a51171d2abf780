"""Saved lists: conditions under a name. Whoever fits them when the list is opened is on it.

Write inside ``Database.write_beside``: a saved list is no number's data. Moments are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_core.db import Cursor, model
from crm_core.errors import CrmError, InvalidParams, UnknownName
from crm_core.lists.conditions import Node, checked, from_json, leaves, to_json
from crm_core.lists.ready_made import READY_MADE

LONGEST_NAME = 60
LONGEST_AUTHOR = 60
MOST_LISTS = 500


@dataclass(frozen=True)
class SavedList:
    """One saved list; ``changed_at`` is ``None`` where it stands as it was first saved."""

    list_id: int
    name: str
    conditions: str
    saved_by: str
    saved_at: datetime
    changed_at: datetime | None

    @property
    def node(self) -> Node:
        """The conditions. Raises ``InvalidParams`` with the list's name where a newer or damaged one cannot be read."""
        try:
            return from_json(self.conditions)
        except InvalidParams as error:
            if error.code == "unknown_fact":
                raise InvalidParams("saved_list_fact", list=self.name, name=error.facts["name"]) from error
            raise InvalidParams("saved_list_unreadable", list=self.name) from error


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a saved list; one that ``is_readable`` still holds people."""

    entry: SavedList
    refusal: CrmError
    is_readable: bool


def saved_lists(cursor: Cursor) -> tuple[SavedList, ...]:
    """All saved lists, by name."""
    rows = cursor.execute(model("lists/saved")).fetchall()
    return tuple(SavedList(*row) for row in rows)


def flaws_of(cursor: Cursor, entries: Sequence[SavedList]) -> list[Flaw]:
    """What is wrong with saved lists: some cannot be read, others name a product or category that nobody bought."""
    found: list[Flaw] = []
    items: dict[int, list[dict[str, str]]] = {}
    for entry in entries:
        try:
            items[entry.list_id] = _items(entry.node)
        except CrmError as refusal:
            found.append(Flaw(entry, refusal, is_readable=False))
    gone = _gone(cursor, [item for named in items.values() for item in named])
    for entry in entries:
        missing = next(
            (item["item_key"] for item in items.get(entry.list_id, []) if tuple(item.values()) in gone), None
        )
        if missing is not None:
            told = InvalidParams("saved_list_item", list=entry.name, item=missing)
            found.append(Flaw(entry, told, is_readable=True))
    return found


def _items(node: Node) -> list[dict[str, str]]:
    """The products and categories that a tree names."""
    of = (leaf.of for leaf in leaves(node) if leaf.of.get("item_key"))
    return [{"kind": str(values["kind"]), "item_key": str(values["item_key"])} for values in of]


def _gone(cursor: Cursor, items: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    if not items:
        return set()
    return set(cursor.execute(model("lists/gone_items"), {"items": list(items)}).fetchall())


def saved_list(cursor: Cursor, list_id: int) -> SavedList:
    """One saved list. Raises ``UnknownName`` where there is none of that number."""
    for entry in saved_lists(cursor):
        if entry.list_id == list_id:
            return entry
    raise UnknownName("unknown_saved_list")


def saved_list_named(cursor: Cursor, name: str) -> SavedList:
    """The saved list of that name, whatever the case of its letters. Raises ``UnknownName`` where there is none."""
    for entry in saved_lists(cursor):
        if is_named(entry, name):
            return entry
    raise UnknownName("unknown_saved_list")


def list_named(cursor: Cursor, name: str) -> str | Node | None:
    """A ready-made list by its key, else a saved one by its name; ``None`` where there is neither."""
    if name in READY_MADE:
        return name
    return next((entry.node for entry in saved_lists(cursor) if is_named(entry, name)), None)


def is_named(entry: SavedList, name: str) -> bool:
    """Whether a saved list has this name, whatever the case of its letters."""
    return _same(entry.name, name)


def save_list(cursor: Cursor, name: str, node: Node, author: str, moment: datetime) -> int:
    """Save conditions under a new name; returns the list's number.

    Raises ``InvalidParams`` for no name, for one that is taken, and where there are too many lists.
    """
    existing = saved_lists(cursor)
    wording = _free_name(existing, name)
    if len(existing) >= MOST_LISTS:
        raise InvalidParams("too_many_saved_lists", most=MOST_LISTS)
    list_id = 1 + max((entry.list_id for entry in existing), default=0)
    who = " ".join(author.split())[:LONGEST_AUTHOR]
    cursor.execute(
        "insert into saved_lists values (?, ?, ?, ?, ?, null)", [list_id, wording, to_json(checked(node)), who, moment]
    )
    return list_id


def rename_list(cursor: Cursor, list_id: int, name: str, moment: datetime) -> None:
    """Give a saved list another name. Raises as :func:`save_list` and :func:`saved_list`."""
    saved_list(cursor, list_id)
    others = [entry for entry in saved_lists(cursor) if entry.list_id != list_id]
    cursor.execute(
        "update saved_lists set name = ?, changed_at = ? where list_id = ?", [_free_name(others, name), moment, list_id]
    )


def replace_list(cursor: Cursor, list_id: int, node: Node, moment: datetime) -> None:
    """Let other conditions stand under the name of a saved list. Raises as :func:`saved_list`."""
    saved_list(cursor, list_id)
    cursor.execute(
        "update saved_lists set conditions = ?, changed_at = ? where list_id = ?",
        [to_json(checked(node)), moment, list_id],
    )


def remove_list(cursor: Cursor, list_id: int) -> None:
    """Remove a saved list; campaigns made of it keep their people. Raises as :func:`saved_list`."""
    saved_list(cursor, list_id)
    cursor.execute("delete from saved_lists where list_id = ?", [list_id])


def _free_name(existing: tuple[SavedList, ...] | list[SavedList], name: str) -> str:
    wording = " ".join(name.split())[:LONGEST_NAME].strip()
    if not wording:
        raise InvalidParams("list_without_name")
    if any(_same(entry.name, wording) for entry in existing):
        raise InvalidParams("list_name_taken", name=wording)
    return wording


def _same(left: str, right: str) -> bool:
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()

"""What a condition can be held against in this shop: its cities, tags, products, campaigns."""

from __future__ import annotations

from typing import NamedTuple

from crm_core.db import Cursor, model
from crm_core.lists.facts import Fact
from crm_core.metrics.themes import OTHER, themes
from crm_core.params import Params

MOST_OPTIONS = 500
# Where the options of a fact, or of a value that its source takes, come from (sql/lists/fact_options.sql).
BY_FACT = {
    "member_tier": "tier",
    "first_channel": "channel",
    "county": "county",
    "city": "city",
    "source_heard": "source",
}
BY_VALUE = {"tag": "tag", "channel": "order_channel"}


class Option(NamedTuple):
    """A value and what it is called."""

    key: str
    name: str


def fact_options(cursor: Cursor, fact: Fact, params: Params) -> tuple[str, ...]:
    """The values that a fact can have: the fixed ones, else those of the shop's customers, the most frequent first."""
    if fact.key == "preferred_category":  # which of them anybody prefers takes seconds with millions of lines
        return tuple(option.key for option in item_options(cursor, "category", params))
    return fact.options or _told(cursor, BY_FACT[fact.key], params)


def value_options(cursor: Cursor, name: str, params: Params) -> tuple[Option, ...]:
    """What a source can be asked about: tags, channels, themes, campaigns."""
    if name == "theme":
        return tuple(Option(key, key) for key in (*(theme.key for theme in themes(cursor)), OTHER))
    if name == "campaign_id":
        rows = cursor.execute(
            "select campaign_id, name from campaigns where stopped_at is null order by campaign_id desc"
        ).fetchall()
        return tuple(Option(str(number), called) for number, called in rows)
    return tuple(Option(value, value) for value in _told(cursor, BY_VALUE[name], params))


def item_options(cursor: Cursor, kind: str, params: Params, wanted: str = "") -> tuple[Option, ...]:
    """Products or categories whose name or number holds the text, those that most customers bought first."""
    binds = {"as_of": params.as_of, "kind": kind, "wanted": wanted.strip() or None, "most": MOST_OPTIONS}
    rows = cursor.execute(model("lists/item_options"), binds).fetchall()
    return tuple(Option(key, name) for key, name, _ in rows)


def _told(cursor: Cursor, by_key: str, params: Params) -> tuple[str, ...]:
    binds = {"as_of": params.as_of, "by_key": by_key, "most": MOST_OPTIONS}
    return tuple(value for value, _ in cursor.execute(model("lists/fact_options"), binds).fetchall())

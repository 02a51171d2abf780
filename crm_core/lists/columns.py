"""What a list can tell of each customer: the only columns that a list query ever selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics.spec import Column, ColumnKind, Unit

# What a customer is told by, and the columns that say whether one may write to them.
NAMED_BY = ("name", "phone", "email")
CONSENT_PREFIX = "consent_"
MEMBER = "member"
PERSON = "left join customer_mart as person on person.customer_id = member.customer_id"
USUAL = "left join usual on usual.customer_id = member.customer_id"
PREFERENCE = (
    "left join preferred_categories(($question).as_of, (select list(customer_id) from members)) as preference"
    " on preference.customer_id = member.customer_id"
)
ANSWER = "left join latest_answers($question) as answer on answer.customer_id = member.customer_id"


@dataclass(frozen=True)
class ListColumn:
    """A column: key, unit, SQL expression, and the join it needs (``MEMBER``: none).

    The heading stands in the locale files under ``lists.column.<key>``.
    """

    key: str
    unit: Unit | ColumnKind
    sql: str
    join: str = MEMBER


def _person(key: str, unit: ColumnKind = ColumnKind.TEXT) -> ListColumn:
    return ListColumn(key, unit, f"person.{key}", PERSON)


_ALL = (
    ListColumn("customer_id", ColumnKind.TEXT, "member.customer_id"),
    _person("name"),
    _person("email"),
    _person("phone"),
    _person("city"),
    _person("gender"),
    _person("birthday", ColumnKind.DATE),
    _person("joined_on", ColumnKind.DATE),
    _person("tier"),
    _person("tags"),
    ListColumn("segment", ColumnKind.TEXT, "member.segment"),
    ListColumn(
        "rfm_score", ColumnKind.TEXT, "case when segment is not null then concat(r_score, f_score, m_score) end"
    ),
    ListColumn("last_on", ColumnKind.DATE, "member.last_on"),
    ListColumn("recency_days", Unit.DAYS, "member.recency_days"),
    ListColumn("frequency", Unit.COUNT, "member.frequency"),
    ListColumn("revenue", Unit.MONEY, "member.revenue"),
    ListColumn("first_on", ColumnKind.DATE, "person.first_on", PERSON),
    ListColumn("first_channel", ColumnKind.TEXT, "person.first_channel", PERSON),
    ListColumn("usual_product", ColumnKind.TEXT, "usual.usual_product", USUAL),
    ListColumn("preferred_category", ColumnKind.TEXT, "preference.category", PREFERENCE),
    ListColumn("nps", Unit.COUNT, "answer.nps", ANSWER),
    ListColumn("comment", ColumnKind.TEXT, "answer.comment", ANSWER),
    ListColumn("answered_on", ColumnKind.DATE, "answer.answered_on", ANSWER),
    _person("consent_email", ColumnKind.FLAG),
    _person("consent_sms", ColumnKind.FLAG),
    _person("consent_line", ColumnKind.FLAG),
)
LIST_COLUMNS: dict[str, ListColumn] = {column.key: column for column in _ALL}


def usual_columns(cursor: Cursor, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a list shows at first: these, or the customer's number where nobody can be told otherwise."""
    row = cursor.execute(model("lists/contact_presence")).fetchone()
    if row and row[0]:
        return keys
    return ("customer_id", *(key for key in keys if key not in NAMED_BY and not key.startswith(CONSENT_PREFIX)))


def chosen(keys: Sequence[str]) -> tuple[ListColumn, ...]:
    """The columns of these keys, in this order. Refuses an unknown key, a repeated one, and none at all."""
    if not keys or len(set(keys)) != len(keys):
        raise InvalidParams(columns=", ".join(keys))
    for key in keys:
        if key not in LIST_COLUMNS:
            raise UnknownName("unknown_column", name=key)
    return tuple(LIST_COLUMNS[key] for key in keys)


def spec_of(columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    """The columns as those of a table."""
    return tuple(Column(column.key, column.unit) for column in columns)

"""What a list can tell of each customer: the only columns that a list query ever selects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics.product_cycles import due_windows
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
DUE = (
    "left join items_due(($question).as_of, $due_windows) as due on due.customer_id = member.customer_id\n"
    "left join product_mart as due_product on due_product.product_key = due.due_item"
)
LAST_CATEGORY = (
    "left join last_categories(($question).as_of) as last_bought on last_bought.customer_id = member.customer_id"
)
Provided = Callable[[Cursor, Mapping[str, object]], Mapping[str, object]]


@dataclass(frozen=True)
class ListColumn:
    """A column: key, unit, SQL expression, and the join it needs (``MEMBER``: none).

    ``provide`` computes what its join binds besides the question. The heading stands in the locale files under
    ``lists.column.<key>``.
    """

    key: str
    unit: Unit | ColumnKind
    sql: str
    join: str = MEMBER
    provide: Provided | None = None


def _due(cursor: Cursor, asked: Mapping[str, object]) -> Mapping[str, object]:
    return {"due_windows": due_windows(cursor, asked["as_of"], asked["channel"])}  # type: ignore[arg-type]


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
    ListColumn("last_category", ColumnKind.TEXT, "last_bought.last_category", LAST_CATEGORY),
    ListColumn("due_product", ColumnKind.TEXT, "coalesce(due_product.name, due.due_item)", DUE, _due),
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


def provided_for(cursor: Cursor, columns: Sequence[ListColumn], asked: Mapping[str, object]) -> dict[str, object]:
    """What the joins of the columns bind besides the question ``asked``; the cursor must be free."""
    makers = dict.fromkeys(column.provide for column in columns if column.provide)
    return {name: value for make in makers for name, value in make(cursor, asked).items()}


def spec_of(columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    """The columns as those of a table."""
    return tuple(Column(column.key, column.unit) for column in columns)

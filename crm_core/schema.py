"""The canonical schema: which fields a file of each kind may hold, and what its cells are (names as in FORMATS §0)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a file tells of."""

    ORDERS = "orders"
    CUSTOMERS = "customers"
    SURVEY = "survey"
    SERVICE = "service"
    ACTIVITY = "activity"
    CONTACTS = "contacts"


class Shape(StrEnum):
    """How a file lays out orders with several lines."""

    LINES_REPEAT = "lines_repeat"
    LINES_FIRST_MONEY = "lines_first_money"
    LINES_BLANK_BELOW = "lines_blank_below"
    SUMMARY_AND_LINES = "summary_and_lines"
    ONE_ROW_PER_ORDER = "one_row_per_order"


class CellType(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    TIMESTAMP = "timestamp"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    CURRENCY = "currency"
    PHONE = "phone"
    EMAIL = "email"
    FLAG = "flag"
    STATUS = "status"
    SCORE = "score"
    LINE_TYPE = "line_type"
    GENDER = "gender"
    CITY = "city"
    ACTION = "action"
    COMPLAINT = "complaint"
    OUTCOME = "outcome"
    CONTACT_CHANNEL = "contact_channel"


class Combine(StrEnum):
    """What several columns mapped to one field mean."""

    FIRST = "first"  # the first one that is not blank
    SUM = "sum"  # their sum (discounts of several kinds)
    LATEST = "latest"  # the latest of their moments (paid, sent, completed)
    JOIN = "join"  # their texts, joined by a space (first and last name, date and time)


@dataclass(frozen=True)
class Field:
    """One canonical field. ``is_order_level`` money stands once per order, whatever the file's shape."""

    name: str
    cell: CellType
    combine: Combine = Combine.FIRST
    is_order_level: bool = False


def _order_money(name: str, combine: Combine = Combine.FIRST) -> Field:
    return Field(name, CellType.MONEY, combine, is_order_level=True)


PERSON = (
    Field("customer_id", CellType.IDENTIFIER),
    Field("email", CellType.EMAIL),
    Field("phone", CellType.PHONE),
    Field("phone_country", CellType.TEXT),  # calling code of a phone that is written without it
)

ORDERS = (
    Field("order_id", CellType.IDENTIFIER),
    Field("line_id", CellType.IDENTIFIER),  # of a line within its order: the same again is the same line
    Field("ordered_at", CellType.TIMESTAMP, Combine.JOIN),
    Field("last_event_at", CellType.TIMESTAMP, Combine.LATEST),  # says how fresh an export is, nothing else
    *PERSON,
    Field("customer_name", CellType.TEXT, Combine.JOIN),
    Field("channel", CellType.TEXT),
    Field("status", CellType.STATUS),
    Field("payment_status", CellType.STATUS),
    Field("fulfil_status", CellType.STATUS),
    Field("return_status", CellType.STATUS),
    Field("cancelled_at", CellType.TEXT),  # any content means cancelled
    _order_money("order_total"),
    _order_money("subtotal"),
    _order_money("discount", Combine.SUM),
    _order_money("shipping", Combine.SUM),
    _order_money("tax", Combine.SUM),
    _order_money("refunded"),
    Field("currency", CellType.CURRENCY),
    Field("city", CellType.CITY),
    Field("coupon", CellType.TEXT),
    Field("sku", CellType.TEXT),
    Field("product", CellType.TEXT),
    Field("variant", CellType.TEXT),
    Field("category", CellType.TEXT),
    Field("quantity", CellType.NUMBER),
    Field("quantity_kept", CellType.NUMBER),  # what is left of the quantity after returns
    Field("unit_price", CellType.MONEY),
    Field("line_total", CellType.MONEY),
    Field("line_gross", CellType.MONEY),  # the line total before the line's discount
    Field("line_discount", CellType.MONEY, Combine.SUM),
    Field("line_type", CellType.LINE_TYPE),
    Field("quantity_returned", CellType.NUMBER),
)

CUSTOMERS = (
    *PERSON,
    Field("name", CellType.TEXT, Combine.JOIN),
    Field("birthday", CellType.DATE),
    Field("gender", CellType.GENDER),
    Field("city", CellType.CITY),
    Field("joined_at", CellType.DATE),
    Field("tier", CellType.TEXT),
    Field("consent_email", CellType.FLAG),
    Field("consent_sms", CellType.FLAG),
    Field("consent_line", CellType.FLAG),
    Field("source_heard", CellType.TEXT),
    Field("tags", CellType.TEXT),
)

SURVEY = (
    Field("response_id", CellType.IDENTIFIER),
    Field("submitted_at", CellType.TIMESTAMP, Combine.JOIN),
    *PERSON,
    Field("order_id", CellType.IDENTIFIER),
    Field("channel", CellType.TEXT),
    Field("nps", CellType.SCORE),
    Field("csat", CellType.SCORE),
    Field("comment", CellType.TEXT, Combine.JOIN),
    Field("recommended", CellType.FLAG),
    Field("source_heard", CellType.TEXT),
    Field("contact_consent", CellType.FLAG),
)

SERVICE = (
    Field("case_id", CellType.IDENTIFIER),
    Field("opened_at", CellType.TIMESTAMP, Combine.JOIN),
    Field("closed_at", CellType.TIMESTAMP, Combine.JOIN),
    *PERSON,
    Field("order_id", CellType.IDENTIFIER),
    Field("channel", CellType.TEXT),
    Field("topic", CellType.TEXT),
    Field("is_complaint", CellType.COMPLAINT),
    Field("case_status", CellType.TEXT),
    Field("note", CellType.TEXT, Combine.JOIN),
)

WIDE_ACTIONS = ("open", "click", "post", "comment", "like", "share", "message", "visit")
"""What an activity file may count in a column of its own, one row per person: ``open_count``, ``open_time`` …"""

ACTIVITY = (
    Field("acted_at", CellType.TIMESTAMP, Combine.JOIN),
    *PERSON,
    Field("channel", CellType.TEXT),
    Field("subject", CellType.TEXT),  # the post, mailing or campaign it was about
    Field("action", CellType.ACTION),
    Field("action_count", CellType.NUMBER),
    *(Field(f"{action}_count", CellType.NUMBER) for action in WIDE_ACTIONS),
    *(Field(f"{action}_time", CellType.TIMESTAMP) for action in WIDE_ACTIONS),
)

CONTACT_CHANNELS = ("phone", "sms", "email", "line")
"""The ways to a customer; a log may name others, which stay as its words."""
CONTACT_OUTCOMES = ("reached", "not_reached", "refused", "invalid", "sent", "allowed")
"""What came of a contact: ``refused`` is the wish for no more contact, ``allowed`` that it has ended."""

CONTACTS = (
    Field("contact_id", CellType.IDENTIFIER),  # of a record within its log: the same again replaces it
    Field("contacted_at", CellType.TIMESTAMP, Combine.JOIN),
    Field("customer_ref", CellType.TEXT),  # the customer as this product names them, on its own sheets
    *PERSON,
    Field("source", CellType.TEXT),  # the list or campaign that it was made for
    Field("channel", CellType.CONTACT_CHANNEL),
    Field("outcome", CellType.OUTCOME),
    Field("reason", CellType.TEXT),
    Field("product", CellType.TEXT),  # in use, as the customer says
    Field("note", CellType.TEXT, Combine.JOIN),
    Field("agent", CellType.TEXT),
)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.ORDERS: ORDERS,
    Kind.CUSTOMERS: CUSTOMERS,
    Kind.SURVEY: SURVEY,
    Kind.SERVICE: SERVICE,
    Kind.ACTIVITY: ACTIVITY,
    Kind.CONTACTS: CONTACTS,
}

MOMENT = {
    Kind.ORDERS: "ordered_at",
    Kind.SURVEY: "submitted_at",
    Kind.SERVICE: "opened_at",
    Kind.ACTIVITY: "acted_at",
    Kind.CONTACTS: "contacted_at",
}
"""The field that says when a record of the kind happened."""

# Canonical names that are a reserved word and a function in SQL, or one kind of what the field holds; the fields have
# other names.
_CALLED_OTHERWISE = {
    Kind.ACTIVITY: {"at": "acted_at", "count": "action_count"},
    Kind.CONTACTS: {"campaign": "source"},
}
# Canonical names that a mapping may use although nothing is kept of such a column: totals are computed from the orders,
# and every column of a survey is kept as it is.
_NOT_KEPT = {
    Kind.ORDERS: frozenset({"note"}),
    Kind.CUSTOMERS: frozenset({"orders_count", "total_spent", "last_order_at", "note"}),
    Kind.SURVEY: frozenset({"answers"}),
    Kind.SERVICE: frozenset[str](),
    Kind.ACTIVITY: frozenset({"note"}),
    Kind.CONTACTS: frozenset[str](),
}


def field_of(kind: Kind, name: str) -> Field:
    """The field of that name. Raises ``KeyError`` where the kind has none."""
    return {field.name: field for field in FIELDS[kind]}[name]


def field_name(kind: Kind, canonical: str) -> str | None:
    """The field behind a canonical name of a mapping; ``None`` for one that is known and not kept.

    Raises ``KeyError`` for a name that the kind does not have.
    """
    if canonical in _NOT_KEPT[kind]:
        return None
    return field_of(kind, _CALLED_OTHERWISE.get(kind, {}).get(canonical, canonical)).name

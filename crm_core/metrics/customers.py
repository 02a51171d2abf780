"""The customer table with search, and everything known of one customer.

A customer is addressed from outside (a link, a page's address) by an opaque reference, never by its id: ids may hold an
e-mail address or a phone number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import md5
from typing import Any, Literal, get_args

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics.items import has_categories
from crm_core.metrics.kept_scores import scored_once
from crm_core.metrics.query import Row
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import Segment
from crm_core.metrics.spec import Column, ColumnKind, Table, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

CustomerOrder = Literal["monetary", "frequency", "recency_days", "first_on", "name"]
CUSTOMER_ORDERS: tuple[CustomerOrder, ...] = get_args(CustomerOrder)
LEAST_PHONE_DIGITS = 3

CUSTOMER_COLUMNS = (
    Column("customer_reference", ColumnKind.TEXT),
    Column("customer_id", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    Column("email", ColumnKind.TEXT),
    Column("phone", ColumnKind.TEXT),
    Column("city", ColumnKind.TEXT),
    Column("segment", ColumnKind.TEXT),
    Column("recency_days", Unit.DAYS),
    Column("frequency", Unit.COUNT),
    Column("monetary", Unit.MONEY),
    Column("rfm_score", ColumnKind.TEXT),
    Column("last_on", ColumnKind.DATE),
    Column("first_on", ColumnKind.DATE),
    Column("preferred_category", ColumnKind.TEXT),
)


@dataclass(frozen=True)
class CustomerPage:
    """One page of the customer table. ``total`` counts all customers that match; 0 also for a page past the end."""

    table: Table
    total: int


@dataclass(frozen=True)
class CustomerHeader:
    """Who it is. Purchases, revenue (stand-alone returns included) and days are of all history up to the as-of date.

    ``segment`` and ``rfm_score`` are ``None`` without a purchase in the window; a consent is ``None`` where none is on
    record; ``nps`` is the latest valid score.
    """

    customer_id: str
    reference: str
    name: str | None
    email: str | None
    phone: str | None
    city: str | None
    gender: str | None
    birthday: date | None
    joined_on: date | None
    tier: str | None
    tags: str | None
    source_heard: str | None
    consent_email: bool | None
    consent_sms: bool | None
    consent_line: bool | None
    first_channel: str | None
    first_on: date | None
    last_on: date | None
    purchases: int
    revenue: Decimal
    recency_days: int | None
    segment: Segment | None
    rfm_score: str | None
    nps: int | None


@dataclass(frozen=True)
class OrderLine:
    """One line; ``is_sold`` False: a gift or another line without a price."""

    product_key: str | None
    product: str | None
    is_sold: bool
    quantity: Decimal
    net_amount: Decimal


@dataclass(frozen=True)
class CustomerOrderDocument:
    """One order, counted or not, or one stand-alone return. Lines are known of counted orders and returns only."""

    order_key: str
    order_id: str | None
    channel: str
    ordered_at: datetime
    ordered_on: date
    status: str
    is_counted: bool
    is_adjustment: bool
    net_amount: Decimal
    refund_amount: Decimal
    coupon: str | None
    purchase_no: int | None
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True)
class CustomerAnswer:
    """One survey answer; ``answers`` are all columns of the file, question by question."""

    answer_key: str
    submitted_at: datetime | None
    answered_on: date | None
    channel: str | None
    nps: int | None
    attitude: str | None
    satisfaction: float | None
    satisfaction_scale: int | None
    comment: str | None
    recommended: bool | None
    answers: dict[str, str]


@dataclass(frozen=True)
class CustomerCase:
    """One question or complaint; ``is_complaint`` and ``is_closed`` are ``None`` where the file does not tell."""

    service_key: str
    case_id: str | None
    order_id: str | None
    opened_at: datetime | None
    opened_on: date | None
    closed_on: date | None
    channel: str | None
    topic: str | None
    case_status: str | None
    is_closed: bool | None
    is_complaint: bool | None
    note: str | None


@dataclass(frozen=True)
class CustomerInteraction:
    """What the customer did on one day with one post or mailing, and how often; ``action`` as in ``parse_action``."""

    acted_on: date | None
    acted_at: datetime | None
    channel: str | None
    subject: str | None
    action: str | None
    action_count: Decimal


@dataclass(frozen=True)
class UsualProduct:
    """A product the customer bought: on how many days, how much, and the median of days between (``None``: once)."""

    product_key: str
    product: str
    purchases: int
    quantity: Decimal
    revenue: Decimal
    last_on: date
    gap_median: float | None


@dataclass(frozen=True)
class Rhythm:
    """Median days between purchases: the customer's own (of so many gaps) and the shop's; ``None``: no gap."""

    own_gap_median: float | None
    own_gap_count: int
    shop_gap_median: float | None


@dataclass(frozen=True)
class Identifier:
    """An account, e-mail, phone or name under which the customer occurs, and in which kinds of files."""

    kind: Literal["account", "email", "phone", "name"]
    identifier: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomerView:
    """Everything known of one customer up to the as-of date; orders, answers, cases and interactions newest first."""

    header: CustomerHeader
    orders: tuple[CustomerOrderDocument, ...]
    answers: tuple[CustomerAnswer, ...]
    usual_products: tuple[UsualProduct, ...]
    rhythm: Rhythm
    identifiers: tuple[Identifier, ...]
    cases: tuple[CustomerCase, ...] = ()
    interactions: tuple[CustomerInteraction, ...] = ()


def customer_reference(customer_id: str) -> str:
    """An opaque name for addresses: the first 16 hexadecimal digits of the MD5 of the id."""
    return md5(customer_id.encode(), usedforsecurity=False).hexdigest()[:16]


def customer_by_reference(cursor: Cursor, reference: str) -> str | None:
    """The customer id behind a reference, ``None`` where there is none."""
    row = cursor.execute(model("customers/by_reference"), {"reference": reference}).fetchone()
    return str(row[0]) if row else None


def customer_page(
    cursor: Cursor,
    params: Params,
    settings: ShopSettings,
    search: str | None = None,
    segment: str | None = None,
    order_by: CustomerOrder = "monetary",
    limit: int = 50,
    offset: int = 0,
) -> CustomerPage:
    """One page of the customers known by the as-of date, those who never bought (in the window) last.

    ``search`` is a fragment of a name or e-mail (case ignored, taken literally) or of a phone number as people write
    it. Order: name ascending, fewest recency days, highest frequency or monetary, newest first purchase.
    """
    if order_by not in CUSTOMER_ORDERS or limit < 1 or offset < 0:
        raise InvalidParams(order_by=order_by, limit=limit, offset=offset)
    text = (search or "").strip().lower() or None
    binds = {
        "question": question(params, settings),
        "as_of": params.as_of,
        "channel": params.channel,
        "search": text,
        "phone": _phone_fragment(text),
        "segment": segment,
        "order_by": order_by,
        "limit": limit,
        "offset": offset,
    }
    with scored_once(cursor, params, settings):
        frame = cursor.execute(model("customers/page"), binds).df()
    total = int(frame["total"].iloc[0]) if len(frame) else 0
    frame["preferred_category"] = _preferred_categories(cursor, params, list(frame["customer_id"]))
    return CustomerPage(Table("customers", CUSTOMER_COLUMNS, frame.drop(columns="total")), total)


def _preferred_categories(cursor: Cursor, params: Params, customer_ids: list[str]) -> list[str | None]:
    """The category that each of these customers prefers; asked for few, only their purchases are read."""
    binds = {"as_of": params.as_of, "customer_ids": customer_ids}
    if not customer_ids or not has_categories(cursor):
        return [None] * len(customer_ids)
    found = dict(cursor.execute(model("customers/preferred_categories"), binds).fetchall())
    return [found.get(customer_id) for customer_id in customer_ids]


def _phone_fragment(text: str | None) -> str | None:
    """The digits of a search as they stand in an E.164 number: without separators and the national leading zero."""
    if text is None or not all(char.isdecimal() or char in "+-() " for char in text):
        return None
    digits = "".join(char for char in text if char.isdecimal()).removeprefix("0")
    return digits if len(digits) >= LEAST_PHONE_DIGITS else None


def customer_view(cursor: Cursor, customer_id: str, params: Params, settings: ShopSettings) -> CustomerView:
    """Everything known of one customer. Raises ``UnknownName`` where the customer does not exist."""
    asked: Row = {"customer_id": customer_id, "as_of": params.as_of}
    header = _header(cursor, asked, params, settings)
    return CustomerView(
        header=header,
        orders=_orders(cursor, asked),
        answers=tuple(_answer(row) for row in _rows(cursor, "answers", asked)),
        usual_products=tuple(UsualProduct(**row) for row in _rows(cursor, "usual_products", asked)),
        rhythm=Rhythm(**_rows(cursor, "rhythm", asked)[0]),
        identifiers=tuple(_identifier(**row) for row in _rows(cursor, "identifiers", {"customer_id": customer_id})),
        cases=tuple(CustomerCase(**row) for row in _rows(cursor, "cases", asked)),
        interactions=tuple(CustomerInteraction(**row) for row in _rows(cursor, "interactions", asked)),
    )


def _rows(cursor: Cursor, name: str, binds: Row) -> list[dict[str, Any]]:
    result = cursor.execute(model(f"customers/{name}"), binds)
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def _header(cursor: Cursor, asked: Row, params: Params, settings: ShopSettings) -> CustomerHeader:
    # One customer is shown whatever the channel filter of the page says.
    binds = {**asked, "question": question(replace(params, channel=None), settings)}
    rows = _rows(cursor, "header", binds)
    if not rows:
        raise UnknownName("unknown_customer", reference=customer_reference(str(asked["customer_id"])))
    row = rows[0]
    scores = [row.pop(name) for name in ("r_score", "f_score", "m_score")]
    segment = row.pop("segment")
    return CustomerHeader(
        **row,
        segment=Segment(segment) if segment else None,
        rfm_score="".join(map(str, scores)) if segment else None,
    )


def _orders(cursor: Cursor, asked: Row) -> tuple[CustomerOrderDocument, ...]:
    lines: dict[str, list[OrderLine]] = {}
    for row in _rows(cursor, "order_lines", asked):
        lines.setdefault(row.pop("order_key"), []).append(OrderLine(**row))
    return tuple(
        CustomerOrderDocument(**row, lines=tuple(lines.get(row["order_key"], ())))
        for row in _rows(cursor, "orders", asked)
    )


def _answer(row: dict[str, Any]) -> CustomerAnswer:
    told = json.loads(row.pop("answers"))
    return CustomerAnswer(**row, answers={str(key): "" if value is None else str(value) for key, value in told.items()})


def _identifier(
    kind: Literal["account", "email", "phone", "name"], identifier: str, sources: list[str] | None
) -> Identifier:
    return Identifier(kind, identifier, tuple(sources or ()))

"""The customer table with search, and the view of one customer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from crm_core.db import Cursor
from crm_core.errors import InvalidParams, UnknownName
from crm_core.metrics import customers, rfm
from crm_core.metrics.segments import Segment
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Returned, fill, insert, on, params, shop

SETTINGS = ShopSettings()
PEOPLE = {
    "a": ("王小明", "Ming@Example.tw", "+886912345678"),
    "b": ("Lin 100%", "lin_mei@example.tw", "+886922000111"),
    "c": ("O'Brien", "linXmei@example.tw", None),
}


@pytest.fixture
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("customers")) as opened:
        fill(
            opened,
            [
                Bought("a", 0, Decimal(100)),
                Bought("a", 10, Decimal(50)),
                Bought("a", 40),
                Bought("b", 5),
                Bought("c", 60),
            ],
            [Returned("a", 12, Decimal("-20.5"))],
        )
        for customer, (name, email, phone) in PEOPLE.items():
            opened.execute(
                "update customer_mart set name = ?, email = ?, phone = ? where customer_id = ?",
                [name, email, phone, customer],
            )
        member = {"customer_id": "m", "name": "Member", "joined_on": on(3), "has_line": False, "purchase_count": 0}
        insert(opened, "customer_mart", [member])
        yield opened


def found(cursor: Cursor, search: str | None = None, day: int = 60, **more: object) -> list[str]:
    page = customers.customer_page(cursor, params(day), SETTINGS, search, **more)  # type: ignore[arg-type]
    assert page.total == len(page.table.frame)
    return list(page.table.frame["customer_id"])


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (None, ["a", "b", "c", "m"]),
        (" ", ["a", "b", "c", "m"]),
        ("小明", ["a"]),
        ("ming@", ["a"]),
        ("MEMBER", ["m"]),
        ("100%", ["b"]),
        ("%", ["b"]),
        ("lin_mei", ["b"]),
        ("o'brien", ["c"]),
        ("'; drop table customer_mart; --", []),
        ("0912-345-678", ["a"]),
        ("+886 922", ["b"]),
        ("000111", ["b"]),
        ("12", []),
    ],
)
def test_search_is_literal_and_knows_phones(cursor: Cursor, search: str | None, expected: list[str]) -> None:
    assert sorted(found(cursor, search)) == expected


def test_orders_and_pages(cursor: Cursor) -> None:
    assert found(cursor, order_by="monetary") == ["a", "b", "c", "m"]
    assert found(cursor, order_by="recency_days") == ["c", "a", "b", "m"]
    assert found(cursor, order_by="first_on") == ["c", "b", "a", "m"]
    page = customers.customer_page(cursor, params(60), SETTINGS, limit=2, offset=1)
    assert (page.table.frame["customer_id"].tolist(), page.total) == (["b", "c"], 4)
    assert [column.key for column in page.table.columns] == page.table.frame.columns.tolist()


def test_only_what_was_known_on_the_day(cursor: Cursor) -> None:
    assert found(cursor, day=2) == ["a"]
    assert found(cursor, day=4) == ["a", "m"]


def test_a_segment_holds_the_customers_that_the_scores_say(cursor: Cursor) -> None:
    told = rfm.rfm_table(cursor, params(60), SETTINGS)
    for segment in Segment:
        expected = told.loc[told["segment"] == segment, "customer_id"].tolist()
        assert sorted(found(cursor, segment=segment)) == sorted(expected)


def test_an_unknown_order_is_refused(cursor: Cursor) -> None:
    with pytest.raises(InvalidParams):
        found(cursor, order_by="name; drop table customer_mart")


def test_reference_is_opaque_and_leads_back(cursor: Cursor) -> None:
    reference = customers.customer_reference("a")
    assert reference == "0cc175b9c0f1b6a8"
    assert customers.customer_by_reference(cursor, reference) == "a"
    assert customers.customer_by_reference(cursor, "' or 1 = 1 --") is None


def test_view_of_one_customer(cursor: Cursor) -> None:
    add_history(cursor)
    view = customers.customer_view(cursor, "a", params(39, channel="elsewhere"), SETTINGS)
    header = view.header
    assert (header.name, header.purchases, header.revenue, header.recency_days) == ("王小明", 2, Decimal("129.5"), 29)
    # Two customers had bought by then, and a is ahead in every figure: above all three cut points between the two.
    assert (header.segment, header.rfm_score, header.nps) == (Segment.CHAMPIONS, "444", 3)
    assert [(order.ordered_on, order.status) for order in view.orders] == [
        (on(12), "adjustment"),
        (on(10), "valid"),
        (on(0), "valid"),
    ]
    assert view.orders[1].lines == (customers.OrderLine("tea", "Oolong", True, Decimal(2), Decimal(50)),)
    assert view.usual_products == (customers.UsualProduct("tea", "Oolong", 2, Decimal(3), Decimal(150), on(10), 10.0),)
    assert view.rhythm == customers.Rhythm(10.0, 1, 10.0)
    assert [(answer.nps, answer.answers) for answer in view.answers] == [
        (None, {"Q1": "3", "Q2": ""}),
        (3, {"Q1": "3", "Q2": ""}),
    ]
    assert view.identifiers == (
        customers.Identifier("account", "shop:1"),
        customers.Identifier("email", "ming@example.tw"),
        customers.Identifier("name", "王小明"),
    )


def add_history(cursor: Cursor) -> None:
    insert(cursor, "product_mart", [{"product_key": "tea", "name": "Oolong"}])
    line = {"line_no": 1, "customer_id": "a", "channel": "site", "product_key": "tea", "is_ranked": True}
    insert(
        cursor,
        "order_line_mart",
        [{**line, "order_key": "a-10", "ordered_on": on(10), "quantity": 2, "net_amount": Decimal(50)}],
    )
    product = {"customer_id": "a", "product_key": "tea", "product_purchase_no": 1}
    bought = [
        {"purchased_on": on(0), "purchase_no": 1, "gap_days": None, "quantity": 1, "net_amount": Decimal(100)},
        {"purchased_on": on(10), "purchase_no": 2, "gap_days": 10, "quantity": 2, "net_amount": Decimal(50)},
        {"purchased_on": on(40), "purchase_no": 3, "gap_days": 30, "quantity": 2, "net_amount": Decimal(50)},
    ]
    insert(cursor, "product_purchase_mart", [{**product, **row} for row in bought])
    told = {"customer_id": "a", "is_nps_asked": True, "answers": '{"Q1": "3", "Q2": null}'}
    answers = [
        {**told, "answer_key": f"answer-{day}", "submitted_at": on(day), "answered_on": on(day), "nps": nps}
        for day, nps in ((20, 3), (30, None), (50, 10))
    ]
    insert(cursor, "answer_mart", answers)
    for account in ("shop:1", None):
        cursor.execute(
            "insert into identities values (?, ?, 'ming@example.tw', null, '王小明', 'a')", [f"key-{account}", account]
        )


def test_a_member_who_never_bought_has_a_view(cursor: Cursor) -> None:
    view = customers.customer_view(cursor, "m", params(60), SETTINGS)
    assert (view.header.purchases, view.header.segment, view.header.rfm_score) == (0, None, None)
    assert (view.orders, view.rhythm.own_gap_median, view.rhythm.own_gap_count) == ((), None, 0)


def test_an_unknown_customer_is_refused_without_telling_the_id(cursor: Cursor) -> None:
    with pytest.raises(UnknownName) as refused:
        customers.customer_view(cursor, "someone@example.tw", params(60), SETTINGS)
    assert "someone" not in str(refused.value)

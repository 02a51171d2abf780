"""Rows that tell of several lines: numbered columns and packed text become the lines they tell of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crm_core.errors import MappingRefused
from crm_core.ingest.item_columns import numbered_items, packed_items
from crm_core.ingest.mapping import from_json, from_toml, to_json
from crm_core.ingest.model import ColumnMapping, PackedItems
from crm_core.ingest.unpack import items_of
from crm_core.schema import Kind
from tests.core.builders import Document, Shop, write_csv

SHOPEE = (
    "[1] 商品名稱:手工餅乾; 附提袋; 商品選項名稱:原味; 價格: $ 350; 數量: 1; 商品選項貨號: A-1; "
    "[2] 商品名稱:茶; 商品選項名稱:; 價格: $ 1,200; 數量: 2; 商品選項貨號: ;"
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.duckdb")


def take_in(shop: Shop, *rows: Document) -> Document:
    return shop.take_in("orders", write_csv(shop.path.parent / "orders.csv", rows))


def lines(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.query(
        "select order_id, product_key, lines.quantity::double, lines.net_amount::double "
        "from order_line_mart lines join order_mart using (order_key) order by lines.order_key, line_no"
    )


# ---- numbered columns ----


@pytest.mark.parametrize(
    ("header", "places"),
    [
        (
            ("訂單編號", "商品1", "數量1", "單價1", "商品2", "數量2", "單價2"),
            [{"product", "quantity", "unit_price"}] * 2,
        ),
        (("單號", "商品1 名稱", "商品1 數量", "商品2 名稱", "商品2 數量"), [{"product", "quantity"}] * 2),
        (("Order", "Item 1 Name", "Item 1 Qty", "Item 2 Name", "Item 2 Qty"), [{"product", "quantity"}] * 2),
        (("id", "item_1_sku", "item_1_price", "item_2_sku", "item_2_price"), [{"sku", "unit_price"}] * 2),
        (("order_item_1", "order_item_2", "order_item_3"), [{"product"}] * 3),
        (("日期", "商品", "數量", "商品 (2)", "數量 (2)"), [{"product", "quantity"}] * 2),
        (
            (
                "商品名稱",
                "規格1",
                "規格2",
                "Item Cost",
                "Item Cost (2)",
                "地址 1",
                "地址 2",
                "Tax 1 Name",
                "Tax 2 Name",
            ),
            [],
        ),
        (("商品1", "數量1", "單價1"), []),
    ],
)
def test_numbered_headings(header: tuple[str, ...], places: list[set[str]]) -> None:
    found = numbered_items(header)
    assert [set(item) for item in found] == places
    assert all(heading in header for item in found for heading in item.values())


def test_numbered_columns_are_lines(shop: Shop) -> None:
    row = {
        "訂單編號": "A",
        "訂單日期": "2024-03-05",
        "商品1": "茶",
        "數量1": 2,
        "單價1": 50,
        "商品2": "杯",
        "數量2": 1,
        "單價2": 40,
    }
    receipt = take_in(
        shop,
        {**row, "訂單金額": 140},
        {**row, "訂單編號": "B", "商品2": "", "數量2": "0", "單價2": "-", "訂單金額": 100},
    )  # fmt: skip
    assert [receipt[name] for name in ("rows_read", "rows_loaded", "orders", "revenue")] == [2, 2, 2, 240]
    assert receipt["shape"] == "one_row_per_order"
    assert lines(shop) == [("A", "茶", 2, 100), ("A", "杯", 1, 40), ("B", "茶", 2, 100)]


def test_the_same_numbered_file_again_changes_nothing(shop: Shop) -> None:
    row = {"訂單編號": "A", "訂單日期": "2024-03-05", "商品1": "茶", "單價1": 50, "商品2": "杯", "單價2": 40}
    take_in(shop, row, {**row, "訂單編號": "B"})
    receipt = take_in(shop, row, {**row, "訂單編號": "B"}, {**row, "訂單編號": "C"})
    assert [receipt[name] for name in ("rows_read", "rows_loaded", "rows_unchanged", "rows_rejected")] == [3, 1, 2, 0]


def test_an_item_that_cannot_be_read_rejects_its_row_once(shop: Shop) -> None:
    row = {"訂單編號": "A", "訂單日期": "2024-03-05", "商品1": "茶", "單價1": 50, "商品2": "杯", "單價2": 40}
    receipt = take_in(shop, row, {**row, "訂單編號": "B", "單價2": "四十"})
    assert [receipt[name] for name in ("rows_read", "rows_loaded", "rows_rejected")] == [2, 1, 1]
    assert [(p["rule"], p["count"], p["example"]) for p in receipt["problems"]] == [("unreadable", 1, "四十")]
    assert shop.query("select row_number, column_name from import_problems") == [(3, "unit_price")]


def test_a_row_without_an_order_number_is_one_order(shop: Shop) -> None:
    row = {"訂單日期": "2024-03-05", "商品1": "茶", "單價1": 50, "商品2": "杯", "單價2": 40}
    receipt = take_in(shop, row, row)
    assert (receipt["orders"], receipt["revenue"]) == (2, 180)


# ---- packed text ----

A_AND_B = [("A", "2"), ("B", "1")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("A x2, B x1", A_AND_B),
        ("A*2; B*1", A_AND_B),
        ("A ×2\nB ×1", A_AND_B),
        ("A x 2、B x 1", A_AND_B),
        ("A x2 件 + B x1 件", A_AND_B),
        ("2x A, 1x B", A_AND_B),
        ("紅茶*2", [("紅茶", "2")]),
        ("黑豆(大) x2, 禮盒 A x12", [("黑豆(大)", "2"), ("禮盒 A", "12")]),
    ],
)
def test_packed_items_are_found(cell: str, expected: list[tuple[str, str]]) -> None:
    mapping = ColumnMapping(Kind.ORDERS, columns={"product": ("p",)})
    packed = packed_items(mapping, [{"p": cell}, {"p": cell}])
    assert packed is not None
    assert [(item["product"], item["quantity"]) for item, _ in items_of(cell, packed)] == expected


@pytest.mark.parametrize("cell", ["T-shirt, red", "iPhone 15 case", "黑豆、紅豆綜合包", "AB; CD", "2 x 4 木板"])
def test_a_product_s_own_name_is_not_taken_apart(cell: str) -> None:
    mapping = ColumnMapping(Kind.ORDERS, columns={"product": ("p",), "quantity": ("q",)})
    assert packed_items(mapping, [{"p": cell, "q": "1"}, {"p": "Tea", "q": "2"}]) is None


def test_lines_of_a_cell_are_items_where_the_quantity_is_their_number() -> None:
    mapping = ColumnMapping(Kind.ORDERS, columns={"product": ("p",), "quantity": ("q",)})
    rows = [{"p": "茶\n杯", "q": "2"}, {"p": "茶", "q": "1"}]
    assert packed_items(mapping, rows) is not None
    assert packed_items(mapping, [{"p": "茶\n杯", "q": "5"}, {"p": "茶", "q": "1"}]) is None


def test_shopee_s_packing_list_is_taken_apart() -> None:
    mapping = ColumnMapping(Kind.ORDERS, columns={"product": ("p",)})
    packed = packed_items(mapping, [{"p": SHOPEE}])
    assert packed is not None
    assert [item for item, _ in items_of(SHOPEE, packed)] == [
        {"product": "手工餅乾; 附提袋", "variant": "原味", "sku": "A-1", "quantity": "1", "unit_price": "$ 350"},
        {"product": "茶", "variant": None, "sku": None, "quantity": "2", "unit_price": "$ 1,200"},
    ]


def test_packed_lines_are_priced_by_themselves(shop: Shop) -> None:
    receipt = take_in(shop, {"訂單編號": "A", "訂單日期": "2024-03-05", "商品資訊": SHOPEE, "商品名稱": SHOPEE})
    assert (receipt["orders"], receipt["revenue"]) == (1, 2750)
    assert lines(shop) == [("A", "a-1".upper(), 1, 350), ("A", "茶", 2, 2400)]


def test_packed_lines_without_prices_share_the_amount_by_pieces(shop: Shop) -> None:
    receipt = take_in(
        shop,
        {"訂單編號": "A", "訂單日期": "2024-03-05", "商品名稱": "茶 x2, 杯 x1", "訂單金額": 900},
        {"訂單編號": "B", "訂單日期": "2024-03-06", "商品名稱": "客製蛋糕", "訂單金額": 500},
        *(
            {"訂單編號": f"C{n}", "訂單日期": "2024-03-07", "商品名稱": "茶 x1, 杯 x1", "訂單金額": 10}
            for n in range(12)
        ),
    )
    assert (receipt["orders"], receipt["revenue"]) == (14, 1520)
    assert lines(shop)[:3] == [("A", "茶", 2, 600), ("A", "杯", 1, 300), ("B", "客製蛋糕", 1, 500)]
    assert ("item_unread", 1, "客製蛋糕") in [(p["rule"], p["count"], p["example"]) for p in receipt["problems"]]


def test_what_is_no_item_is_kept_as_a_product() -> None:
    packed = PackedItems(("p",), r"(?P<product>[^#]+)#(?P<quantity>\d+)")
    assert list(items_of("A#2 何 B#1", packed)) == [
        ({"product": "A", "quantity": "2"}, True),
        ({"product": "何 B", "quantity": "1"}, True),
    ]
    assert list(items_of("A#2;??", packed)) == [
        ({"product": "A", "quantity": "2"}, True),
        ({"product": ";??"}, False),
    ]
    assert list(items_of("-", packed)) == []


def test_a_mapping_with_items_survives_as_text() -> None:
    packed = PackedItems(("商品資訊",), r"(?P<product>.+) x(?P<quantity>\d+)", ";")
    numbered = ({"product": "商品1", "quantity": "數量1"}, {"product": "商品2", "quantity": "數量2"})
    for mapping in (
        ColumnMapping(Kind.ORDERS, columns={"order_id": ("訂單編號",)}, items=packed),
        ColumnMapping(Kind.ORDERS, columns={"order_id": ("訂單編號",)}, item_columns=numbered),
    ):
        assert from_json(to_json(mapping)) == mapping


@pytest.mark.parametrize("item", ["(?P<product>", "[a-z]+", "(?P<colour>.+)"])
def test_a_pattern_that_tells_no_line_is_refused(tmp_path: Path, item: str) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(f'kind = "orders"\n[items]\nheadings = "p"\nitem = \'{item}\'\n', encoding="utf-8")
    with pytest.raises(MappingRefused, match="mapping_file_wrong"):
        from_toml(file)

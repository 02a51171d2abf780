"""A shop written out in every layout, encoding, date style and container comes back as the same shop.

The layouts are those of FORMATS §0: order fields repeated on every line, money on the first line only, everything blank
below the first line, a summary row above the lines, and one row per order with numbered item columns. Every pair of
layout and container, layout and date style, container and date style occurs. What is to come back is computed here in
plain Python.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from crm_core.db import Database
from crm_core.ingest import parse as parsing
from crm_core.ingest import reader
from crm_core.ingest.load import Origin
from crm_core.ingest.pipeline import offer, store

NOW = datetime(2024, 12, 1, 9)
PRODUCTS = {
    "TEA-1": ("高山茶", Decimal(350)),
    "CUP-2": ("馬克杯", Decimal("280.5")),
    "BOX-3": ("禮盒, 大", Decimal(1280)),
}
GIFT = "試喝包"
WORDS = {"valid": "已完成", "cancelled": "已取消", "unpaid": "未付款"}
MOST_LINES = 4
MARTS = {
    "order_mart": "*",
    "purchase_mart": "*",
    "order_line_mart": "* exclude (line_no)",
    "product_purchase_mart": "*",
    "product_mart": "*",
    "customer_mart": "*",
}

Cells = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One line of an order: a product by its number, or a gift without one."""

    sku: str
    product: str
    quantity: int
    price: Decimal
    is_gift: bool = False


@dataclass(frozen=True)
class Order:
    """One order as the shop knows it; ``buyer`` None is anonymous."""

    number: str
    placed: datetime
    buyer: int | None
    status: str
    lines: tuple[Line, ...]
    discount: Decimal
    shipping: Decimal
    refunded: Decimal

    @property
    def goods(self) -> Decimal:
        return sum((line.quantity * line.price for line in self.lines), Decimal(0)) - self.discount

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping

    @property
    def is_counted(self) -> bool:
        return self.status == "valid" and self.refunded < self.total

    @property
    def net(self) -> Decimal:
        return self.goods - self.refunded if self.is_counted else Decimal(0)


@cache
def shop(seed: int) -> tuple[Order, ...]:
    """A small shop with everything that occurs: gifts, discounts, refunds, cancelled, unpaid and anonymous orders."""
    chance = random.Random(seed)
    return tuple(_order(chance, number) for number in range(40))


def _order(chance: random.Random, number: int) -> Order:
    bought = chance.sample(sorted(PRODUCTS), chance.randint(1, 3))
    lines = [Line(sku, PRODUCTS[sku][0], chance.randint(1, 3), PRODUCTS[sku][1]) for sku in bought]
    if chance.random() < 0.2:
        lines.append(Line("", GIFT, 1, Decimal(0), is_gift=True))
    if chance.random() < 0.1:
        lines.append(lines[0])  # the same again is another line
    placed = datetime(2024, 1, 1) + timedelta(minutes=chance.randrange(300 * 1440))
    plain = Order(
        number=f"2024{number:06}",
        placed=placed,
        buyer=chance.choice([None, *range(9)]),
        status=chance.choice(["valid"] * 6 + ["cancelled", "unpaid"]),
        lines=tuple(lines[:MOST_LINES]),
        discount=Decimal(chance.choice([0, 0, 20, 50])),
        shipping=Decimal(chance.choice([0, 60, 100])),
        refunded=Decimal(0),
    )
    refunded = chance.choice([0, 0, 0, 0, 1, 2]) * (plain.total if chance.random() < 0.5 else Decimal(100)) / 2
    return Order(**{**vars(plain), "refunded": min(refunded, plain.total)})


# ---- what a shop writes ----


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def roc(at: datetime) -> str:
    return f"{at.year - 1911}/{at:%m/%d %H:%M}"


def half_day(at: datetime) -> str:
    return f"{at.year}/{at.month}/{at.day} {'上午' if at.hour < 12 else '下午'} {at.hour % 12 or 12}:{at:%M}"


def american(at: datetime) -> str:
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"


def _money(amount: Decimal) -> str:
    return f"NT${amount:,}"


def _buyer(buyer: int | None) -> Cells:
    if buyer is None:
        return {"會員編號": "", "姓名": "", "手機": "", "電子郵件": ""}
    return {
        "會員編號": f"M{buyer:03}" if buyer % 3 == 0 else "",
        "姓名": f"顧客{buyer}",
        "手機": f"9123450{buyer:02}" if buyer % 3 == 1 else "",  # a spreadsheet took the leading zero
        "電子郵件": f"buyer{buyer}@example.com" if buyer % 3 == 2 else "",
    }


def _head(order: Order, written: Callable[[datetime], str]) -> Cells:
    return {"訂單編號": order.number, "訂單日期": written(order.placed), **_buyer(order.buyer)}


def _amounts(order: Order) -> Cells:
    return {
        "訂單狀態": WORDS[order.status],
        "訂單小計": _money(order.goods + order.discount),
        "優惠折扣": f"-{order.discount}" if order.discount else "",
        "運費": _money(order.shipping),
        "訂單總金額": _money(order.total),
        "已退款金額": _money(order.refunded) if order.refunded else "-",
    }


def _line(line: Line, number: str = "") -> Cells:
    return {
        f"商品名稱{number}": line.product,
        f"商品貨號{number}": line.sku,
        f"數量{number}": str(line.quantity),
        f"單價{number}": _money(line.price),
        f"商品類型{number}": "贈品" if line.is_gift else "商品",
    }


def _blank(cells: Cells) -> Cells:
    return dict.fromkeys(cells, "")


def lines_repeat(order: Order, head: Cells, amounts: Cells) -> Iterator[Cells]:
    yield from ({**head, **amounts, **_line(line)} for line in order.lines)


def lines_first_money(order: Order, head: Cells, amounts: Cells) -> Iterator[Cells]:
    yield from (
        {**head, **(amounts if place == 0 else _blank(amounts)), **_line(line)}
        for place, line in enumerate(order.lines)
    )


def lines_blank_below(order: Order, head: Cells, amounts: Cells) -> Iterator[Cells]:
    told = {**head, **amounts}
    yield from ({**(told if place == 0 else _blank(told)), **_line(line)} for place, line in enumerate(order.lines))


def summary_and_lines(order: Order, head: Cells, amounts: Cells) -> Iterator[Cells]:
    yield {**head, **amounts, **_blank(_line(order.lines[0]))}
    yield from ({**head, **_blank(amounts), **_line(line)} for line in order.lines)


def one_row_per_order(order: Order, head: Cells, amounts: Cells) -> Iterator[Cells]:
    nothing = Line("", "", 0, Decimal(0))
    places = [*order.lines, *[nothing] * (MOST_LINES - len(order.lines))]
    numbered = [
        _line(line, str(place)) if line is not nothing else _blank(_line(line, str(place)))
        for place, line in enumerate(places, 1)
    ]
    yield {**head, **amounts, **{name: text for cells in numbered for name, text in cells.items()}}


LAYOUTS = (lines_repeat, lines_first_money, lines_blank_below, summary_and_lines, one_row_per_order)
DATE_STYLES = (iso, roc, half_day, american)


def _as_csv(rows: list[Cells], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def _as_xlsx(rows: list[Cells]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("訂單明細")
        for number, cells in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            sheet.write_row(number, 0, cells)
    return content.getvalue()


CONTAINERS: dict[str, Callable[[list[Cells]], bytes]] = {
    "utf-8-sig": lambda rows: _as_csv(rows, "utf-8-sig"),
    "cp950": lambda rows: _as_csv(rows, "cp950"),
    "utf-16": lambda rows: _as_csv(rows, "utf-16"),
    "xlsx": _as_xlsx,
}
CASES = [
    (layout, container, DATE_STYLES[(place + number) % len(DATE_STYLES)])
    for place, layout in enumerate(LAYOUTS)
    for number, container in enumerate(CONTAINERS)
]


def written_out(
    seed: int,
    layout: Callable[[Order, Cells, Cells], Iterator[Cells]],
    container: str,
    written: Callable[[datetime], str],
) -> bytes:
    orders = shop(seed)
    rows = [cells for order in orders for cells in layout(order, _head(order, written), _amounts(order))]
    return CONTAINERS[container](rows)


# ---- what comes back ----


@pytest.fixture(autouse=True)
def _read_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child that reads files has tests of its own; starting one for every file would take long."""

    def ask(request: dict[str, Any], limits: parsing.Limits, *_: object) -> dict[str, Any]:
        return reader.answer(reader.Request(**{**request, "limits": limits}), lambda _: None)

    monkeypatch.setattr(parsing, "_ask", ask)


def marts_of(content: bytes, folder: Path) -> tuple[str, dict[str, list[tuple[Any, ...]]]]:
    """The layout that was recognised, and the rows of every mart, sorted."""
    folder.mkdir()
    source = folder / "upload"
    source.write_bytes(content)
    database = Database(folder / "shop.duckdb")
    with database.exchange_folder() as exchange:
        file = parsing.parse(source, "訂單", exchange)
        table = file.tables[0]
        with database.cursor() as cursor:
            offered = offer(cursor, table, file.file_name)
        receipt = store(database, file, table, offered.mapping, exchange, Origin("test", NOW)).receipt
    assert (receipt.rows_rejected, receipt.rows_loaded) == (0, receipt.rows_read)
    with database.cursor() as cursor:
        rows = {
            mart: cursor.execute(f"select {columns} from {mart} order by all").fetchall()
            for mart, columns in MARTS.items()
        }
    database.close()
    return str(receipt.shape), rows


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, list[tuple[Any, ...]]]]:
    """The marts of a shop's plainest file, by seed."""
    return {}


@pytest.mark.parametrize(
    ("layout", "container", "written"), CASES, ids=["-".join((c[0].__name__, c[1], c[2].__name__)) for c in CASES]
)
def test_the_same_shop_comes_back(
    layout: Callable[[Order, Cells, Cells], Iterator[Cells]],
    container: str,
    written: Callable[[datetime], str],
    known: dict[int, dict[str, list[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    seed = DATE_STYLES.index(written)
    if seed not in known:
        known[seed] = marts_of(written_out(seed, lines_repeat, "utf-8-sig", iso), tmp_path / "known")[1]
    shape, marts = marts_of(written_out(seed, layout, container, written), tmp_path / "other")
    assert shape == layout.__name__
    for mart, rows in marts.items():
        assert rows == known[seed][mart], mart


@pytest.mark.parametrize("seed", range(len(DATE_STYLES)))
def test_what_comes_back_is_what_was_sold(seed: int, tmp_path: Path) -> None:
    orders = shop(seed)
    database = _loaded(written_out(seed, lines_blank_below, "cp950", half_day), tmp_path)
    with database.cursor() as cursor:
        found = cursor.execute(
            "select order_id, ordered_at, status, is_counted, net_amount, quantity, purchase_no from order_mart "
            "order by order_id"
        ).fetchall()
        lines = cursor.execute(
            "select order_id, product_key, lines.quantity, is_ranked from order_line_mart lines "
            "inner join order_mart using (order_key) order by all"
        ).fetchall()
        names = cursor.execute("select product_key, sku, name from product_mart order by 1").fetchall()
    database.close()
    numbers = _purchase_numbers(orders)
    assert found == [
        (
            order.number,
            order.placed,
            "refunded" if order.status == "valid" and not order.is_counted else order.status,
            order.is_counted,
            order.net,
            sum(line.quantity for line in order.lines),
            numbers.get((order.buyer, order.placed.date())) if order.is_counted else None,
        )
        for order in orders
    ]
    assert lines == sorted(
        (order.number, line.sku.upper() or line.product, Decimal(line.quantity), not line.is_gift)
        for order in orders
        if order.is_counted
        for line in order.lines
    )
    assert names == sorted([(sku, sku, name) for sku, (name, _) in PRODUCTS.items()] + [(GIFT, None, GIFT)])


def _loaded(content: bytes, folder: Path) -> Database:
    marts_of(content, folder / "shop")
    return Database(folder / "shop" / "shop.duckdb")


def _purchase_numbers(orders: tuple[Order, ...]) -> dict[tuple[int | None, date], int]:
    """The number of every buyer's days with a counted order."""
    days = sorted(
        {(order.buyer, order.placed.date()) for order in orders if order.is_counted and order.buyer is not None}
    )
    return {
        (buyer, day): number
        for buyer, own in groupby(days, key=lambda day: day[0])
        for number, (_, day) in enumerate(own, 1)
    }

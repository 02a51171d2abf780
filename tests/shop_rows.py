"""Marts filled from plain order lines and answers, without the import: for tests of what stands on the marts.

A line is a dictionary with order_id, customer (None: anonymous), ordered_at, channel, status (valid | cancelled), qty,
price, refund (of the whole order, repeated on its lines) and sku. Amounts are Decimal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from crm_core.db import Cursor, bump_data_version

Line = dict[str, Any]
Record = dict[str, Any]


@dataclass(frozen=True)
class Order:
    order_id: str
    customer: str | None
    ordered_at: datetime
    channel: str
    lines: tuple[Line, ...]
    net_amount: Decimal
    refund: Decimal
    is_counted: bool
    is_adjustment: bool

    @property
    def day(self) -> date:
        return self.ordered_at.date()


def goods_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines that make a document an order; ``is_priced`` False: the file tells amounts only, and 0 is an amount."""
    return [line for line in lines if line["qty"] > 0 and (line["price"] > 0 or not line.get("is_priced", True))]


def orders_of(rows: Iterable[Line]) -> list[Order]:
    """The order documents of the rows (METRICS §1), in time order."""
    by_id: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        by_id[row["order_id"]].append(row)
    orders = [_order(order_id, lines) for order_id, lines in by_id.items()]
    return sorted(orders, key=lambda order: (order.ordered_at, order.order_id))


def _order(order_id: str, lines: list[Line]) -> Order:
    first = lines[0]
    goods = sum((line["qty"] * line["price"] for line in lines), Decimal(0))
    is_valid, has_goods = first["status"] == "valid", bool(goods_lines(lines))
    is_counted = is_valid and has_goods and not (first["refund"] >= goods > 0)
    is_adjustment = is_valid and not has_goods
    net = goods - first["refund"] if is_counted or is_adjustment else Decimal(0)
    return Order(
        order_id,
        first["customer"],
        first["ordered_at"],
        first["channel"],
        tuple(lines),
        net,
        first["refund"],
        is_counted,
        is_adjustment,
    )


def fill_marts(cursor: Cursor, rows: Iterable[Line], answers: Sequence[Record] = ()) -> None:
    """Fill order, purchase, line, product-purchase, product, customer and answer mart."""
    orders = orders_of(rows)
    purchases = _purchases(orders)
    number = {(p["customer_id"], p["purchased_on"]): p for p in purchases}
    insert(cursor, "order_mart", [_order_row(order, number) for order in orders])
    insert(cursor, "purchase_mart", purchases)
    lines = [line for order in orders for line in _line_rows(order, number)]
    insert(cursor, "order_line_mart", lines)
    insert(cursor, "product_purchase_mart", _product_purchases(lines, number))
    skus = sorted({line["product_key"] for line in lines})
    insert(cursor, "product_mart", [{"product_key": sku, "sku": sku, "name": f"Product {sku}"} for sku in skus])
    insert(cursor, "customer_mart", customer_rows(purchases))
    insert(cursor, "answer_mart", [answer_row(no, answer) for no, answer in enumerate(answers)])


def _purchases(orders: Iterable[Order]) -> list[Record]:
    found: list[Record] = []
    known = [order for order in orders if order.is_counted and order.customer is not None]
    for customer, theirs in groupby(
        sorted(known, key=lambda o: (str(o.customer), o.ordered_at)), key=lambda o: o.customer
    ):
        days = [(day, list(of_day)) for day, of_day in groupby(theirs, key=lambda order: order.day)]
        dates = [None, *(day for day, _ in days), None]
        so_far = Decimal(0)
        for no, (day, of_day) in enumerate(days, start=1):
            before, after = dates[no - 1], dates[no + 1]
            amount = sum((order.net_amount for order in of_day), Decimal(0))
            so_far += amount
            found.append(
                {
                    "customer_id": customer,
                    "purchased_on": day,
                    "purchase_no": no,
                    "gap_days": None if before is None else (day - before).days,
                    "next_on": after,
                    "order_count": len(of_day),
                    "net_amount": amount,
                    "net_so_far": so_far,
                    "channel": of_day[0].channel,
                    "first_on": days[0][0],
                    "first_amount": amount if no == 1 else found[-1]["first_amount"],
                    "first_channel": days[0][1][0].channel,
                }
            )
    return found


def _order_row(order: Order, number: dict[tuple[str, date], Record]) -> Record:
    purchase = number.get((str(order.customer), order.day), {}) if order.is_counted and order.customer else {}
    purchase_no = purchase.get("purchase_no")
    return {
        "order_key": order.order_id,
        "channel": order.channel,
        "order_id": order.order_id,
        "customer_id": order.customer,
        "ordered_at": order.ordered_at,
        "ordered_on": order.day,
        "status": "valid" if order.is_counted else "adjustment" if order.is_adjustment else "cancelled",
        "is_counted": order.is_counted,
        "is_adjustment": order.is_adjustment,
        "net_amount": order.net_amount,
        "refund_amount": order.refund,
        "quantity": sum((Decimal(line["qty"]) for line in order.lines), Decimal(0)),
        "purchase_no": purchase_no,
        "is_repurchase": purchase_no is not None and purchase_no >= 2,
        "gap_days": purchase.get("gap_days"),
    }


def _line_rows(order: Order, number: dict[tuple[str, date], Record]) -> list[Record]:
    if not (order.is_counted or order.is_adjustment):
        return []
    purchase = number.get((str(order.customer), order.day), {}) if order.is_counted and order.customer else {}
    goods = sum((line["qty"] * line["price"] for line in order.lines), Decimal(0))
    kept = order.net_amount / goods if goods else Decimal(0)
    return [
        {
            "order_key": order.order_id,
            "line_no": no,
            "customer_id": order.customer,
            "channel": order.channel,
            "ordered_on": order.day,
            "product_key": line["sku"],
            "is_ranked": bool(goods_lines([line])),
            "quantity": Decimal(line["qty"]),
            "net_amount": round(line["qty"] * line["price"] * kept, 4),
            "purchase_no": purchase.get("purchase_no"),
            "counts_order": line is _largest(goods_lines(order.lines), line["sku"]),
        }
        for no, line in enumerate(order.lines, start=1)
    ]


def _largest(goods: Sequence[Record], sku: object) -> Record | None:
    """The line by which a product counts in an order."""
    own = [line for line in goods if line["sku"] == sku]
    return max(own, key=lambda line: (line["qty"], line["qty"] * line["price"]), default=None)


def _product_purchases(lines: Iterable[Record], number: dict[tuple[str, date], Record]) -> list[Record]:
    ranked = [line for line in lines if line["is_ranked"] and line["purchase_no"] is not None]
    by_pair: dict[tuple[str, str], dict[date, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for line in ranked:
        by_pair[line["customer_id"], line["product_key"]][line["ordered_on"]].append(line)
    found = []
    for (customer, product), by_day in sorted(by_pair.items()):
        days = sorted(by_day)
        gaps = [None, *((after - before).days for before, after in pairwise(days))]
        for no, day in enumerate(days):
            found.append(
                {
                    "customer_id": customer,
                    "product_key": product,
                    "purchased_on": day,
                    "purchase_no": by_day[day][0]["purchase_no"],
                    "product_purchase_no": no + 1,
                    "gap_days": gaps[no],
                    "next_on": days[no + 1] if no + 1 < len(days) else None,
                    "quantity": sum((line["quantity"] for line in by_day[day]), Decimal(0)),
                    "net_amount": sum((line["net_amount"] for line in by_day[day]), Decimal(0)),
                    "followed_on": number[customer, day]["next_on"],
                    "first_channel": number[customer, day]["first_channel"],
                }
            )
    return found


def customer_rows(purchases: Iterable[Record]) -> list[Record]:
    """The customers of the purchases, without any address or consent."""
    rows = []
    for customer, group in groupby(purchases, key=lambda purchase: purchase["customer_id"]):
        theirs = list(group)
        rows.append(
            {
                "customer_id": customer,
                "has_line": False,
                "first_on": theirs[0]["purchased_on"],
                "first_channel": theirs[0]["channel"],
                "purchase_count": len(theirs),
                "last_on": theirs[-1]["purchased_on"],
            }
        )
    return rows


def attitude_of(score: int | None) -> str | None:
    if score is None:
        return None
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def answer_row(no: int, answer: Record) -> Record:
    """An answer of customer, at, nps (number or None), text, channel, recommended, comment."""
    score = answer.get("nps")
    at = answer.get("at")
    return {
        "answer_key": f"a{no:05}",
        "customer_id": answer.get("customer"),
        "submitted_at": at,
        "answered_on": at.date() if at else None,
        "channel": answer.get("channel"),
        "nps": score,
        "attitude": attitude_of(score),
        "is_nps_asked": answer.get("is_nps_asked", True),
        "nps_text": answer.get("text", None if score is None else str(score)),
        "comment": answer.get("comment"),
        "recommended": answer.get("recommended"),
        "answers": "{}",
    }


def insert(cursor: Cursor, table: str, records: Sequence[Record]) -> None:
    """Insert records whose keys are columns of the table."""
    if not records:
        return
    types = dict(
        cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = ?", [table]
        ).fetchall()
    )
    columns = list(records[0])
    values = ", ".join(f"unnest(?::{types[column]}[])" for column in columns)
    cursor.execute(
        f"insert into {table} ({', '.join(columns)}) select {values}",
        [[record[column] for record in records] for column in columns],
    )
    bump_data_version(cursor)  # as every write does: what is kept of the data is kept by its version

"""Exports that tell of the same orders: an undo of any of them leaves what the others alone would have told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.core.builders import Shop

ETSY = {
    "items": (
        "Sale Date,Item Name,Buyer,Quantity,Price,Discount Amount,Order Shipping,Order Sales Tax,Item Total,Currency,"
        "Transaction ID,Listing ID,Ship Name,Ship Zipcode,Order ID,SKU",
        "05/01/24,Mug,annb,2,10.00,3.00,5.00,0,20.00,TWD,t1,l1,Ann B,1,900,MUG",
        "05/01/24,Plate,annb,1,15.00,0,0,0,15.00,TWD,t2,l2,Ann B,1,900,PL",
        "05/02/24,Mug,cee,1,10.00,0,5.00,0,10.00,TWD,t3,l1,Cee,1,901,MUG",
    ),
    "orders": (
        "Sale Date,Order ID,Buyer User ID,Full Name,Number of Items,Currency,Order Value,Discount Amount,Shipping,"
        "Sales Tax,Order Total,Status,Card Processing Fees,Order Net,Adjusted Order Total,Buyer",
        "05/01/24,900,u1,Ann B,3,TWD,35.00,3.00,5.00,0,37.00,,1,36,,annb",
        "05/02/24,901,u2,Cee,1,TWD,10.00,0,5.00,0,15.00,Canceled,1,14,,cee",
    ),
}
ITEMS = (
    "Date,Time,Time Zone,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,"
    "Transaction ID,Event Type,Location,Customer ID,Customer Name"
)
TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Net Sales,Gift Card Sales,Partial Refunds,Total Collected,Net Total,"
    "Transaction ID,Event Type,Location,Customer ID,Customer Name"
)
SQUARE = {
    "items_may": (
        ITEMS,
        "05/01/2024,10:00:00,P,Latte,2,Large,L,,$10.00,-$1.00,$9.00,T1,Payment,Main,CU1,Ann",
        "05/01/2024,10:00:00,P,Cake,1,,K,,$6.00,$0.00,$6.00,T1,Payment,Main,CU1,Ann",
        "05/03/2024,12:00:00,P,Cake,1,,K,,$6.00,$0.00,$6.00,T2,Payment,Main,CU2,Ben",
    ),
    "payments_may": (
        TRANSACTIONS,
        "05/01/2024,10:00:00,P,$16.00,-$1.00,$15.00,$0.00,$0.00,$15.00,$14.00,T1,Payment,Main,CU1,Ann",
        "05/03/2024,12:00:00,P,$6.00,$0.00,$6.00,$0.00,$0.00,$6.00,$5.00,T2,Payment,Main,CU2,Ben",
    ),
    "items_june": (
        ITEMS,
        "06/02/2024,11:00:00,P,Cake,-1,,K,,-$6.00,$0.00,-$6.00,T1,Refund,Main,CU1,Ann",
        "06/03/2024,12:00:00,P,Cake,1,,K,,$6.00,$0.00,$6.00,T3,Payment,Main,CU1,Ann",
    ),
}
SEQUENCES = {
    "etsy_items_first": (ETSY, ["items", "orders"]),
    "square_as_time_goes": (SQUARE, ["items_may", "payments_may", "items_june"]),
    "square_return_in_the_middle": (SQUARE, ["payments_may", "items_june", "items_may"]),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_undo_leaves_what_the_others_alone_would_have_told(tmp_path: Path, name: str) -> None:
    files, sequence = SEQUENCES[name]
    for file in sequence:
        (tmp_path / f"{file}.csv").write_text("\n".join(files[file]) + "\n", encoding="utf-8")
    whole = shop_of(tmp_path, "whole", sequence)
    for number, undone in enumerate(sequence, 1):
        shop = Shop(tmp_path / f"without_{undone}.duckdb")
        shutil.copy(whole.path, shop.path)
        shop.undo(number)
        never = shop_of(tmp_path, f"never_{undone}", [file for file in sequence if file != undone])
        assert shop.fingerprints() == never.fingerprints(), undone
        assert shop.run("check").status == 0, undone


def test_what_came_back_completes_the_next_import_again(tmp_path: Path) -> None:
    """Undone and brought in again, the shop is as it was; then nothing in either file is new."""
    for file, lines in ETSY.items():
        (tmp_path / f"{file}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shop = shop_of(tmp_path, "shop", ["orders", "items"])
    before = shop.fingerprints()
    shop.undo(1)
    assert shop.fingerprints() != before  # only the orders file knows that 901 was cancelled
    shop.take_in("orders", tmp_path / "orders.csv")
    assert shop.fingerprints() == before
    for file in ETSY:
        again = shop.take_in("orders", tmp_path / f"{file}.csv")
        assert (again["rows_loaded"], again["rows_rejected"]) == (0, 0)


def shop_of(folder: Path, name: str, files: list[str]) -> Shop:
    """A shop that brought in these files, one after the other."""
    shop = Shop(folder / f"{name}.duckdb")
    for file in files:
        shop.take_in("orders", folder / f"{file}.csv")
    return shop

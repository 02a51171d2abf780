"""What is expected of one customer: by the own rhythm, else by the shop's, and which product."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_core.metrics.customer_outlook import next_product, next_purchase
from crm_core.metrics.customers import Rhythm, UsualProduct

TODAY = date(2024, 6, 30)


def bought(key: str, purchases: int, days_ago: int, gap: float | None) -> UsualProduct:
    last_on = TODAY - timedelta(days=days_ago)
    return UsualProduct(key, key.title(), purchases, Decimal(purchases), Decimal(100), last_on, gap)


@pytest.mark.parametrize(
    ("own", "gaps", "shop", "expected"),
    [
        (20.0, 2, 45.0, (20, "own")),
        (20.0, 1, 45.0, (45, "shop")),  # one gap is no rhythm
        (None, 0, 45.0, (45, "shop")),
        (20.5, 5, None, (20, "own")),
        (None, 0, None, None),
        (20.0, 1, None, None),
    ],
)
def test_the_next_purchase(own: float | None, gaps: int, shop: float | None, expected: tuple[int, str] | None) -> None:
    found = next_purchase(Rhythm(own, gaps, shop), date(2024, 6, 1))
    told = None if found is None else ((found.due_on - date(2024, 6, 1)).days, found.basis)
    assert told == expected
    assert next_purchase(Rhythm(own, gaps, shop), None) is None


def test_of_what_is_due_the_product_bought_most_often_comes_next() -> None:
    usual = [bought("cake", 34, 25, 12.0), bought("mug", 3, 200, 130.0), bought("tea", 9, 1, 30.0)]
    found = next_product(usual, TODAY, TODAY)
    assert found is not None
    assert (found.product, found.due_on, found.purchases) == ("Cake", TODAY - timedelta(days=13), 34)


def test_where_nothing_is_due_it_is_what_is_due_first() -> None:
    usual = [bought("cake", 34, 1, 12.0), bought("tea", 9, 2, 5.0)]
    found = next_product(usual, TODAY, TODAY)
    assert found is not None
    assert (found.product, found.due_on) == ("Tea", TODAY + timedelta(days=3))
    by_then = next_product(usual, TODAY, TODAY + timedelta(days=11))
    assert by_then is not None
    assert by_then.product == "Cake"


def test_what_was_given_up_or_has_no_rhythm_is_not_waited_for() -> None:
    assert next_product([bought("cake", 34, 37, 12.0)], TODAY, TODAY) is None
    assert next_product([bought("cake", 34, 36, 12.0)], TODAY, TODAY) is not None
    assert next_product([bought("once", 1, 5, None), bought("twice", 2, 5, 5.0)], TODAY, TODAY) is None

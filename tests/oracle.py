"""METRICS §2, §3 and §6 once more, in plain Python and pandas, out of canonical rows: no SQL and none of the core.

Rows are dictionaries as in tests/shop_rows.py: order_id, customer (None: anonymous), ordered_at, channel, status, qty,
price, refund (of the order, repeated on each line), sku. Answers: customer, at, nps, text, channel, recommended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

Figures = dict[str, float | None]
Row = dict[str, Any]


def documents(rows: Iterable[Row], *, valid: Sequence[str] = ("valid",)) -> pd.DataFrame:
    """One row per order document: order_id, customer, at, day, channel, net, counted, adjustment."""
    lines = pd.DataFrame(list(rows))
    lines["goods"] = [qty * price for qty, price in zip(lines["qty"], lines["price"], strict=True)]
    lines["sale"] = [qty > 0 and price > 0 for qty, price in zip(lines["qty"], lines["price"], strict=True)]
    found = []
    for order_id, own in lines.groupby("order_id", sort=False):
        head = own.iloc[0]
        goods, refund = sum(own["goods"], Decimal(0)), head["refund"]
        is_valid, has_sale = head["status"] in valid, bool(own["sale"].any())
        is_refunded = goods > 0 and refund >= goods
        found.append(
            {
                "order_id": order_id,
                "customer": head["customer"],
                "day": head["ordered_at"].date(),
                "at": head["ordered_at"],
                "channel": head["channel"],
                "net": goods - refund,
                "counted": is_valid and has_sale and not is_refunded,
                "adjustment": is_valid and not has_sale,
            }
        )
    return pd.DataFrame(found)


def purchase_days(orders: pd.DataFrame, as_of: date) -> dict[str, list[date]]:
    """The days with a counted order of every known customer, up to the as-of date."""
    known = orders[orders["counted"] & orders["customer"].notna() & (orders["day"] <= as_of)]
    return {str(customer): sorted(set(days)) for customer, days in known.groupby("customer")["day"]}


def first_channels(orders: pd.DataFrame) -> dict[str, str]:
    known = orders[orders["counted"] & orders["customer"].notna()].sort_values(["at", "order_id"])
    return {str(customer): str(channel) for customer, channel in known.groupby("customer")["channel"].first().items()}


def ratio(above: Any, below: Any) -> float | None:
    return float(above) / float(below) if below else None


def sales(orders: pd.DataFrame, start: date, end: date, as_of: date, channel: str | None = None) -> Figures:
    """METRICS §2 for a period."""
    firsts = {customer: days[0] for customer, days in purchase_days(orders, as_of).items()}
    own = orders[(orders["day"] >= start) & (orders["day"] <= min(end, as_of))]
    own = own if channel is None else own[own["channel"] == channel]
    counted = own[own["counted"]]
    known = counted[counted["customer"].notna()]
    is_first = pd.Series([firsts[c] == day for c, day in zip(known["customer"], known["day"], strict=True)], dtype=bool)
    first, later = known[is_first.to_numpy()], known[~is_first.to_numpy()]
    people = set(known["customer"])
    new = {customer for customer in people if firsts[customer] >= start}
    revenue = _total(own[own["counted"] | own["adjustment"]])
    return {
        "revenue": float(revenue),
        "orders": len(counted),
        "average_order_value": ratio(revenue, len(counted)),
        "customers": len(people),
        "new_customers": len(new),
        "returning_customers": len(people - new),
        "identified_orders": len(known),
        "identified_order_share": ratio(len(known), len(counted)),
        "repurchase_orders": len(later),
        "repurchase_order_share": ratio(len(later), len(known)),
        "identified_revenue": float(_total(known)),
        "first_purchase_revenue": float(_total(first)),
        "repurchase_revenue": float(_total(later)),
        "repurchase_revenue_share": ratio(_total(later), _total(known)),
        "anonymous_revenue": float(_total(counted[counted["customer"].isna()])),
        "adjustment_revenue": float(_total(own[own["adjustment"]])),
        "first_purchase_aov": ratio(_total(first), len(first)),
        "repurchase_aov": ratio(_total(later), len(later)),
    }


def _total(orders: pd.DataFrame) -> Decimal:
    return sum(orders["net"], Decimal(0))


def repurchase(orders: pd.DataFrame, as_of: date, channel: str | None = None) -> Figures:
    """METRICS §3 as of a date: customers by their first purchase's channel."""
    firsts = first_channels(orders)
    days = [d for c, d in purchase_days(orders, as_of).items() if channel is None or firsts[c] == channel]
    customers, repeat = len(days), sum(len(own) >= 2 for own in days)
    more = sum(len(own) - 1 for own in days)
    gaps = [(after - before).days for own in days for before, after in pairwise(own)]
    waits = [((own[1] if len(own) > 1 else as_of) - own[0]).days for own in days]
    came = [len(own) > 1 for own in days]
    return {
        "repeat_customers": repeat,
        "repurchase_rate": ratio(repeat, customers),
        "one_time_customers": customers - repeat,
        "one_time_customer_share": ratio(customers - repeat, customers),
        "average_repurchase_count": ratio(more, repeat),
        "average_repurchase_count_all": ratio(more, customers),
        "observed_gap_median": float(median(gaps)) if gaps else None,
        **{f"repurchase_within_{n}d": back_within(waits, came, n) for n in (30, 60, 90, 180, 365)},
        "repurchase_cycle_p25": day_reaching(waits, came, 0.25),
        "repurchase_cycle_median": day_reaching(waits, came, 0.5),
    }


def back_within(waits: Sequence[int], came: Sequence[bool], days: int) -> float | None:
    """1 − product over event days ≤ days of (1 − events / still waiting): straight from the definition."""
    if not waits or days > max(waits):
        return None
    left = 1.0
    for day in sorted({wait for wait, event in zip(waits, came, strict=True) if event and wait <= days}):
        waiting = sum(wait >= day for wait in waits)
        events = sum(event and wait == day for wait, event in zip(waits, came, strict=True))
        left *= 1 - events / waiting
    return 1 - left


def day_reaching(waits: Sequence[int], came: Sequence[bool], share: float) -> float | None:
    for day in sorted({wait for wait, event in zip(waits, came, strict=True) if event}):
        reached = back_within(waits, came, day)
        if reached is not None and reached >= share - 1e-9:
            return day
    return None


def voice(answers: Sequence[Row], start: date, end: date, channel: str | None = None) -> Figures:
    """METRICS §6: NPS and referral of a period (answers in the order they were stored; later ones win ties)."""
    own = [a for a in answers if a["at"] is not None and start <= a["at"].date() <= end]
    own = [a for a in own if channel is None or a["channel"] == channel]
    scores = [a["nps"] for a in _latest(own, "nps")]
    told = [a["recommended"] for a in _latest(own, "recommended")]
    promoters, detractors = sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
    return {
        "nps": ratio(100 * (promoters - detractors), len(scores)),
        "nps_answers": len(scores),
        "nps_promoters": promoters,
        "nps_passives": len(scores) - promoters - detractors,
        "nps_detractors": detractors,
        "nps_blank": sum(a["nps"] is None and a["text"] is None for a in own),
        "nps_invalid": sum(a["nps"] is None and a["text"] is not None for a in own),
        "referral_rate": ratio(sum(told), len(told)),
    }


def _latest(answers: Sequence[Row], question: str) -> list[Row]:
    """Anonymous answers each, of every known respondent the latest one that answers the question."""
    given = [(no, a) for no, a in enumerate(answers) if a[question] is not None]
    last: dict[str, tuple[Any, int, Row]] = {}
    for no, answer in given:
        if answer["customer"] is not None:
            last[answer["customer"]] = max(
                last.get(answer["customer"], (answer["at"], -1, answer)),
                (answer["at"], no, answer),
                key=lambda x: x[:2],
            )
    return [a for _, a in given if a["customer"] is None] + [a for _, _, a in last.values()]

"""The sample shop's questions and complaints: who writes in about what, and how long the answer takes.

Who got money back, or is not pleased with the shop, complains more often; before the festivals parcels are late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import exp
from random import Random

from crm_core.sample.checkout import Order
from crm_core.sample.seasons import EXPORTED_AT, occasion_on

COMPLAINT_SHARE, QUESTION_SHARE = 0.009, 0.005  # of orders with a known buyer
REFUNDED_COMPLAINT_SHARE = 0.3
LATE_WEIGHT = 3.0  # how much more often a parcel is late while a festival's boxes are on sale
UNANSWERED_SHARE = 0.03  # of cases nobody ever closed
DAYS_TO_ANSWER = {True: 2.6, False: 0.7}  # the median, of a complaint and of a question

DAMAGED, LATE, TASTE, MISSING, REFUND, SERVICE = "商品破損", "出貨延遲", "口味品質", "少寄錯寄", "退款處理", "服務態度"
COMPLAINTS: dict[str, tuple[str, ...]] = {
    DAMAGED: ("盒子凹掉，裡面也碎了", "茶罐的蓋子裂開", "收到時外箱破了一角，有一盒壓扁", "馬克杯收到就有裂痕"),
    LATE: ("下單五天了還沒出貨", "說好的日期沒有到，已經來不及送人", "物流狀態三天沒有更新", "預購的到貨日一改再改"),
    TASTE: ("打開有油耗味", "這批茶味道很淡，跟上次不一樣", "甜度比以前高很多", "效期只剩兩週，來不及吃完"),
    MISSING: ("少了一包", "寄成別的口味", "滿額的贈品沒有放", "說有附提袋，結果沒有"),
    REFUND: ("退款一週了還沒入帳", "退款金額少算運費", "取消後還是被扣款"),
    SERVICE: ("電話都沒人接", "訊息隔了三天才回", "門市店員態度不好", "結帳時折扣沒有幫忙算進去"),
}
QUESTIONS: dict[str, tuple[str, ...]] = {
    "沖泡與保存": ("冷泡要泡多久", "開封後可以放多久", "適合用幾度的水"),
    "訂單修改": ("想改收件地址", "可以改成下週出貨嗎", "想加訂一盒，能不能併單"),
    "禮盒與大量訂購": ("二十盒可以代寫卡片嗎", "禮盒可以換口味嗎", "公司訂購可以開統編嗎"),
    "會員與優惠": ("優惠碼不能用", "生日禮什麼時候給", "點數怎麼折抵"),
}


@dataclass(frozen=True)
class Case:
    """One question or complaint about an order; ``closed_at`` is ``None`` while it is open."""

    number: str
    order: Order
    opened_at: datetime
    closed_at: datetime | None
    is_complaint: bool
    topic: str
    note: str


def cases_of(rng: Random, orders: list[Order]) -> list[Case]:
    """Every case in the order of time, numbered by year."""
    told = [case for order in orders if order.person is not None for case in _cases_about(rng, order)]
    return _numbered(sorted(told, key=lambda case: case.opened_at))


def _numbered(cases: list[Case]) -> list[Case]:
    counts: dict[int, int] = {}
    numbered = []
    for case in cases:
        year = case.opened_at.year
        counts[year] = counts.get(year, 0) + 1
        numbered.append(replace(case, number=f"C{year}{counts[year]:04d}"))
    return numbered


def _cases_about(rng: Random, order: Order) -> list[Case]:
    if rng.random() < _complaint_chance(order):
        return _opened(rng, order, is_complaint=True)
    return _opened(rng, order, is_complaint=False) if rng.random() < QUESTION_SHARE else []


def _complaint_chance(order: Order) -> float:
    if order.state in ("refunded", "partially_refunded"):
        return REFUNDED_COMPLAINT_SHARE
    return COMPLAINT_SHARE * exp(-0.6 * order.buyer.delight) if order.state == "done" else 0.0


def _opened(rng: Random, order: Order, *, is_complaint: bool) -> list[Case]:
    """The case, in the days after the order; none where that lies after the export."""
    day = order.at.date() + timedelta(days=min(20, 1 + int(rng.expovariate(0.25))))
    opened_at = datetime.combine(day, time(rng.randrange(9, 23), rng.randrange(60)))
    topics = _complaint_topics(order) if is_complaint else dict.fromkeys(QUESTIONS, 1.0)
    topic = rng.choices(list(topics), list(topics.values()))[0]
    note = rng.choice((COMPLAINTS if is_complaint else QUESTIONS)[topic])
    closed_at = _closed_at(rng, opened_at, is_complaint=is_complaint)
    return [Case("", order, opened_at, closed_at, is_complaint, topic, note)] if opened_at < EXPORTED_AT else []


def _complaint_topics(order: Order) -> dict[str, float]:
    """How likely each topic is for this order."""
    if order.channel == "counter":
        return {TASTE: 4, SERVICE: 3, MISSING: 1}
    late = LATE_WEIGHT if occasion_on(order.at.date()) else 1.0
    return {DAMAGED: 4, LATE: 3 * late, TASTE: 2.5, MISSING: 2.5, SERVICE: 1, REFUND: 3 if order.refunded else 0}


def _closed_at(rng: Random, opened_at: datetime, *, is_complaint: bool) -> datetime | None:
    """When the answer settled it, at office hours; ``None`` for what is open when the list is exported."""
    days = DAYS_TO_ANSWER[is_complaint] * rng.lognormvariate(0, 0.8)
    later = opened_at + timedelta(days=days)
    settled = max(opened_at + timedelta(minutes=20), later.replace(hour=rng.randrange(10, 19)))
    is_open = rng.random() < UNANSWERED_SHARE or settled >= EXPORTED_AT
    return None if is_open else settled

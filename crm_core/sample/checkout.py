"""From a basket to an order: prices, discounts, shipping, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

from crm_core.sample.people import Person
from crm_core.sample.products import BY_SKU, FREE_BAG, FREE_SAMPLE, Category, Product
from crm_core.sample.seasons import END, SALE_DAYS, Channel, occasion_on

LineType = Literal["goods", "gift", "add_on"]
State = Literal["done", "open", "cancelled", "unpaid", "refunded", "partially_refunded"]
Basket = list[tuple[Product, int]]

FREE_SHIPPING_FROM = {"site": 1200, "shopee": 499, "counter": 0}
SHIPPING = {"site": (60, 60, 100), "shopee": (45, 60), "counter": (0,)}
CANCELLED_SHARE = {"site": 0.052, "shopee": 0.056, "counter": 0.0}
UNPAID_SHARE = {"site": 0.014, "shopee": 0.0, "counter": 0.0}
FULL_REFUND_SHARE, PARTIAL_REFUND_SHARE = 0.014, 0.013
PAID_BEFORE_CANCELLED_SHARE = 0.35
GIFT_FROM = 1500
MUG = BY_SKU["WRE-MUG-350"]
SITE_COUPONS = {"mid_autumn": ("MOON90", 0.10), "lunar_new_year": ("CNY88", 0.12)}


@dataclass
class Line:
    """One line; prices per unit in TWD, ``paid_price`` before order-level discounts."""

    product: Product
    quantity: int
    list_price: int
    paid_price: int
    line_type: LineType = "goods"
    quantity_returned: int = 0

    @property
    def amount(self) -> int:
        """Quantity times the price paid."""
        return self.quantity * self.paid_price


@dataclass
class Order:
    """One order as the shop's systems know it. Money in TWD; discounts are positive and lower the total.

    ``credit`` is store credit (own site) or marketplace coins (Shopee), ``discount`` everything else.
    """

    at: datetime
    channel: Channel
    person: Person | None
    lines: list[Line]
    discount: int = 0
    credit: int = 0
    shipping: int = 0
    coupon: str = ""
    payment: str = ""
    state: State = "done"
    refunded: int = 0
    is_guest: bool = False
    number: str = ""
    note: str = ""
    recipient: str = ""
    recipient_phone: str = ""

    @property
    def subtotal(self) -> int:
        """All lines, before order-level discounts."""
        return sum(line.amount for line in self.lines)

    @property
    def goods(self) -> int:
        """What is asked for the goods."""
        return self.subtotal - self.discount - self.credit

    @property
    def total(self) -> int:
        """What is asked for the order, shipping included."""
        return self.goods + self.shipping

    @property
    def buyer(self) -> Person:
        """The person who ordered. Raises ``ValueError`` for an anonymous sale."""
        if self.person is None:
            raise ValueError(self.number)
        return self.person

    @property
    def is_unpaid(self) -> bool:
        """Whether no money ever came in."""
        return self.state == "unpaid" or (self.state == "cancelled" and not self.refunded)

    @property
    def is_sold(self) -> bool:
        """Whether the customer got (and kept) something."""
        return self.state in ("done", "open", "partially_refunded")

    def count_of(self, category: Category) -> int:
        """Units of a category, gifts left out."""
        return sum(line.quantity for line in self.lines if line.product.category == category and line.paid_price)


def place_order(rng: Random, channel: Channel, person: Person | None, at: datetime, basket: Basket, nth: int) -> Order:
    """The order for a basket; ``nth`` is 1 for the person's first."""
    lines = [_goods_line(channel, at.date(), product, quantity) for product, quantity in basket]
    order = Order(at, channel, person, lines)
    if channel == "site":
        _add_extras(rng, order)
    _give_discount(rng, order, nth)
    if order.goods < FREE_SHIPPING_FROM[channel]:
        order.shipping = rng.choice(SHIPPING[channel])
    order.payment = _payment(rng, order)
    _decide_state(rng, order)
    _add_note(rng, order)
    return order


def _goods_line(channel: Channel, day: date, product: Product, quantity: int) -> Line:
    price = product.price_on(day)
    on_sale = day in SALE_DAYS and channel != "counter"
    clearance = product.category == "cold_brew" and day.month in (10, 11) and channel != "counter"
    paid = round(price * (0.88 if on_sale else 0.8) / 5) * 5 if on_sale or clearance else price
    return Line(product, quantity, price, paid)


def _add_extras(rng: Random, order: Order) -> None:
    day = order.at.date()
    if rng.random() < 0.04 and all(line.product is not MUG for line in order.lines):
        order.lines.append(Line(MUG, 1, MUG.price_on(day), 360, "add_on"))
    if order.subtotal >= GIFT_FROM:
        gift = FREE_BAG if occasion_on(day) else FREE_SAMPLE
        order.lines.append(Line(gift, 1, 0, 0, "gift"))


def _give_discount(rng: Random, order: Order, nth: int) -> None:
    if order.channel == "site":
        _site_discount(rng, order, nth)
    elif order.channel == "shopee":
        _shopee_discount(rng, order)
    elif order.person is not None and order.subtotal >= 1000:
        order.discount = round(order.subtotal * 0.05)  # members save 5 % from NT$1,000 on


def _site_discount(rng: Random, order: Order, nth: int) -> None:
    occasion = occasion_on(order.at.date())
    if occasion and order.count_of("gift_box") >= 2:
        order.coupon, share = SITE_COUPONS[occasion.festival]
        order.discount = round(order.subtotal * share)
    elif nth == 1 and order.subtotal >= 400 and rng.random() < 0.55:
        order.coupon, order.discount = "HELLO50", 50
    elif nth > 1 and rng.random() < 0.2:
        order.coupon, order.discount = "TEA95", round(order.subtotal * 0.05)
    if nth > 2 and order.person is not None and order.person.is_member and rng.random() < 0.15:
        order.credit = min(rng.choice((30, 50, 100)), order.goods // 5)


def _shopee_discount(rng: Random, order: Order) -> None:
    if order.subtotal >= 499 and rng.random() < 0.25:
        order.coupon, order.discount = f"TEAS{rng.choice(('30', '50'))}", 30
        order.discount = int(order.coupon[-2:])
    if rng.random() < 0.3:
        order.credit = rng.randint(1, max(1, order.subtotal // 20))


def _payment(rng: Random, order: Order) -> str:
    choices = {
        "site": (("信用卡", 46), ("LINE Pay", 27), ("7-11 取貨付款", 15), ("銀行轉帳", 12)),
        "shopee": (("信用卡/金融卡", 44), ("貨到付款", 34), ("蝦皮錢包", 22)),
        "counter": (("現金", 47), ("信用卡", 26), ("LINE Pay", 20), ("悠遊卡", 7)),
    }[order.channel]
    return rng.choices([name for name, _ in choices], [weight for _, weight in choices])[0]


def _decide_state(rng: Random, order: Order) -> None:
    """The end of the story; the till tells nothing but the sale."""
    channel, age = order.channel, END - order.at.date()
    draw = rng.random()
    if channel == "counter":
        return
    if draw < CANCELLED_SHARE[channel]:
        order.state = "cancelled"
        if channel == "site" and rng.random() < PAID_BEFORE_CANCELLED_SHARE:
            order.refunded = order.total
    elif draw < CANCELLED_SHARE[channel] + UNPAID_SHARE[channel] or _is_waiting(rng, order, age):
        order.state, order.payment = "unpaid", "銀行轉帳" if channel == "site" else order.payment
    elif age <= timedelta(days=4):
        order.state = "open"
    elif rng.random() < FULL_REFUND_SHARE:
        _refund_all(order)
    elif rng.random() < PARTIAL_REFUND_SHARE:
        _refund_one_line(rng, order)


def _is_waiting(rng: Random, order: Order, age: timedelta) -> bool:
    """Marketplace orders wait a few days for their payment before they are called off."""
    return order.channel == "shopee" and age <= timedelta(days=2) and rng.random() < 0.3


def _refund_all(order: Order) -> None:
    order.state, order.refunded = "refunded", order.total
    for line in order.lines:
        line.quantity_returned = line.quantity


def _refund_one_line(rng: Random, order: Order) -> None:
    goods = [line for line in order.lines if line.line_type == "goods"]
    line = rng.choice(goods)
    if len(goods) == 1 and line.quantity == 1:
        return  # nothing would be left of it
    line.quantity_returned = 1 if line.quantity > 1 else line.quantity
    order.state = "partially_refunded"
    order.refunded = round(line.quantity_returned * line.paid_price * order.goods / order.subtotal)


NOTES = (
    "請放管理室，謝謝",
    "平日晚上七點後再送",
    "要送禮，請附提袋",
    "幫我分開包裝，謝謝",
    "請不要放明細，是禮物",
    "可以選晚一點到期的嗎",
    "麻煩盡快出貨，週末要用",
    "到貨前請先打電話",
    "發票請寄到信箱",
    "少一點緩衝材就好，環保",
    "生日禮物，方便的話請寫小卡片",
    "請附試喝包，謝謝老闆",
)


def _add_note(rng: Random, order: Order) -> None:
    if order.channel != "counter" and rng.random() < 0.06:
        order.note = rng.choice(NOTES)


def number_orders(rng: Random, orders: Iterable[Order]) -> None:
    """Give every order the number its channel would."""
    slips: dict[date, int] = {}
    for order in orders:
        if order.channel == "site":  # the platform's clock runs on UTC
            order.number = f"#{order.at - timedelta(hours=8):%Y%m%d%H%M%S}{rng.randrange(1000):03d}"
        elif order.channel == "shopee":
            order.number = f"{order.at:%y%m%d}{''.join(rng.choices('0123456789ABCDEFGHJKMNPQRSTUVWXYZ', k=8))}"
        else:
            slips[order.at.date()] = slips.get(order.at.date(), 0) + 1
            order.number = f"A{order.at:%Y%m%d}{slips[order.at.date()]:04d}"


def repeat_of(order: Order, lines: list[Line], at: datetime) -> Order:
    """A second, small order of the same person on the same day."""
    return replace(
        order, at=at, lines=lines, discount=0, credit=0, coupon="", state="done", refunded=0, note="", shipping=0
    )

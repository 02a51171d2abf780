"""Who buys what, when, and whether they come back.

A person has a persona (what brings them), a cycle of their own and a chance to return after each purchase; that chance
depends on how pleased they are and on what they bought first. Gift boxes follow the festivals instead of a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random

from crm_core.sample.checkout import Basket, Line, Order, place_order, repeat_of
from crm_core.sample.people import Person, Town
from crm_core.sample.products import BY_SKU, CATALOGUE, SAMPLER, Category, Product
from crm_core.sample.seasons import (
    CLOSED,
    END,
    EXPORTED_AT,
    OCCASIONS,
    START,
    Channel,
    Occasion,
    draw_day,
    draw_time,
    is_summer,
    nearby_day,
    occasion_on,
)

KNOWN_BEFORE_DAYS = 340
PEOPLE = 3_430
WALK_IN_ORDERS = 990
COUNTER_RETURNS = 14
KNOWN_BEFORE_SHARE = 0.26  # of people bought for the first time before the export begins
NEVER_BOUGHT = 240
GUEST_FIRST_SHARE = 0.1  # of members ordered once without registering
SAME_DAY_SHARE = 0.009
SENT_TO_OTHERS_SHARE = 0.3  # of gift-box orders on the own site
REORDER_SHARE = 0.62  # of purchases take the favourite again
MOVE_SHARE = 0.05  # per marketplace purchase: goes on to buy on the own site
TASTE: dict[str, dict[Category, float]] = {
    "taster": {"bags": 1},
    "tea": {"leaf": 5, "bags": 5, "ware": 0.4},
    "sweets": {"pastry": 9, "leaf": 0.5, "bags": 0.8},
    "summer": {"cold_brew": 9, "bags": 1},
    "gifts": {"gift_box": 1},
    "regular": {"pastry": 6, "bags": 2.5, "leaf": 1.5},
}


@dataclass(frozen=True)
class Persona:
    """What brings a group of people. ``back`` and ``stay`` are log-odds of the first and of each later return."""

    key: str
    share: float
    channels: tuple[float, float, float]  # site, shopee, counter
    back: float
    stay: float
    pace: float = 1.0  # of the product's own cycle


PERSONAS = (
    Persona("taster", 0.20, (0.58, 0.40, 0.02), 0.75, 1.55),
    Persona("tea", 0.22, (0.42, 0.43, 0.15), -0.45, 1.7),
    Persona("sweets", 0.24, (0.32, 0.44, 0.24), -1.1, 1.2),
    Persona("summer", 0.11, (0.48, 0.44, 0.08), -0.65, 1.2),
    Persona("gifts", 0.19, (0.56, 0.26, 0.18), -1.9, 0.6),
    Persona("regular", 0.04, (0.05, 0.0, 0.95), 2.2, 3.0, 0.42),
)
CHANNELS: tuple[Channel, ...] = ("site", "shopee", "counter")
SAME_FESTIVAL_ODDS = -0.4  # log-odds that a gift giver buys again before the same festival
OTHER_FESTIVAL_SHARE = 0.12
FESTIVAL_BOX_SHARE = 0.13  # of the pleased among everyone else
DELIGHT_WEIGHT = 0.6


def live(rng: Random, town: Town) -> tuple[list[Person], list[Order]]:
    """All people and all orders, in the order of time."""
    people: list[Person] = []
    orders: list[Order] = []
    for _ in range(PEOPLE):
        persona = rng.choices(PERSONAS, [p.share for p in PERSONAS])[0]
        person = town.new_person(rng.choices(CHANNELS, persona.channels)[0])
        theirs = Customer(rng, town, person, persona).orders()
        if theirs:  # else their last purchase lies before the export
            people.append(person)
            orders += theirs
    people += [_never_bought(rng, town) for _ in range(NEVER_BOUGHT)]
    orders += _walk_ins(rng)
    return people, sorted((order for order in orders if order.at < EXPORTED_AT), key=lambda order: order.at)


def _chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def _first_day(rng: Random, persona: Persona, channel: Channel) -> date:
    if persona.key == "gifts":
        occasion = rng.choices(OCCASIONS, (3, 3, 4))[0]
        return draw_day(rng, channel, occasion.first, occasion.last)
    if persona.key == "summer":
        summer = rng.choices((2025, 2026), (4, 5))[0]
        return draw_day(rng, channel, date(summer, 5, 20), date(summer, 9, 10))
    if rng.random() < KNOWN_BEFORE_SHARE:
        return START - timedelta(days=rng.randrange(1, KNOWN_BEFORE_DAYS))
    return draw_day(rng, channel)


@dataclass
class Customer:
    """One person's life with the shop. ``pace`` stretches the cycle, ``bought`` counts the orders so far."""

    rng: Random
    town: Town
    person: Person
    persona: Persona
    favourite: Product | None = None
    bought: int = 0
    pace: float = 1.0
    is_known_before: bool = False

    def orders(self) -> list[Order]:
        """Every order of the person."""
        self.pace = self.persona.pace * self.rng.lognormvariate(0, 0.28)
        orders: list[Order] = []
        for day in self._days():
            if day < START:
                self.bought += 1
                self.is_known_before = True
            elif day not in CLOSED:
                orders += self._buy(day)
        return orders

    def _days(self) -> list[date]:
        first = _first_day(self.rng, self.persona, self.person.home)
        days = [first, *self._festival_days(first)]
        odds = self.persona.back
        day = first
        cycle = 30 if self.persona.key in ("taster", "summer") else 40
        while self.rng.random() < _chance(odds + DELIGHT_WEIGHT * self.person.delight):
            gap = max(3.0, cycle * self.pace * self.rng.lognormvariate(0.05, 0.35))
            day = nearby_day(self.rng, self.person.home, day + timedelta(days=round(gap)))
            if day > END:
                break
            days.append(day)
            odds = self.persona.stay
            cycle = self.rng.choice((34, 38, 45, 52, 58))
        return sorted(set(days))

    def _festival_days(self, first: date) -> list[date]:
        later = [occasion for occasion in OCCASIONS if occasion.first > first]
        return [self._festival_day(o) for o in later if self.rng.random() < self._festival_chance(o, first)]

    def _festival_day(self, occasion: Occasion) -> date:
        return draw_day(self.rng, self.person.home, occasion.first, occasion.last)

    def _festival_chance(self, occasion: Occasion, first: date) -> float:
        was = occasion_on(first)
        if self.persona.key != "gifts":
            return FESTIVAL_BOX_SHARE if self.persona.key == "regular" or self.person.delight > 0.6 else 0.01
        if was is not None and was.festival == occasion.festival:
            return _chance(SAME_FESTIVAL_ODDS + DELIGHT_WEIGHT * self.person.delight)
        return OTHER_FESTIVAL_SHARE

    def _buy(self, day: date) -> list[Order]:
        channel = self._channel(day)
        at = draw_time(self.rng, channel, day)
        basket = self.basket(day, channel)
        self._register_if_needed(channel, at)
        self.bought += 1
        order = place_order(self.rng, channel, self.person, at, basket, self.bought)
        if channel == "site":
            order.is_guest = self._is_guest_order()
            if order.count_of("gift_box") and self.rng.random() < SENT_TO_OTHERS_SHARE:
                order.recipient, order.recipient_phone = self.town.stranger()
        again = self._again_same_day(order)
        return [order, *again]

    def _channel(self, day: date) -> Channel:
        """The home channel, mostly; a marketplace buyer may find the own site and stay there."""
        person = self.person
        if person.home == "shopee":
            if self.bought and self.rng.random() < MOVE_SHARE:
                person.home = "site"
            return person.home
        if self.bought and self.rng.random() < (0.12 if person.home == "site" else 0.2):
            other: Channel = "counter" if person.home == "site" else "site"
            return "site" if day.weekday() == 0 else other
        return "site" if person.home == "counter" and day.weekday() == 0 else person.home

    def _register_if_needed(self, channel: Channel, at: datetime) -> None:
        person = self.person
        if channel == "shopee" or person.site_id is not None:
            return
        earlier = timedelta(minutes=self.rng.randrange(2, 40))
        if self.is_known_before or self.rng.random() < 0.06:  # bought, or only registered, before the export begins
            earlier = timedelta(days=self.rng.randrange(20, 600))
        self.town.register(person, at - earlier, is_member=channel == "counter" or self.rng.random() < 0.78)
        if channel == "counter" and self.rng.random() < 0.45:
            person.email = None  # gave only the mobile at the counter
        if channel == "site" and person.is_member and self.rng.random() < GUEST_FIRST_SHARE:
            person.guest_id = self.town.object_id(at)

    def _is_guest_order(self) -> bool:
        """Whether the order stands under the guest number: the first one of those who registered afterwards."""
        return self.person.guest_id is not None and self.bought == 1

    def _again_same_day(self, order: Order) -> list[Order]:
        latest = datetime.combine(order.at.date(), time(20) if order.channel == "counter" else time(23, 50))
        at = order.at + timedelta(minutes=self.rng.randrange(15, 190))
        if order.state != "done" or at > latest or self.rng.random() >= SAME_DAY_SHARE:
            return []
        product = self._pick(order.channel, {"pastry": 2, "bags": 2})
        price = product.price_on(at.date())
        return [repeat_of(order, [Line(product, 1, price, price)], at)]

    def basket(self, day: date, channel: Channel) -> Basket:
        """What the person puts together that day."""
        lead = self._lead(day, channel)
        basket: dict[str, int] = {lead.sku: self._quantity(lead)}
        more = 0.5 if self.bought else 0.34
        while self.rng.random() < more and len(basket) < 5:
            extra = self._pick(channel, _mood(day))
            basket[extra.sku] = basket.get(extra.sku, 0) + 1
            more *= 0.6
        return [(BY_SKU[sku], quantity) for sku, quantity in basket.items()]

    def _lead(self, day: date, channel: Channel) -> Product:
        """What the person came for."""
        occasion = occasion_on(day)
        if occasion and (self.persona.key == "gifts" or self.rng.random() < 0.12):
            return _gift_box(self.rng, occasion)
        if self.persona.key == "taster" and not self.bought:
            return SAMPLER
        if self.favourite and self._still_wants(day) and self.rng.random() < REORDER_SHARE:
            return self.favourite
        taste = TASTE[self.persona.key] if self.persona.key != "gifts" else _mood(day)
        if self.persona.key == "summer" and not is_summer(day):
            taste = {"bags": 3, "leaf": 1}
        product = self._pick(channel, taste)
        if self.favourite is None and product.cycle_days and not product.is_counter_only:
            self.favourite = product
        return product

    def _still_wants(self, day: date) -> bool:
        return self.favourite is not None and (self.favourite.category != "cold_brew" or is_summer(day))

    def _pick(self, channel: Channel, taste: dict[Category, float]) -> Product:
        category = self.rng.choices(list(taste), list(taste.values()))[0]
        offered = [p for p in CATALOGUE if p.category == category and p.weight and p.is_sold(channel)]
        if category == "gift_box":
            offered = [BY_SKU["GFT-CLS-A"]]
        return self.rng.choices(offered, [p.weight for p in offered])[0]

    def _quantity(self, product: Product) -> int:
        if product.is_counter_only:
            return self.rng.choices((1, 2, 3, 4, 6), (30, 30, 15, 10, 15))[0]
        if product.category == "gift_box":
            return self.rng.choices((1, 2, 3, 4, 6, 10, 20), (38, 26, 14, 9, 8, 4, 1))[0]
        return self.rng.choices((1, 2, 3), (76, 19, 5))[0]


def _gift_box(rng: Random, occasion: Occasion) -> Product:
    prefix = "GFT-MAF" if occasion.festival == "mid_autumn" else "GFT-LNY"
    boxes = [p for p in CATALOGUE if p.sku.startswith(prefix) or p.sku == "GFT-CLS-A"]
    return rng.choices(boxes, [p.weight for p in boxes])[0]


def _mood(day: date) -> dict[Category, float]:
    """What is added to a basket at this time of the year."""
    cold = 3.2 if is_summer(day) else 0.25
    return {"leaf": 1.6, "bags": 2.4, "cold_brew": cold, "pastry": 3.6, "ware": 0.5, "gift_box": 0.15}


def _never_bought(rng: Random, town: Town) -> Person:
    """Someone who registered on the own site and left it at that."""
    person = town.new_person("site")
    day = draw_day(rng, "site")
    town.register(person, draw_time(rng, "site", day), is_member=True)
    return person


def _walk_ins(rng: Random) -> list[Order]:
    """Counter sales to people who gave no number, and a few goods brought back to the counter."""
    nobody = Person(0, "", "F", None, None, "", "", "", "", "counter", 0.0, "")
    shopper = Customer(rng, Town(rng), nobody, PERSONAS[2])
    orders = [_walk_in(rng, shopper) for _ in range(WALK_IN_ORDERS)]
    sold = [order for order in orders if order.at.date() < END - timedelta(days=20)]
    return orders + [_brought_back(rng, order) for order in rng.sample(sold, COUNTER_RETURNS)]


def _walk_in(rng: Random, shopper: Customer) -> Order:
    day = draw_day(rng, "counter")
    shopper.bought, shopper.favourite = 0, None
    return place_order(rng, "counter", None, draw_time(rng, "counter", day), shopper.basket(day, "counter"), 1)


def _brought_back(rng: Random, order: Order) -> Order:
    """A return slip of its own: one unit at minus one, some days later."""
    line = order.lines[0]
    day = nearby_day(rng, "counter", order.at.date() + timedelta(days=7))
    return Order(
        draw_time(rng, "counter", day), "counter", None, [Line(line.product, -1, line.list_price, line.paid_price)],
        payment=order.payment,
    )  # fmt: skip

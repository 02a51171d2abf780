"""Everything a condition can be about once more in plain Python, out of the raw rows: no SQL, none of the facts' code.

The people are those of tests/core/builders.py (``c00`` …); see :class:`Shop` for the rows.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import exp, floor, log
from statistics import median
from typing import Any

import pandas as pd

from crm_core.metrics.segments import segment_of
from tests import oracle
from tests.core import builders

Row = dict[str, Any]
Of = Mapping[str, Any]
CATEGORIES = {"SKU0": "茶", "SKU1": "茶", "SKU2": "點心's", "SKU3": "點心's"}
ODD_SKU = "O'SKU\";--{}5"
CITIES = ("台北市", "臺北市", "Taipei", "Kaohsiung City", "大安區", None)
COUNTIES = {"台北市": "台北市", "臺北市": "台北市", "Taipei": "台北市", "Kaohsiung City": "高雄市", "大安區": "大安區"}
COMMENTS = {"出貨太慢": {"delivery"}, "Great taste, but expensive": {"quality", "price"}, "嗯": {"other"}, None: set()}
TERMS = {"r": 0.6, "alpha": 30.0, "a": 0.9, "b": 2.5, "p": 4.0, "q": 3.5, "gamma": 60.0}
BANDS = ((0.2, "lost"), (0.5, "fading"), (0.8, "likely"))
PEOPLE = tuple(f"c{number:02}" for number in range(32))


@dataclass(frozen=True)
class Shop:
    """The raw rows of a shop: order lines, members by customer, answers, cases, contacts, one campaign's members."""

    lines: list[Row]
    members: dict[str, Row]
    answers: list[Row]
    cases: list[Row]
    contacts: list[Row]
    campaign: dict[str, bool] = field(default_factory=dict)  # customer → held out
    campaign_on: date = date(2024, 3, 20)

    @classmethod
    def by_chance(cls, chance: random.Random) -> Shop:
        """A shop with everything in it, and something missing of everybody."""
        lines = builders.random_orders(chance, orders=160)
        for line in lines:
            line["category"] = CATEGORIES.get(line["sku"])
            line["sku"] = ODD_SKU if line["sku"] == "SKU5" else line["sku"]
        answers = builders.random_answers(chance, count=50, customers=28)
        for answer in answers:
            answer["comment"] = chance.choice(list(COMMENTS))
            answer["source_heard"] = chance.choice([None, "IG", "朋友"])
        members = {name: _member(chance) for name in chance.sample(PEOPLE, 26)}
        cases = [_case(chance, number) for number in range(30)]
        contacts = [_contact(chance, number) for number in range(60)]
        campaign = {name: chance.random() < 0.4 for name in chance.sample(PEOPLE[:20], 10)}
        return cls(lines, members, answers, cases, contacts, campaign)


def _member(chance: random.Random) -> Row:
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(21_000))
    joined = builders.FIRST_DAY + timedelta(days=chance.randrange(-300, builders.DAYS))
    tags = chance.choice([None, "VIP", "VIP, 團購", "團購;  新 品"])
    return {
        "birthday": chance.choice([None, born, date(1988, 2, 29), date(1890, 5, 5), date(2020, 3, 1)]),
        "gender": chance.choice([None, "female", "male"]),
        "city": chance.choice(CITIES),
        "joined_at": chance.choice([None, joined, joined]),
        "tier": chance.choice([None, "金卡", "Silver"]),
        "tags": tags,
        "source_heard": chance.choice([None, None, "Google", "朋友"]),
        **{f"consent_{channel}": chance.choice([None, "yes", "no"]) for channel in ("email", "sms", "line")},
    }


def _case(chance: random.Random, number: int) -> Row:
    opened = builders.FIRST_DAY + timedelta(days=chance.randrange(builders.DAYS))
    closed = chance.choice([None, opened + timedelta(days=chance.randrange(20))])
    customer = chance.choice(PEOPLE[:26])
    return {"case_id": f"t{number}", "customer": customer, "opened": opened, "closed": closed} | {
        "topic": chance.choice(["客訴", "詢問"])
    }


def _contact(chance: random.Random, number: int) -> Row:
    at = datetime.combine(builders.FIRST_DAY, datetime.min.time()) + timedelta(
        days=chance.randrange(builders.DAYS + 30), minutes=number
    )
    return {
        "key": f"k{number:03}",
        "customer": chance.choice(PEOPLE[:24]),
        "at": at,
        "channel": chance.choice(["phone", "phone", "sms", "email", None]),
        "outcome": chance.choice(["reached", "not_reached", "not_reached", "refused", "sent", "allowed", None]),
    }


Value = Any


@dataclass(frozen=True)
class Known:
    """What is known of every customer on a day."""

    shop: Shop
    as_of: date
    day: date

    @cached_property
    def orders(self) -> pd.DataFrame:
        return oracle.documents(self.shop.lines)

    @cached_property
    def own_orders(self) -> dict[str, list[Row]]:
        """The orders of every known customer up to the as-of date."""
        found: dict[str, list[Row]] = defaultdict(list)
        for order in (
            dict(zip(map(str, self.orders), row, strict=True)) for row in self.orders.itertuples(index=False)
        ):
            if order["customer"] is not None and order["day"] <= self.as_of:
                found[order["customer"]].append(order)
        return found

    @cached_property
    def all_days(self) -> dict[str, list[date]]:
        return oracle.purchase_days(self.orders, date.max)

    @cached_property
    def days(self) -> dict[str, list[date]]:
        return oracle.purchase_days(self.orders, self.as_of)

    @cached_property
    def channels(self) -> dict[str, str]:
        return oracle.first_channels(self.orders)

    def people(self, channel: str | None = None) -> set[str]:
        """Who is known on the as-of date."""
        seen = {line["customer"] for line in self.shop.lines} | set(self.shop.members)
        seen |= {row["customer"] for row in (*self.shop.answers, *self.shop.cases)}
        return {name for name in seen - {None} if self._is_known(name) and self._came_by(name, channel)}

    def _is_known(self, name: str) -> bool:
        firsts = [self.all_days[name][0]] if name in self.all_days else []
        joined = self._member(name, "joined_at")
        dates = [*firsts, *([joined] if joined else [])]
        if not dates or min(dates) <= self.as_of:
            return True
        has_complained = any(case["customer"] == name and case["opened"] <= self.as_of for case in self.shop.cases)
        return has_complained or bool(self._answers(name))

    def _came_by(self, name: str, channel: str | None) -> bool:
        return channel is None or (name in self.days and self.channels[name] == channel)

    def _member(self, name: str, what: str) -> Value:
        return self.shop.members.get(name, {}).get(what)

    def value(self, fact: str, name: str, of: Of) -> Value:
        """The fact of a customer; ``None`` where it is not known."""
        found: Callable[[str, Of], Value] = getattr(self, fact)
        return found(name, of)

    # ---- standing ----

    @cached_property
    def figures(self) -> dict[str, tuple[int, int, Decimal]]:
        found = {}
        for name, days in self.days.items():
            own = self.own_orders[name]
            money = sum((each["net"] for each in own if each["counted"] or each["adjustment"]), Decimal(0))
            found[name] = ((self.as_of - days[-1]).days, len(days), money)
        return found

    @cached_property
    def segments(self) -> dict[str, str]:
        recency, frequency, monetary = (
            [Fraction(figures[place]) for figures in self.figures.values()] for place in range(3)
        )
        once = sum(count == 1 for count in frequency)
        by_count = [Fraction(1), Fraction(2), Fraction(3)] if once * 2 > len(frequency) else quartiles(frequency)
        found = {}
        for name, (days, count, money) in self.figures.items():
            r = 1 + sum(cut > days for cut in quartiles(recency))
            f = 1 + sum(cut < count for cut in by_count)
            m = 1 + sum(cut < Fraction(money) for cut in quartiles(monetary))
            found[name] = segment_of(r, f, m, 4).value
        return found

    def segment(self, name: str, of: Of) -> Value:
        return self.segments.get(name)

    @cached_property
    def cycle(self) -> float | None:
        gaps = [(after - before).days for days in self.days.values() for before, after in pairwise(days)]
        return median(gaps) if gaps else None

    def life_cycle(self, name: str, of: Of) -> Value:
        if name not in self.figures or self.cycle is None:
            return None
        silent, count, _ = self.figures[name]
        for rounds, stage in ((3, "S3"), (2, "S2"), (1, "S1")):
            if silent > rounds * self.cycle:
                return stage
        return "N" if count == 1 else "E0"

    def journey_stage(self, name: str, of: Of) -> Value:
        if name not in self.figures:
            return "aware"
        silent, count, _ = self.figures[name]
        if self.cycle is not None and silent > 3 * self.cycle:
            return "lapsed"
        told = [a["recommended"] for a in self._answers(name) if a["recommended"] is not None]
        attitude = self.attitude(name, of)
        if attitude == "promoter" or (told and told[-1] and attitude != "detractor"):
            return "advocate"
        return "retained" if count >= 2 else "purchased"

    @cached_property
    def ranked(self) -> list[str]:
        return sorted(self.figures, key=lambda name: (-self.figures[name][2], builders_id(name)))

    def top_share(self, name: str, of: Of) -> Value:
        """The smallest share in millionths whose customers, rounded up, hold this one."""
        if name not in self.figures:
            return None
        return (self.ranked.index(name) * 1_000_000 // len(self.ranked) + 1) / 1_000_000

    def tier_standing(self, name: str, of: Of) -> Value:
        since = self.as_of - timedelta(days=of["within_days"] - 1) if of["within_days"] else date.min
        known = [each for own in self.own_orders.values() for each in own if each["day"] >= since]
        counted = [each for each in known if each["counted"]]
        own = [each["net"] for each in counted if each["customer"] == name]
        if not own:
            return None
        returns = [each["net"] for each in known if each["adjustment"] and each["customer"] == name]
        spent = sum(own, Decimal(0)) + sum(returns, Decimal(0))
        average = float(sum((each["net"] for each in counted), Decimal(0))) / len(counted)
        reached = max(own) if of["basis"] == "order" else spent
        reach = 0.2 * of["threshold"] if of["basis"] == "order" else average
        if reached >= of["threshold"]:
            return "in"
        return "near" if float(reached) >= of["threshold"] - reach else "rest"

    def member_tier(self, name: str, of: Of) -> Value:
        return self._member(name, "tier")

    # ---- buying ----

    def recency_days(self, name: str, of: Of) -> Value:
        return self.figures[name][0] if name in self.figures else None

    def purchases(self, name: str, of: Of) -> Value:
        return self.figures[name][1] if name in self.figures else 0

    def revenue(self, name: str, of: Of) -> Value:
        return self.figures[name][2] if name in self.figures else Decimal(0)

    def purchase_value(self, name: str, of: Of) -> Value:
        if name not in self.figures:
            return None
        _, count, money = self.figures[name]
        return (money / count).quantize(Decimal("0.0001"), ROUND_HALF_UP)

    def first_purchase_days(self, name: str, of: Of) -> Value:
        return (self.as_of - self.days[name][0]).days if name in self.days else None

    def _lately(self, days: Sequence[date], of: Of) -> list[date]:
        return [day for day in days if not of["within_days"] or (self.as_of - day).days < of["within_days"]]

    def purchases_lately(self, name: str, of: Of) -> Value:
        return len(self._lately(self.days.get(name, []), of))

    def revenue_lately(self, name: str, of: Of) -> Value:
        days = self._lately(self.days.get(name, []), of)
        return self._brought(name, days)

    def _brought(self, name: str, days: Sequence[date]) -> Decimal:
        own = self.own_orders.get(name, [])
        return sum((each["net"] for each in own if each["counted"] and each["day"] in days), Decimal(0))

    def first_channel(self, name: str, of: Of) -> Value:
        return self.channels[name] if name in self.days else None

    def orders_through(self, name: str, of: Of) -> Value:
        own = self.own_orders.get(name, [])
        return sum(each["counted"] and each["channel"] == of["channel"] for each in own)

    # ---- products ----

    @cached_property
    def bought_items(self) -> dict[str, list[tuple[date, str, str | None, Row]]]:
        counted = set(self.orders["order_id"][self.orders["counted"]])
        found: dict[str, list[tuple[date, str, str | None, Row]]] = defaultdict(list)
        for line in self.shop.lines:
            day = line["ordered_at"].date()
            is_goods = line["qty"] > 0 and line["price"] > 0
            if line["customer"] and is_goods and line["order_id"] in counted and day <= self.as_of:
                found[line["customer"]].append((day, line["sku"].upper(), line["category"], line))
        return found

    def item_days(self, name: str, of: Of) -> list[date]:
        place = 1 if of["kind"] == "product" else 2
        return sorted({item[0] for item in self.bought_items.get(name, []) if item[place] == of["item_key"]})

    def bought(self, name: str, of: Of) -> Value:
        return len(self._lately(self.item_days(name, of), of))

    def bought_days(self, name: str, of: Of) -> Value:
        days = self.item_days(name, of)
        return (self.as_of - days[-1]).days if days else None

    def started_with(self, name: str, of: Of) -> Value:
        return name in self.days and self.days[name][0] in self.item_days(name, of)

    def preferred_category(self, name: str, of: Of) -> Value:
        bought = {(day, sku, category) for day, sku, category, _ in self.bought_items.get(name, []) if category}
        counts = Counter(category for _, _, category in bought)
        if not counts:
            return None
        by_most = sorted(counts, key=lambda each: (counts[each], self._spent_on(name, each), each))
        most = by_most[-1]
        days = {day for day, _, category in bought if category == most}
        return most if len(days) >= 2 and counts[most] * 2 >= counts.total() else None

    def _spent_on(self, name: str, category: str) -> Decimal:
        """What a category brought, to tell apart two that were bought as often; refunds fall on all goods alike."""
        total = Decimal(0)
        for _, _, own, line in self.bought_items[name]:
            if own == category:
                of_order = [each for each in self.shop.lines if each["order_id"] == line["order_id"]]
                goods = sum((each["qty"] * each["price"] for each in of_order), Decimal(0))
                total += line["qty"] * line["price"] * (1 - (line["refund"] / goods if goods else 0))
        return total

    # ---- voice ----

    def _answers(self, name: str) -> list[Row]:
        own = [a for a in self.shop.answers if a["customer"] == name and a["at"].date() <= self.as_of]
        return sorted(own, key=lambda answer: answer["at"])

    def _scored(self, name: str) -> Row | None:
        scored = [answer for answer in self._answers(name) if answer["nps"] is not None]
        return scored[-1] if scored else None

    def nps(self, name: str, of: Of) -> Value:
        answer = self._scored(name)
        return answer["nps"] if answer else None

    def attitude(self, name: str, of: Of) -> Value:
        nps = self.nps(name, of)
        return None if nps is None else "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"

    def answered_days(self, name: str, of: Of) -> Value:
        answer = self._scored(name)
        return (self.as_of - answer["at"].date()).days if answer else None

    def commented_on(self, name: str, of: Of) -> Value:
        return any(of["theme"] in COMMENTS[answer["comment"]] for answer in self._answers(name))

    def _complaints(self, name: str) -> list[Row]:
        own = [case for case in self.shop.cases if case["customer"] == name and case["topic"] == "客訴"]
        return [case for case in own if case["opened"] <= self.as_of]

    def complained_days(self, name: str, of: Of) -> Value:
        return min(((self.as_of - case["opened"]).days for case in self._complaints(name)), default=None)

    def complaint_closed_days(self, name: str, of: Of) -> Value:
        closed = [case["closed"] for case in self._complaints(name) if case["closed"] and case["closed"] <= self.as_of]
        return min(((self.as_of - day).days for day in closed), default=None)

    def open_complaint(self, name: str, of: Of) -> Value:
        return any(case["closed"] is None or case["closed"] > self.as_of for case in self._complaints(name))

    # ---- person ----

    def city(self, name: str, of: Of) -> Value:
        city = self._member(name, "city")
        return city and city.replace("臺", "台")  # as it is taken in

    def county(self, name: str, of: Of) -> Value:
        city = self._member(name, "city")
        return COUNTIES[city] if city else None

    def gender(self, name: str, of: Of) -> Value:
        return self._member(name, "gender")

    def age(self, name: str, of: Of) -> Value:
        born = self._member(name, "birthday")
        if born is None:
            return None
        years = self.as_of.year - born.year - ((self.as_of.month, self.as_of.day) < (born.month, born.day))
        return years if 10 <= years <= 110 else None

    def days_to_birthday(self, name: str, of: Of) -> Value:
        born = self._member(name, "birthday")
        return None if born is None or born > self.day else next_birthday(born, self.day)

    def joined_days(self, name: str, of: Of) -> Value:
        joined = self._member(name, "joined_at")
        return (self.as_of - joined).days if joined and joined <= self.as_of else None

    def source_heard(self, name: str, of: Of) -> Value:
        told = [answer["source_heard"] for answer in self._answers(name) if answer["source_heard"]]
        return self._member(name, "source_heard") or (told[-1] if told else None)

    def tag(self, name: str, of: Of) -> Value:
        tags = self._member(name, "tags") or ""
        return of["tag"] in [each.strip() for each in tags.replace(";", ",").split(",")]

    def _consent(self, name: str, channel: str) -> str:
        return self._member(name, f"consent_{channel}") or "unknown"

    def consent_email(self, name: str, of: Of) -> Value:
        return self._consent(name, "email")

    def consent_sms(self, name: str, of: Of) -> Value:
        return self._consent(name, "sms")

    def consent_line(self, name: str, of: Of) -> Value:
        return self._consent(name, "line")

    def has_email(self, name: str, of: Of) -> Value:
        return "email" in builders.identifiers(name)

    def has_phone(self, name: str, of: Of) -> Value:
        return "phone" in builders.identifiers(name)

    # ---- forecast, by the terms of TERMS ----

    def _active(self, name: str) -> float:
        days, t = self.days[name], TERMS
        repeats, last, observed = len(days) - 1, (days[-1] - days[0]).days, (self.as_of - days[0]).days
        if not repeats:
            return 1.0
        ratio: float = ((t["alpha"] + observed) / (t["alpha"] + last)) ** (t["r"] + repeats)
        return 1 / (1 + t["a"] / (t["b"] + repeats - 1) * ratio)

    def chance_active(self, name: str, of: Of) -> Value:
        return self._active(name) if len(self.days.get(name, [])) > 1 else None

    def forecast_band(self, name: str, of: Of) -> Value:
        if name not in self.days:
            return None
        if len(self.days[name]) == 1:
            return "once"
        return next((band for below, band in BANDS if self._active(name) < below), "active")

    def chance_90_days(self, name: str, of: Of) -> Value:
        if name not in self.days:
            return None
        days, t = self.days[name], TERMS
        waiting = t["alpha"] + (self.as_of - days[0]).days
        return self._active(name) * (1 - exp(-(t["r"] + len(days) - 1) * log(1 + 90 / waiting)))

    def expected_purchase_value(self, name: str, of: Of) -> Value:
        if name not in self.days:
            return None
        repeats, t = len(self.days[name]) - 1, TERMS
        spent = float(self._brought(name, self.days[name][1:]))
        return t["p"] * (t["gamma"] + spent) / (t["p"] * repeats + t["q"] - 1)

    # ---- contact ----

    def _log(self, name: str) -> list[Row]:
        own = [c for c in self.shop.contacts if c["customer"] == name and c["at"].date() <= self.day]
        return sorted((c for c in own if c["channel"] and c["outcome"] != "allowed"), key=lambda c: c["at"])

    def _contacts(self, name: str) -> list[date]:
        log = self._log(name)
        days, announced = [contact["at"].date() for contact in log], self.shop.campaign_on
        is_in = self.shop.campaign.get(name) is False and announced <= self.day
        if is_in and not any(c["channel"] == "email" and c["at"].date() >= announced for c in log):
            days.append(announced)
        return days

    def contacts_lately(self, name: str, of: Of) -> Value:
        within = of["within_days"]
        return sum(not within or (self.day - day).days < within for day in self._contacts(name))

    def contacted_days(self, name: str, of: Of) -> Value:
        return min(((self.day - day).days for day in self._contacts(name)), default=None)

    def last_outcome(self, name: str, of: Of) -> Value:
        told = [contact["outcome"] for contact in self._log(name) if contact["outcome"]]
        return told[-1] if told else None

    def failed_calls(self, name: str, of: Of) -> Value:
        own = [c for c in self.shop.contacts if c["customer"] == name and c["at"].date() <= self.day]
        calls = [c for c in own if c["channel"] == "phone" and c["outcome"] in CALLED]
        count = 0
        for call in sorted(calls, key=lambda c: c["at"], reverse=True):
            if call["outcome"] != "not_reached":
                break
            count += 1
        return count

    def campaign_arm(self, name: str, of: Of) -> Value:
        if of["campaign_id"] != 1 or name not in self.shop.campaign:
            return None
        return "held_out" if self.shop.campaign[name] else "contacted"

    def campaign_contact(self, name: str, of: Of) -> Value:
        """The first of these that any contact by the campaign's channel on its days came to."""
        if self.campaign_arm(name, of) != "contacted":
            return None
        first = self.shop.campaign_on
        days = [first + timedelta(days=number) for number in range(15)]
        outcomes = [c["outcome"] for c in self._log(name) if c["channel"] == "email" and c["at"].date() in days]
        for outcome in ("refused", "reached", "sent", "invalid", "not_reached"):
            if outcome in outcomes:
                return outcome
        return "untold" if outcomes else "not_yet"


CALLED = ("reached", "not_reached", "refused", "allowed", "invalid")


def quartiles(values: Sequence[Fraction]) -> list[Fraction]:
    """The type-7 quartiles, exactly."""
    ordered = sorted(values)
    found = []
    for share in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)):
        place = share * (len(ordered) - 1)
        low = floor(place)
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
    return found


def next_birthday(born: date, today: date) -> int:
    """Days until the next day on which somebody is a year older; 29 February is the 28th in other years."""
    for ahead in range(367):
        day = today + timedelta(days=ahead)
        is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        month_day = (2, 28) if (born.month, born.day) == (2, 29) and not is_leap else (born.month, born.day)
        if (day.month, day.day) == month_day:
            return ahead
    raise AssertionError(born)


def builders_id(name: str) -> str:
    """The customer id of a person, by which equals are put in order."""
    own = builders.identifiers(name)
    return str(own.get("customer_id") or own.get("email") or f"+886{str(own['phone'])[1:]}")

"""The sample shop's two survey waves: who answers, and what they say.

The 0–10 answer follows the person's delight, a refund pulls it down, and the second wave is somewhat better.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from crm_core.sample.checkout import Order
from crm_core.sample.comments import CLOSINGS, COMPLAINT, GOODS, MIXED, OPENINGS, PLACES, PRAISE
from crm_core.sample.people import HEARD, Person
from crm_core.sample.products import NAME_OF_CATEGORY, Category

ANONYMOUS_SHARE = 0.13
BLANK_SCORE_SHARE = 0.045
COMMENT_SHARE = 0.58


@dataclass(frozen=True)
class Wave:
    """One round of the survey. ``level`` is the mean answer of a person of average delight."""

    key: str
    first: date
    days: int
    answers: int
    level: float


WAVES = (
    Wave("spring", date(2026, 4, 7), 14, 342, 7.9),
    Wave("autumn", date(2026, 10, 12), 14, 418, 8.4),
)


@dataclass(frozen=True)
class Answer:
    """One filled-in form; ``None`` is a question left out."""

    at: datetime
    person: Person | None
    email: str | None
    phone: str | None
    score: int | None
    satisfaction: int | None
    bought: tuple[str, ...]
    comment: str
    recommended: bool | None
    heard: str | None
    wants_messages: bool | None


def answers_of(rng: Random, wave: Wave, orders: list[Order]) -> list[Answer]:
    """The wave's answers in the order of time."""
    recent = _recent_orders(wave, orders)
    people = list(recent)
    weights = [1.0 + 0.5 * min(len(recent[number]), 4) for number in people]
    chosen: dict[int, None] = {}
    while len(chosen) < wave.answers:
        chosen[rng.choices(people, weights)[0]] = None
    answers = [_answer(rng, wave, recent[number]) for number in chosen]
    answers += [_second_thought(rng, answer) for answer in rng.sample(answers, 4) if answer.email]
    return sorted(answers, key=lambda answer: answer.at)


def _recent_orders(wave: Wave, orders: list[Order]) -> dict[int, list[Order]]:
    """By person, the kept orders of the 200 days before the wave."""
    first = wave.first - timedelta(days=200)
    recent: dict[int, list[Order]] = {}
    for order in orders:
        if order.person is not None and first <= order.at.date() < wave.first and order.state != "cancelled":
            recent.setdefault(order.person.number, []).append(order)
    return recent


def _answer(rng: Random, wave: Wave, orders: list[Order]) -> Answer:
    person = orders[-1].person
    assert person is not None  # _recent_orders keeps nobody else
    score = _score(rng, wave, person, orders)
    shown = None if rng.random() < BLANK_SCORE_SHARE else score
    email, phone = _contacts(rng, person)
    return Answer(
        at=_moment(rng, wave),
        person=person,
        email=email,
        phone=phone,
        score=shown,
        satisfaction=None if rng.random() < 0.03 else _satisfaction(rng, score),
        bought=_bought(orders[-1]),
        comment=_comment(rng, score, orders[-1]) if rng.random() < COMMENT_SHARE else "",
        recommended=None if rng.random() < 0.06 else rng.random() < _recommends(score),
        heard=None if rng.random() < 0.07 else _heard(rng, person),
        wants_messages=None if rng.random() < 0.05 else rng.random() < (0.74 if score >= 7 else 0.4),
    )


def _score(rng: Random, wave: Wave, person: Person, orders: list[Order]) -> int:
    trouble = 2.2 if any(order.refunded for order in orders) else 0.0
    return max(0, min(10, round(wave.level + 1.45 * person.delight - trouble + rng.gauss(0, 1.0))))


def _satisfaction(rng: Random, score: int) -> int:
    return max(1, min(5, round(score / 2.1 + rng.gauss(0.25, 0.45))))


def _recommends(score: int) -> float:
    return 0.78 if score >= 9 else 0.42 if score >= 7 else 0.12


def _contacts(rng: Random, person: Person) -> tuple[str | None, str | None]:
    if rng.random() < ANONYMOUS_SHARE:
        return None, None
    email = person.email if rng.random() < 0.85 else None
    phone = _typed_mobile(rng, person.phone) if email is None or rng.random() < 0.4 else None
    if email and rng.random() < 0.04:
        email = email.capitalize() + rng.choice(("", " "))  # as a telephone's keyboard likes it
    return email, phone


def _typed_mobile(rng: Random, phone: str) -> str:
    """With hyphens now and then; a few have lost their leading zero."""
    hyphenated = f"{phone[:4]}-{phone[4:7]}-{phone[7:]}"
    return rng.choices((phone, hyphenated, phone[1:]), (86, 11, 3))[0]


def _heard(rng: Random, person: Person) -> str:
    """What the person says now; marketplace buyers mostly found the shop there."""
    if person.home == "shopee" and rng.random() < 0.65:
        return "蝦皮搜尋"
    return person.heard if rng.random() < 0.9 else rng.choice([heard for heard, _ in HEARD])


def _bought(order: Order) -> tuple[str, ...]:
    names = [NAME_OF_CATEGORY[line.product.category] for line in order.lines if line.line_type != "gift"]
    return tuple(dict.fromkeys(names))


def _comment(rng: Random, score: int, order: Order) -> str:
    pools = (PRAISE,) if score >= 9 else (MIXED, MIXED, PRAISE) if score >= 7 else (COMPLAINT, COMPLAINT, MIXED)
    pool = rng.choice(pools)
    texts = [filled for text in pool if (filled := _filled(text, order))]
    chosen = rng.sample(texts, 2 if rng.random() < 0.22 else 1)
    return rng.choice(OPENINGS) + rng.choice(("，", "；", "\n")).join(chosen) + rng.choice(CLOSINGS[pool])


def _filled(text: str, order: Order) -> str | None:
    """The text about this order, ``None`` where it does not fit: another place, or nothing of the kind bought."""
    if any(word in text and order.channel not in channels for word, channels in PLACES.items()):
        return None
    skus = [line.product.sku for line in order.lines]
    if any(word in text and not any(sku.startswith(wanted) for sku in skus) for word, wanted in GOODS.items()):
        return None
    tea, sweet = _name_of(order, ("leaf", "bags", "cold_brew")), _name_of(order, ("pastry",))
    if ("{tea}" in text and tea is None) or ("{sweet}" in text and sweet is None):
        return None
    return text.format(tea=tea, sweet=sweet)


def _name_of(order: Order, categories: tuple[Category, ...]) -> str | None:
    """The short name of the first product of these kinds; a jug is no tea."""
    products = (line.product for line in order.lines if line.product.cycle_days and line.line_type == "goods")
    return next((product.name.split(" ")[0] for product in products if product.category in categories), None)


def _moment(rng: Random, wave: Wave) -> datetime:
    """Most answer in the first days, in the evening or at noon."""
    day = wave.first + timedelta(days=min(wave.days - 1, int(rng.expovariate(0.28))))
    hours = {0: 2, 8: 4, 9: 6, 10: 6, 12: 12, 13: 8, 15: 5, 18: 6, 19: 8, 20: 12, 21: 14, 22: 12, 23: 5}
    hour = rng.choices(list(hours), list(hours.values()))[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))


def _second_thought(rng: Random, answer: Answer) -> Answer:
    """The same person fills in the form once more, a point lower."""
    score = None if answer.score is None else max(0, answer.score - 1)
    later = answer.at + timedelta(hours=rng.randrange(1, 30))
    return replace(answer, at=later, score=score, comment="")

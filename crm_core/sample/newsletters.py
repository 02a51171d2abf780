"""The sample shop's newsletters, and what members write below its products: who reads, clicks and posts.

A newsletter goes to members who agreed to e-mail and bought lately; the more the shop pleases them, the more often they
open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import exp
from random import Random

from crm_core.sample.checkout import Order
from crm_core.sample.people import Person
from crm_core.sample.seasons import EXPORTED_AT

NEWSLETTER, SITE = "電子報", "官網"
SENT, OPENED, CLICKED, WROTE = "寄出", "開信", "點擊", "留言"
MAILINGS = (
    (datetime(2025, 8, 28, 10), "中秋禮盒開放預購"),
    (datetime(2026, 1, 20, 10), "新春禮盒與年節出貨日"),
    (datetime(2026, 5, 28, 20), "冷泡茶上市，第二件九折"),
    (datetime(2026, 8, 27, 10), "中秋禮盒早鳥優惠"),
    (datetime(2026, 10, 29, 20), "秋茶到貨"),
)
BOUGHT_WITHIN = timedelta(days=150)
OPEN_ODDS, CLICK_ODDS, PER_DELIGHT = -0.55, -1.5, 0.45
WROTE_SHARE = 0.045  # of orders on the own site get a few words below the product


@dataclass(frozen=True)
class Deed:
    """One thing the log tells: a newsletter sent to, opened or clicked by a person, or words they left."""

    at: datetime
    channel: str
    subject: str
    action: str
    person: Person


def deeds_of(rng: Random, orders: list[Order]) -> list[Deed]:
    """The whole log in the order of time."""
    deeds = [deed for at, subject in MAILINGS for deed in _mailing(rng, at, subject, orders)]
    deeds += _words_left(rng, orders)
    return sorted((deed for deed in deeds if deed.at < EXPORTED_AT), key=lambda deed: deed.at)


def _mailing(rng: Random, at: datetime, subject: str, orders: list[Order]) -> list[Deed]:
    lately = (order.person for order in orders if at - BOUGHT_WITHIN <= order.at < at)
    readers = {person.number: person for person in lately if person is not None and _is_reader(person, at)}
    return [deed for number in sorted(readers) for deed in _read(rng, at, subject, readers[number])]


def _is_reader(person: Person, at: datetime) -> bool:
    agreed = person.is_member and person.email is not None and person.consents["email"]
    return agreed and person.joined_at is not None and person.joined_at < at


def _read(rng: Random, at: datetime, subject: str, person: Person) -> list[Deed]:
    """That it was sent, and whether it was opened and clicked."""
    deeds = [Deed(at, NEWSLETTER, subject, SENT, person)]
    if rng.random() < _chance(OPEN_ODDS + PER_DELIGHT * person.delight):
        opened_at = at + timedelta(minutes=1 + int(rng.expovariate(1 / 600)))
        deeds.append(Deed(opened_at, NEWSLETTER, subject, OPENED, person))
        if rng.random() < _chance(CLICK_ODDS + PER_DELIGHT * person.delight):
            clicked_at = opened_at + timedelta(minutes=rng.randrange(1, 9))
            deeds.append(Deed(clicked_at, NEWSLETTER, subject, CLICKED, person))
    return deeds


def _chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def _words_left(rng: Random, orders: list[Order]) -> list[Deed]:
    """What members wrote below a product they had bought on the own site."""
    deeds = []
    for order in orders:
        person = order.person
        is_known = order.channel == "site" and person is not None and person.is_member and person.email is not None
        if is_known and order.is_sold and rng.random() < WROTE_SHARE:
            day = order.at.date() + timedelta(days=rng.randrange(4, 20))
            at = datetime.combine(day, time(rng.randrange(8, 23), rng.randrange(60)))
            deeds.append(Deed(at, SITE, order.lines[0].product.name.split(" ")[0], WROTE, order.buyer))
    return deeds

"""The sample shop's telephone calls: on some afternoons and evenings the shop calls members who have not come back.

In the evening more people answer; who is pleased with the shop answers more often. What they say is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import Protocol

from crm_core.sample.checkout import Order
from crm_core.sample.people import Person

ROUNDS = (
    (datetime(2025, 11, 3), "雙11前回訪"),
    (datetime(2026, 3, 2), "春季回訪"),
    (datetime(2026, 7, 6), "暑假前回訪"),
)
DAYS_OF_ROUND, CALLS_A_ROUND = 12, 110
SILENT_FOR = (timedelta(days=60), timedelta(days=200))
HOURS = (10, 11, 14, 15, 16, 18, 19, 20)
EVENING = 18
ANSWER_ODDS, IN_THE_EVENING, PER_DELIGHT = -0.45, 0.95, 0.3
WRONG_SHARE, REFUSED_SHARE, TWICE_SHARE, REASON_SHARE = 0.05, 0.04, 0.5, 0.6
CALLERS = ("小美", "阿明")
ANSWERED, NO_ANSWER, BUSY, WRONG, NO_MORE = "已接", "未接", "忙線", "空號", "請勿再打"
NO_ANSWERS = (NO_ANSWER, BUSY)
REASONS = ("還沒喝完", "還沒喝完", "送禮才買", "太忙忘記了", "運費太貴", "改買別家", "想換口味")


class Callee(Protocol):
    """Whom a call is with."""

    @property
    def name(self) -> str:
        """The name as the log has it."""

    @property
    def phone(self) -> str:
        """The number that is called."""


@dataclass(frozen=True)
class Call:
    """One call of the log; ``reason`` is why the person has not come back, where they say."""

    at: datetime
    person: Callee
    campaign: str
    outcome: str
    reason: str
    caller: str


def calls_of(rng: Random, orders: list[Order]) -> list[Call]:
    """The whole log in the order of time."""
    calls = [call for start, campaign in ROUNDS for call in _round(rng, start, campaign, orders)]
    return sorted(calls, key=lambda call: call.at)


def _round(rng: Random, start: datetime, campaign: str, orders: list[Order]) -> list[Call]:
    """The calls of some days to members who have been silent for a while; who does not answer is tried once more."""
    silent = _silent(start, orders)
    calls = []
    for person in rng.sample(silent, min(CALLS_A_ROUND, len(silent))):
        first = _call(rng, start, person, campaign)
        calls.append(first)
        if first.outcome in NO_ANSWERS and rng.random() < TWICE_SHARE:
            calls.append(_call(rng, first.at.replace(hour=0, minute=0) + timedelta(days=2), person, campaign))
    return calls


def _silent(day: datetime, orders: list[Order]) -> list[Person]:
    earlier = sorted((order for order in orders if order.at < day), key=lambda order: order.at)
    last = {order.person.number: order for order in earlier if order.person is not None}
    shortest, longest = SILENT_FOR
    found = {
        number: order.person
        for number, order in last.items()
        if order.person is not None and order.channel != "shopee" and shortest <= day - order.at <= longest
    }
    return [found[number] for number in sorted(found) if found[number].is_member]


def _call(rng: Random, start: datetime, person: Person, campaign: str) -> Call:
    day = start + timedelta(days=rng.randrange(DAYS_OF_ROUND))
    at = day.replace(hour=rng.choice(HOURS), minute=rng.randrange(60))
    outcome = outcome_of(rng, at, person.delight)
    return Call(at, person, campaign, outcome, reason_of(rng, outcome), rng.choice(CALLERS))


def reason_of(rng: Random, outcome: str) -> str:
    """Why the person has not come back, where they say."""
    says = outcome == ANSWERED and rng.random() < REASON_SHARE
    return rng.choice(REASONS) if says else ""


def outcome_of(rng: Random, at: datetime, delight: float) -> str:
    """What comes of a call to somebody whom the shop pleases so well."""
    if rng.random() < WRONG_SHARE:
        return WRONG
    odds = ANSWER_ODDS + (IN_THE_EVENING if at.hour >= EVENING else 0) + PER_DELIGHT * delight
    if rng.random() >= 1 / (1 + exp(-odds)):
        return rng.choice((NO_ANSWER, NO_ANSWER, BUSY))
    return NO_MORE if rng.random() < REFUSED_SHARE else ANSWERED

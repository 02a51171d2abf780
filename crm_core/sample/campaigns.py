"""The sample shop's campaigns: one that is over, one that is being called, each with a hold-out and a log of calls.

Their lists are frozen as of earlier days and the hold-out is drawn as in any shop; only then are the calls made up,
with those who were not held out. The calls change nothing in what the invented people buy: whatever a verdict says of
these campaigns is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from crm_core.db import Cursor
from crm_core.lists.campaigns import CampaignPlan, freeze
from crm_core.lists.conditions import All, condition
from crm_core.lists.contactable import Channel
from crm_core.lists.sources import Source
from crm_core.metrics.query import value_of
from crm_core.params import Params, Period
from crm_core.sample.calls import CALLERS, EVENING, NO_ANSWERS, Call, Callee, outcome_of, reason_of
from crm_core.sample.layouts.records import write_calls
from crm_core.sample.seasons import END, START
from crm_core.settings import ShopSettings

CALLS_FILE = "電話單_活動回訪_20261115.csv"
FROZEN_BY = "小美"
FROZEN_AT = time(10)  # UTC
TWICE_SHARE = 0.6
TRIED_AGAIN_AFTER = timedelta(days=2)
SHORTEST_CALL, LONGEST_CALL = 2, 7  # minutes from one call to the next


@dataclass(frozen=True)
class SampleCampaign:
    """A campaign of the sample, frozen the day before it starts, and how many people a day are called until when."""

    source: Source
    plan: CampaignPlan
    calls_a_day: int
    called_until: date


CAMPAIGNS = (
    SampleCampaign(
        "second_purchase_due",
        CampaignPlan("秋茶電話：邀新客回購", Channel.PHONE, date(2026, 10, 5), 20261005, 28, holdout_share=0.3),
        calls_a_day=20,
        called_until=date(2026, 10, 23),
    ),
    SampleCampaign(
        All((condition("segment", "one_of", ["new", "promising"]), condition("county", "one_of", ["新北市"]))),
        CampaignPlan("新北新客關心電話", Channel.PHONE, date(2026, 11, 9), 20261109, 28, holdout_share=0.3),
        calls_a_day=8,
        called_until=END,
    ),
)


class Listed(NamedTuple):
    """Somebody to call, as a list tells it."""

    name: str
    phone: str


def freeze_sample(cursor: Cursor, settings: ShopSettings, rng: Random) -> list[Call]:
    """Freeze the campaigns and make up the calls of each with those it is to contact, in the order of time.

    Nothing where the shop holds more than the sample, or campaigns already: nobody of a real shop is held out for it.
    """
    if value_of(cursor, "select count(*) from imports where not is_sample and undone_at is null"):
        return []
    if value_of(cursor, "select count(*) from campaigns"):
        return []
    calls = [call for campaign in CAMPAIGNS for call in _frozen(cursor, settings, rng, campaign)]
    return sorted(calls, key=lambda call: call.at)


def write_sample_calls(folder: Path, calls: Sequence[Call]) -> Path:
    """The log of the calls as a file like that of the other calls."""
    path = folder / CALLS_FILE
    write_calls(path, calls)
    return path


def _frozen(cursor: Cursor, settings: ShopSettings, rng: Random, campaign: SampleCampaign) -> list[Call]:
    plan = campaign.plan
    eve = plan.starts_on - timedelta(days=1)
    params = Params(eve, Period(START, eve))
    number = freeze(
        cursor, campaign.source, params, settings, plan, by=FROZEN_BY, moment=datetime.combine(eve, FROZEN_AT)
    )
    return _calls(rng, campaign, _to_contact(cursor, number))


def _to_contact(cursor: Cursor, number: int) -> list[Listed]:
    asked = (
        "select coalesce(name, ''), phone from campaign_people() inner join customer_mart using (customer_id) "
        "where campaign_id = ? and not is_held_out order by customer_id"
    )
    return [Listed(*row) for row in cursor.execute(asked, [number]).fetchall()]


def _calls(rng: Random, campaign: SampleCampaign, people: list[Listed]) -> list[Call]:
    """So many first calls a day, made by one person one after the other; who does not answer is mostly tried again."""
    rng.shuffle(people)
    calls: list[Call] = []
    again: dict[date, list[Callee]] = {}
    day = campaign.plan.starts_on
    while day <= campaign.called_until:
        first, people = people[: campaign.calls_a_day], people[campaign.calls_a_day :]
        made = _sitting(rng, day, [*again.pop(day, []), *first], campaign.plan.name)
        missed = [call.person for call in made[-len(first) :] if call.outcome in NO_ANSWERS] if first else []
        again[day + TRIED_AGAIN_AFTER] = [person for person in missed if rng.random() < TWICE_SHARE]
        calls += made
        day += timedelta(days=1)
    return calls


def _sitting(rng: Random, day: date, people: Sequence[Callee], campaign: str) -> list[Call]:
    """The calls of a day, from the late afternoon on."""
    at = datetime.combine(day, time(EVENING - 1, rng.randrange(60)))
    caller = rng.choice(CALLERS)
    calls = []
    for person in people:
        outcome = outcome_of(rng, at, 0.0)
        calls.append(Call(at, person, campaign, outcome, reason_of(rng, outcome), caller))
        at += timedelta(minutes=rng.randint(SHORTEST_CALL, LONGEST_CALL))
    return calls

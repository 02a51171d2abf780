"""The day's call sheet: whom to call today, for what, and in which order.

Size: people × hours × calls per hour. Calls per hour are those of the last four weeks of the log (calls with a time,
by the hours of the clock in which somebody called), where it tells of ``LEAST_CALLS`` or more; else the setting. Only
hours that can be believed count: who fills the same time into many rows of a sheet has told no time of any call.

Priority of a customer = stake × chance of the list × chance to be reached:

- Stake, in money: what a purchase of this customer is usually worth, the own mean drawn towards the shop's,
  (own revenue + 3 × shop mean) ÷ (own purchases + 3): one purchase is no habit yet. On a list of customers who may be
  lost it is what they spent in the year up to their last purchase, where that is more.
- Chance of the list: the extra share of buyers that the newest campaign by phone of this list has proved; else the
  share of those reached on this list who bought within 14 days, where there are 30 or more; else an assumption.
- Chance to be reached: the share of calls that reached somebody after as many calls in a row that did not, where there
  are 30 or more such calls; else as after one call fewer, to begin with 1.

Several lists make one sheet: each customer stands on it once, for the list of the highest priority. The contacted group
of a campaign is a list like any other; nobody it holds out is on the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from math import floor

import pandas as pd

from crm_core.analysis.effect import Verdict
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.lists.assumed import assumed_for
from crm_core.lists.campaigns import campaign_to_contact, still_to_contact
from crm_core.lists.contactable import Channel, bound, contactable, left_out, rules_on
from crm_core.lists.groups import Group
from crm_core.lists.members import members_of, people_source
from crm_core.lists.sources import Source, people_of, source_text
from crm_core.metrics.campaigns import campaign_results, campaigns_of
from crm_core.metrics.kept_scores import scored_once_if
from crm_core.metrics.rfm import question
from crm_core.params import Params
from crm_core.settings import ShopSettings

LEAST_CALLS = 30
# A call that nobody answers rings for about half a minute: one person makes two in a minute at most, and with dialling
# and writing down what came of it one a minute throughout an hour at most.
MOST_AT_ONCE = 2
MOST_PER_HOUR = 60
SHOP_PURCHASES = 3
BUYS_WITHIN_DAYS = 14
MOST_FAILED = 3
MOST_LISTS = 12
LONGEST_SHEET = 2_000
PERSON = ("customer_id", "name", "phone", "usual_product", "last_on")
# Where a customer may be lost, a year's spending is at stake.
AT_RISK = frozenset({"silent_best", "detractors_this_week", "detractors_to_call", "complaint_closed"})


class Basis(StrEnum):
    """What a chance stands on."""

    CAMPAIGN = "campaign"
    LOG = "log"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Pace:
    """Calls per hour; ``calls`` of the log it is measured from, 0: the setting.

    ``filled_in`` are the calls whose times cannot be those of the calls.
    """

    per_hour: float
    calls: int
    filled_in: int = 0


@dataclass(frozen=True)
class ListChance:
    """How likely a call on a list leads to a purchase, what that stands on, and how many people or calls that is."""

    source: Source
    chance: float
    basis: Basis
    sample_size: int
    is_at_risk: bool


@dataclass(frozen=True)
class SheetPlan:
    """What the sheet is to be: for a day, of lists in the order of their choice, for people with hours.

    ``assumed`` are the owner's own assumptions by list (``source_text``).
    """

    day: date
    sources: tuple[Source, ...]
    people: int
    hours: float
    assumed: Mapping[str, float]

    def __post_init__(self) -> None:
        if not 1 <= len(self.sources) <= MOST_LISTS:
            raise InvalidParams("sheet_lists", most=MOST_LISTS)
        bounds = ((self.people, 1, 1_000), (self.hours, 0.1, 24), *((share, 0, 1) for share in self.assumed.values()))
        if not all(lowest <= value <= highest for value, lowest, highest in bounds):
            raise InvalidParams("sheet_bounds")


@dataclass(frozen=True)
class CallSheet:
    """The sheet and what it stands on.

    ``rows``, the highest priority first: place (from 1), customer_id, name, phone, usual_product, last_on, list (place
    of the list in ``chances``), also (places of its other lists), stake, chance, reach, priority. ``fits`` is how many
    calls the day holds, ``callable`` how many people there are to call, ``left_out`` why others are not.
    """

    plan: SheetPlan
    pace: Pace
    chances: tuple[ListChance, ...]
    reach: tuple[float, ...]
    fits: int
    callable: int
    left_out: Mapping[str, int]
    rows: pd.DataFrame


def pace_of(cursor: Cursor, day: date, settings: ShopSettings) -> Pace:
    """How many calls an hour holds."""
    binds = {"day": day, "most_at_once": MOST_AT_ONCE, "most_per_hour": MOST_PER_HOUR}
    calls, hours, filled_in = cursor.execute(model("lists/call_paces"), binds).fetchall()[0]
    if calls < LEAST_CALLS:
        return Pace(settings.contacts_per_hour, 0, filled_in)
    return Pace(calls / hours, calls, filled_in)


def calls_that_fit(pace: Pace, people: int, hours: float) -> int:
    """How many calls so many people make in so many hours each; at least one, at most a long sheet."""
    return max(1, min(floor(round(people * hours * pace.per_hour, 6)), LONGEST_SHEET))


def reach_of(cursor: Cursor, day: date) -> tuple[float, ...]:
    """The chance to be reached after 0, 1, 2, and 3 or more calls in a row that reached nobody."""
    rows = cursor.execute(model("lists/reached_after"), {"day": day, "most": MOST_FAILED}).fetchall()
    told = {failed: reached / calls for failed, calls, reached in rows if calls >= LEAST_CALLS}
    chances: list[float] = []
    for failed in range(MOST_FAILED + 1):  # too few to tell: as after one call fewer, for nobody is reached more easily
        chances.append(told.get(failed, chances[-1] if chances else 1.0))
    return tuple(chances)


def chances_of(cursor: Cursor, plan: SheetPlan, params: Params, settings: ShopSettings) -> tuple[ListChance, ...]:
    """How likely a call on each of the lists leads to a purchase."""
    binds = {"day": plan.day, "as_of": params.as_of, "within_days": BUYS_WITHIN_DAYS}
    logged = {
        name: (reached, bought)
        for name, reached, bought in cursor.execute(model("lists/call_results"), binds).fetchall()
    }
    proved = _proved(cursor, params, settings)
    return tuple(_chance(source, plan, logged, proved) for source in plan.sources)


def _chance(
    source: Source,
    plan: SheetPlan,
    logged: Mapping[str, tuple[int, int]],
    proved: Mapping[str, tuple[float, int]],
) -> ListChance:
    name, is_at_risk = source_text(source), isinstance(source, str) and source in AT_RISK
    reached, bought = logged.get(name, (0, 0))
    if name in proved:
        return ListChance(source, *_with(proved[name], Basis.CAMPAIGN), is_at_risk)
    if reached >= LEAST_CALLS:
        return ListChance(source, bought / reached, Basis.LOG, reached, is_at_risk)
    return ListChance(source, plan.assumed.get(name, assumed_for(source)), Basis.ASSUMED, reached, is_at_risk)


def _with(proof: tuple[float, int], basis: Basis) -> tuple[float, Basis, int]:
    return proof[0], basis, proof[1]


def _proved(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[str, tuple[float, int]]:
    """The extra share of buyers by list, of the newest campaign by phone that was proved effective."""
    by_phone = tuple(each for each in campaigns_of(cursor) if each.channel == Channel.PHONE)
    found: dict[str, tuple[float, int]] = {}
    for result in campaign_results(cursor, by_phone, params, settings):
        if result.verdict is Verdict.EFFECTIVE and result.effect is not None and result.effect.share is not None:
            value = (float(result.effect.share[0]), result.effect.contacted.people)
            found.setdefault(result.campaign.source, value)
    return found


def call_sheet(cursor: Cursor, plan: SheetPlan, params: Params, settings: ShopSettings) -> CallSheet:
    """The sheet of the day. Purchases are known up to ``params.as_of``, contacts up to the plan's day.

    It needs temporary tables of the cursor, which is busy meanwhile.
    """
    asked = replace(params, contact_on=plan.day, window_days=None)
    rules = rules_on(plan.day, settings, Channel.PHONE, _campaign_of(plan.sources))
    _gather(cursor, plan.sources, asked, settings)
    pace, chances, reach = (
        pace_of(cursor, plan.day, settings),
        chances_of(cursor, plan, asked, settings),
        reach_of(cursor, plan.day),
    )
    fits = calls_that_fit(pace, plan.people, plan.hours)
    binds = {
        "question": question(asked, settings),
        **bound(rules),
        "lists": [{"place": n, "chance": c.chance, "is_at_risk": c.is_at_risk} for n, c in enumerate(chances)],
        "reach": list(reach),
        "shop_purchases": SHOP_PURCHASES,
        "size": fits,
    }
    rows = cursor.execute(model("lists/call_sheet"), binds).df()
    people = "select distinct customer_id from called_people"
    counted = f"select count(*) from ({contactable(people)}) as people"
    (can_be_called,) = cursor.execute(counted, bound(rules)).fetchall()[0]
    reasons = left_out(cursor, people, {}, rules)
    return CallSheet(plan, pace, chances, reach, fits, can_be_called, reasons, _told(cursor, rows, asked, settings))


def _campaign_of(sources: Sequence[Source]) -> int | None:
    """The campaign that the calls are for, which does not count against itself: the first one among the lists."""
    return next((found for found in map(campaign_to_contact, sources) if found is not None), None)


def _gather(cursor: Cursor, sources: Sequence[Source], params: Params, settings: ShopSettings) -> None:
    """The people of all lists, each with the place of the list; of a campaign those who are left.

    A group may ask about another day too.
    """
    cursor.execute("create or replace temp table called_people (customer_id varchar, place integer)")
    for place, source in enumerate(sources):
        with scored_once_if(not isinstance(source, Group), cursor, params, settings):
            people = people_of(cursor, still_to_contact(source), params, settings)
            statement = f"insert into called_people select distinct customer_id, {place} from ({people.sql}) as people"
            cursor.execute(statement, dict(people.binds))


def _told(cursor: Cursor, rows: pd.DataFrame, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """The rows with what the caller needs to know of each customer."""
    cursor.execute("create or replace temp table called_now (customer_id varchar)")
    cursor.execute("insert into called_now select unnest($ids)", {"ids": list(rows["customer_id"]) or [None]})
    binds = {"question": question(params, settings), "limit": None}
    people = people_source("select customer_id from called_now")
    told = members_of(cursor, "call_sheet", people, PERSON, binds).frame
    merged = rows.merge(told, on="customer_id", how="left").rename(columns={"place": "list"})
    merged.insert(0, "place", range(1, len(merged) + 1))
    return merged

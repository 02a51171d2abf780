"""Campaigns: a list frozen on a day, some of it held out by chance, and the question whether the contact was worth it.

A campaign keeps its members by their identifiers, as notes do: they stay its members when files come and go, and when
customers are joined or parted. Who may not be contacted is in neither group, so that the two are alike. Nothing that is
exported for the campaign holds anybody of the hold-out group, and no other list does until its days are over
(``crm_core.lists.contactable``). How it went: ``crm_core.metrics.campaigns``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from crm_core.analysis.power import held_out_of
from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists.conditions import All, AnyOf, Comparison, Condition, condition
from crm_core.lists.contactable import Channel, bound, contactable, left_out, rules_on
from crm_core.lists.sources import Source, people_of, source_text
from crm_core.params import Params
from crm_core.settings import ShopSettings

CHANNELS = (Channel.PHONE, Channel.SMS, Channel.EMAIL, Channel.LINE)
LONGEST_NAME = 80
LONGEST_AUTHOR = 60
LONGEST_WINDOW = 365
HIGHEST_COST = 1e12
HIGHEST_SHARE = 0.5
ASSUMED_SHARE = 0.10  # who buys by themselves, where the past tells nothing of the list
HIGHEST_SEED = 2**31 - 1
# States of a contact (views/campaign_contacts.sql) after which a call is still to be made.
CAME_TO_NOTHING = ("not_yet", "not_reached", "untold")


@dataclass(frozen=True)
class CampaignPlan:
    """What a campaign is to be.

    ``starts_on`` is the day of the contact; purchases from then until ``window_days`` later count. ``margin`` is the
    share of revenue that is profit (``None``: not known), ``holdout_share`` that of the people who are not contacted.
    """

    name: str
    channel: Channel
    starts_on: date
    seed: int
    window_days: int = 14
    cost: Decimal = Decimal(0)
    margin: float | None = None
    holdout_share: float = 0.1


@dataclass(frozen=True)
class Reachable:
    """How many people of a list may be contacted, and why the others may not, as many as for each reason."""

    people: int
    left_out: dict[str, int]


@dataclass(frozen=True)
class BaseShare:
    """How many of the people who were on a list earlier bought within the window by themselves."""

    on: date
    people: int
    buyers: int

    @property
    def share(self) -> float | None:
        """The share of them; ``None`` where nobody was on the list then."""
        return self.buyers / self.people if self.people else None

    @property
    def expected(self) -> float:
        """The share to plan with: of them, or an assumed one where the past tells nothing of the list."""
        return ASSUMED_SHARE if self.share is None else self.share


def reachable(
    cursor: Cursor, source: Source, params: Params, settings: ShopSettings, channel: Channel, day: date
) -> Reachable:
    """Who on the list may be contacted on a day through a channel: who could be in a campaign then."""
    people = people_of(cursor, source, params, settings)
    barred = left_out(cursor, people.sql, people.binds, rules_on(day, settings, channel))
    asked = f"select count(distinct customer_id) from ({people.sql}) as people"
    (listed,) = cursor.execute(asked, dict(people.binds)).fetchall()[0]
    return Reachable(int(listed) - sum(barred.values()), barred)


def base_share(cursor: Cursor, source: Source, params: Params, settings: ShopSettings, window_days: int) -> BaseShare:
    """What share of a list buys within the window without the campaign, as far as the past tells.

    The list is made as it was just before the last such window of the data, and its people are followed through that
    window. What they bought before says nothing: a list of those who were silent for long has no recent buyers at all.
    """
    earlier = params.as_of - timedelta(days=window_days + 1)
    period = replace(params.period, start=min(params.period.start, earlier), end=min(params.period.end, earlier))
    people = people_of(cursor, source, replace(params, as_of=earlier, period=period, contact_on=None), settings)
    days = {"first_on": earlier + timedelta(days=1), "last_on": params.as_of}
    asked = model("campaigns/bought_between").format(people=people.sql)
    (count, buyers) = cursor.execute(asked, {**people.binds, **days}).fetchall()[0]
    return BaseShare(earlier, int(count), int(buyers))


def freeze(
    cursor: Cursor,
    source: Source,
    params: Params,
    settings: ShopSettings,
    plan: CampaignPlan,
    *,
    by: str,
    moment: datetime,
) -> int:
    """Make a campaign of a list; returns its number. Call it inside ``Database.write_beside``.

    Its members are all on the list who may be contacted on the day; of them exactly the rounded share, at least one of
    two or more, is held out. The same list with the same seed gives the same two groups. What is frozen while the shop
    holds nothing but the sample goes with it. Raises ``InvalidParams`` for a plan that makes no sense, and where nobody
    may be contacted.
    """
    _check(plan, params)
    people = people_of(cursor, source, params, settings)
    binds = {**people.binds, **bound(rules_on(plan.starts_on, settings, plan.channel)), "seed": plan.seed}
    cursor.execute(model("campaigns/members").format(people=contactable(people.sql)), binds)
    (members,) = cursor.execute("select count(*) from campaign_draw").fetchall()[0]
    if not members:
        raise InvalidParams("campaign_nobody")
    (campaign_id,) = cursor.execute("select coalesce(max(campaign_id), 0) + 1 from campaigns").fetchall()[0]
    _write_down(cursor, int(campaign_id), source, params, plan, by=by, moment=moment)
    cursor.execute(
        "insert into campaign_members select ?, member_no, member_no <= ? from campaign_draw",
        [campaign_id, held_out_of(members, plan.holdout_share)],
    )
    cursor.execute(model("campaigns/identifiers"), {"campaign_id": campaign_id})
    cursor.execute("drop table campaign_draw")
    return int(campaign_id)


def stop(cursor: Cursor, campaign_id: int, moment: datetime) -> None:
    """Let a campaign count no more: nobody is held out for it, and nobody counts as contacted by it.

    Call it inside ``Database.write_beside``. Raises ``UnknownName`` where none of that number is in force.
    """
    found = cursor.execute(
        "update campaigns set stopped_at = ? where campaign_id = ? and stopped_at is null returning campaign_id",
        [moment, campaign_id],
    ).fetchall()
    if not found:
        raise UnknownName("unknown_campaign", campaign_id=campaign_id)


def arm_of(campaign_id: int, arm: str) -> Condition:
    """One of the groups of a campaign as a list."""
    return condition("campaign_arm", "one_of", [arm], campaign_id=campaign_id)


def contacted_so_far(campaign_id: int, states: Sequence[str]) -> Condition:
    """Those of the contacted group of a campaign whose contact is in one of these states, as a list."""
    return condition("campaign_contact", "one_of", list(states), campaign_id=campaign_id)


def still_to_contact(source: Source) -> Source:
    """Of a campaign's contacted group those with whom the contact came to nothing yet; any other list as it is."""
    campaign_id = campaign_to_contact(source)
    if campaign_id is None or is_part_of_group(source):
        return source
    return contacted_so_far(campaign_id, CAME_TO_NOTHING)


def campaign_to_contact(source: Source) -> int | None:
    """The campaign whose contacted group, or a part of it by what came of the contact so far, the list is, alone.

    What is exported for it does not count against itself.
    """
    node = _alone(source)
    campaign_id = node.of.get("campaign_id") if node is not None else None
    if isinstance(campaign_id, int) and (is_part_of_group(source) or node == arm_of(campaign_id, "contacted")):
        return campaign_id
    return None


def is_part_of_group(source: Source) -> bool:
    """Whether the list is a part of a campaign's contacted group, by what came of the contact so far, alone."""
    node = _alone(source)
    return node is not None and (node.fact.key, node.comparison) == ("campaign_contact", Comparison.ONE_OF)


def _alone(source: Source) -> Condition | None:
    """The only condition of a list."""
    while isinstance(source, All | AnyOf) and len(source.parts) == 1:
        (source,) = source.parts
    return source if isinstance(source, Condition) else None


def _write_down(
    cursor: Cursor, campaign_id: int, source: Source, params: Params, plan: CampaignPlan, *, by: str, moment: datetime
) -> None:
    cursor.execute(
        "insert into campaigns select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, bool_and(is_sample) "
        "from imports where undone_at is null",
        [
            campaign_id,
            _name(plan),
            source_text(source),
            plan.channel.value,
            plan.starts_on,
            plan.window_days,
            plan.cost,
            plan.margin,
            plan.holdout_share,
            plan.seed,
            params.as_of,
            " ".join(by.split())[:LONGEST_AUTHOR],
            moment,
        ],
    )


def _name(plan: CampaignPlan) -> str:
    return " ".join(plan.name.split())[:LONGEST_NAME]


def _check(plan: CampaignPlan, params: Params) -> None:
    if not _name(plan):
        raise InvalidParams("campaign_name")
    if plan.channel not in CHANNELS:
        raise InvalidParams("campaign_channel", channels=", ".join(CHANNELS))
    if plan.starts_on < params.as_of:
        raise InvalidParams("campaign_starts_before", start=plan.starts_on.isoformat(), as_of=params.as_of.isoformat())
    for field, value, lowest, highest in (
        ("window_days", plan.window_days, 1, LONGEST_WINDOW),
        ("cost", float(plan.cost), 0, HIGHEST_COST),
        ("margin", plan.margin or 0, 0, 1),
        ("holdout_share", plan.holdout_share, 0, HIGHEST_SHARE),
        ("seed", plan.seed, 0, HIGHEST_SEED),
    ):
        if not lowest <= value <= highest:
            raise InvalidParams("campaign_bounds", setting=field, lowest=float(lowest), highest=float(highest))

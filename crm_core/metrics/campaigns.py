"""Campaigns: what was frozen, and whether the contact made a difference (METRICS §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from crm_core.analysis.effect import Effect, Estimated, Group, Verdict, effect_of
from crm_core.db import Cursor, model
from crm_core.errors import UnknownName
from crm_core.metrics.campaign_contacts import STATES, ContactProgress, contact_progress
from crm_core.metrics.query import Row, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

ARMS = ("contacted", "held_out")
NOBODY = Group(0, 0, 0.0, 0.0)


@dataclass(frozen=True)
class Campaign:
    """A list frozen on a day. Moments are UTC; ``contacted`` and ``held_out`` are the people then.

    Purchases from ``starts_on`` to ``ends_on`` count, both days included.
    """

    campaign_id: int
    name: str
    source: str
    channel: str
    starts_on: date
    window_days: int
    cost: Decimal
    margin: float | None
    holdout_share: float
    seed: int
    as_of: date
    frozen_by: str
    frozen_at: datetime
    stopped_at: datetime | None
    contacted: int
    held_out: int

    @property
    def ends_on(self) -> date:
        """The last day whose purchases count."""
        return self.starts_on + timedelta(days=self.window_days)


@dataclass(frozen=True)
class CampaignResult:
    """A campaign and what came of it up to ``seen_until``, the last day with an order in the data.

    ``days_left`` of it are not in the data yet. ``in_both``: people who were two when it was frozen, one in each group,
    and are left out of both. ``effect`` is ``None`` for a campaign that was stopped.
    """

    campaign: Campaign
    seen_until: date
    in_both: int
    effect: Effect | None

    @property
    def verdict(self) -> Verdict:
        """What may be said of it."""
        return Verdict.STOPPED if self.effect is None else self.effect.verdict

    @property
    def days_left(self) -> int:
        """How many of its days the data does not cover yet."""
        return max(0, (self.campaign.ends_on - self.seen_until).days)

    @property
    def has_begun(self) -> bool:
        """Whether the data covers any of its days."""
        return self.seen_until >= self.campaign.starts_on

    @property
    def profit(self) -> Estimated | None:
        """The margin of the extra revenue less the cost; undefined without a margin."""
        if self.effect is None:
            return None
        return self.effect.profit(self.campaign.margin, float(self.campaign.cost))


def campaigns_of(cursor: Cursor) -> tuple[Campaign, ...]:
    """Every campaign, stopped ones included, the newest first."""
    return tuple(Campaign(*row) for row in tuples_of(cursor, model("campaigns/all"), {}))


def campaign_of(cursor: Cursor, campaign_id: int) -> Campaign:
    """One campaign. Raises ``UnknownName`` where there is none of that number."""
    for campaign in campaigns_of(cursor):
        if campaign.campaign_id == campaign_id:
            return campaign
    raise UnknownName("unknown_campaign", campaign_id=campaign_id)


def campaign_results(
    cursor: Cursor, campaigns: tuple[Campaign, ...], params: Params, settings: ShopSettings
) -> tuple[CampaignResult, ...]:
    """What came of these campaigns as of the date: every purchase counts, through whichever channel.

    A campaign is judged when its last day is in the data: on or before the last day with an order.
    """
    if not campaigns:
        return ()
    groups: dict[tuple[int, str], Group] = {
        (campaign_id, arm): Group(*rest)
        for campaign_id, arm, *rest in tuples_of(cursor, model("campaigns/results"), {"as_of": params.as_of})
    }
    seen_until = _last_order_day(cursor, params)
    return tuple(_result(campaign, groups, seen_until, settings) for campaign in campaigns)


def campaign_result(cursor: Cursor, campaign_id: int, params: Params, settings: ShopSettings) -> CampaignResult:
    """What came of one campaign. Raises ``UnknownName`` where there is none of that number."""
    return campaign_results(cursor, (campaign_of(cursor, campaign_id),), params, settings)[0]


def _result(
    campaign: Campaign, groups: dict[tuple[int, str], Group], seen_until: date, settings: ShopSettings
) -> CampaignResult:
    contacted, held_out, both = (groups.get((campaign.campaign_id, arm), NOBODY) for arm in (*ARMS, "both"))
    effect = None
    if campaign.stopped_at is None:
        is_over = seen_until >= campaign.ends_on
        effect = effect_of(contacted, held_out, is_over=is_over, fewest=settings.thin_below)
    return CampaignResult(campaign, seen_until, both.people, effect)


def _last_order_day(cursor: Cursor, params: Params) -> date:
    """The last day with an order up to the as-of date, else that date."""
    asked = "select max(ordered_on) from order_mart where ordered_on <= $as_of"
    (day,) = tuples_of(cursor, asked, {"as_of": params.as_of})[0]
    return day or params.as_of


def campaigns_table(cursor: Cursor, params: Params, settings: ShopSettings) -> pd.DataFrame:
    """Every campaign with what came of it up to the as-of date, the newest first.

    Columns: campaign_id, name, contact_channel, starts_on, ends_on, days_left, contacted, held_out (people found now,
    without those in both), contacted_share and held_out_share (who bought from the first to the last day), extra_share
    (the difference, Newcombe 95 %), smallest_effect (of the share, provable in four of five cases), extra_customers,
    extra_revenue (per person, times the contacted), cost, profit (NULL without a margin), each with _low and _high
    where it is an estimate, contacted_so_far and by what came of it reached, sent, refused, invalid, not_reached,
    untold, not_yet (people to contact, up to the contact day), verdict. All results are NULL for a stopped campaign.
    """
    results = campaign_results(cursor, campaigns_of(cursor), params, settings)
    return campaigns_frame(results, contact_progress(cursor, params.day) if results else {})


def campaigns_frame(results: Sequence[CampaignResult], progress: Mapping[int, ContactProgress]) -> pd.DataFrame:
    """The rows of :func:`campaigns_table`; ``progress`` by the campaign's number."""
    rows = [_campaign_row(result) | _progress_row(progress.get(result.campaign.campaign_id)) for result in results]
    return _frame(rows, CAMPAIGN_COLUMNS)


def _progress_row(progress: ContactProgress | None) -> Row:
    if progress is None:
        return {}
    return {"contacted_so_far": progress.contacted, **{state: progress.people.get(state, 0) for state in STATES}}


def campaign_effect_table(
    cursor: Cursor, params: Params, settings: ShopSettings, *, campaign: int | None = None
) -> pd.DataFrame:
    """The two groups of a campaign side by side, without ``campaign`` those of every one in force.

    Columns: campaign_id, arm (contacted or held_out), people, buyers, share with low and high (Wilson 95 %), revenue,
    revenue_per_person, is_thin.
    """
    chosen = campaigns_of(cursor) if campaign is None else (campaign_of(cursor, campaign),)
    return arms_frame(campaign_results(cursor, chosen, params, settings), settings)


def arms_frame(results: Sequence[CampaignResult], settings: ShopSettings) -> pd.DataFrame:
    """The rows of :func:`campaign_effect_table`."""
    return _frame([row for result in results for row in _arm_rows(result, settings)], ARM_COLUMNS)


def _campaign_row(result: CampaignResult) -> Row:
    campaign, effect = result.campaign, result.effect
    row: Row = {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "contact_channel": campaign.channel,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "cost": float(campaign.cost),
        "verdict": result.verdict.value,
    }
    if effect is None:
        return row
    return {
        **row,
        "days_left": result.days_left,
        "contacted": effect.contacted.people,
        "held_out": effect.held_out.people,
        "contacted_share": effect.contacted.share,
        "held_out_share": effect.held_out.share,
        "smallest_effect": effect.smallest,
        **_bounded("extra_share", effect.share),
        **_bounded("extra_customers", effect.extra_customers),
        **_bounded("extra_revenue", effect.extra_revenue),
        **_bounded("profit", result.profit),
    }


def _bounded(key: str, found: tuple[float, float, float] | None) -> Row:
    return dict(zip((key, f"{key}_low", f"{key}_high"), found or (None, None, None), strict=True))


def _arm_rows(result: CampaignResult, settings: ShopSettings) -> list[Row]:
    if result.effect is None:
        return []
    return [
        {
            "campaign_id": result.campaign.campaign_id,
            "arm": arm,
            "people": group.people,
            "buyers": group.buyers,
            "share": group.share,
            **dict(zip(("low", "high"), group.interval or (None, None), strict=True)),
            "revenue": group.mean * group.people,
            "revenue_per_person": group.mean if group.people else None,
            "is_thin": group.people < settings.thin_below,
        }
        for arm, group in zip(ARMS, (result.effect.contacted, result.effect.held_out), strict=True)
    ]


def _frame(rows: list[Row], columns: tuple[Column, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    counted = {column.key for column in columns if column.unit in (Unit.COUNT, Unit.DAYS)} - set(EXTRA_CUSTOMERS)
    measured = {column.key for column in columns if isinstance(column.unit, Unit)} - counted
    return frame.astype({**dict.fromkeys(counted, "Int64"), **dict.fromkeys(measured, "float64")})


def _estimated(key: str, unit: Unit) -> tuple[Column, ...]:
    return tuple(Column(name, unit) for name in (key, f"{key}_low", f"{key}_high"))


EXTRA_CUSTOMERS = tuple(column.key for column in _estimated("extra_customers", Unit.COUNT))
CAMPAIGN_COLUMNS = (
    Column("campaign_id", ColumnKind.TEXT),
    Column("name", ColumnKind.TEXT),
    Column("contact_channel", ColumnKind.TEXT),
    Column("starts_on", ColumnKind.DATE),
    Column("ends_on", ColumnKind.DATE),
    Column("days_left", Unit.DAYS),
    Column("contacted", Unit.COUNT),
    Column("held_out", Unit.COUNT),
    Column("contacted_share", Unit.SHARE),
    Column("held_out_share", Unit.SHARE),
    *_estimated("extra_share", Unit.SHARE),
    Column("smallest_effect", Unit.SHARE),
    *_estimated("extra_customers", Unit.COUNT),
    *_estimated("extra_revenue", Unit.MONEY),
    Column("cost", Unit.MONEY),
    *_estimated("profit", Unit.MONEY),
    Column("contacted_so_far", Unit.COUNT),
    *(Column(state, Unit.COUNT) for state in STATES),
    Column("verdict", ColumnKind.TEXT),
)

ARM_COLUMNS = (
    Column("campaign_id", ColumnKind.TEXT),
    Column("arm", ColumnKind.TEXT),
    Column("people", Unit.COUNT),
    Column("buyers", Unit.COUNT),
    Column("share", Unit.SHARE),
    Column("low", Unit.SHARE),
    Column("high", Unit.SHARE),
    Column("revenue", Unit.MONEY),
    Column("revenue_per_person", Unit.MONEY),
    Column("is_thin", ColumnKind.FLAG),
)

CAMPAIGN_TABLES = {
    "campaigns": TableSpec(CAMPAIGN_COLUMNS, campaigns_table),
    "campaign_effect": TableSpec(ARM_COLUMNS, campaign_effect_table, ("campaign",)),
}

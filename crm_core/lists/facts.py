"""Facts: what a condition of a list can be about. One registry; the select behind each stands in ``sql/facts``.

A fact is a column of a source. A source gives one row per customer that it knows something of; who is not in it has
the fact's ``missing`` value: nothing (``None``: unknown) or what it amounts to (no purchases: 0). Some sources take
values, such as the product that was bought, and some need what Python computes, such as a fitted forecast.

What the member records say (city, tier, tags, consents, addresses) has no day: it is what they say now. Everything else
is as of a date; contacts and birthdays count from the day of contact, ``Params.day``.

The words of a fact stand in the locale files under ``conditions.fact.<key>``, those of fixed texts under ``words``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from crm_core.db import Cursor, model
from crm_core.lists.groups import AMOUNT, BASIS, ITEM_KIND, NUMBER, PRODUCT, TEXT, THEME, GroupValue, Told, Value
from crm_core.lists.ready_made import FIGURED, LIMITS
from crm_core.metrics.forecast import forecast_of
from crm_core.metrics.forecast_tables import BANDS
from crm_core.metrics.life_cycle import JOURNEY_STAGES
from crm_core.metrics.product_cycles import due_windows
from crm_core.metrics.profile import GENDERS
from crm_core.metrics.registry import LIFE_CYCLE_STAGES
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.tiers import STANDINGS
from crm_core.metrics.voice_tables import ATTITUDES
from crm_core.params import Params
from crm_core.settings import ShopSettings

CONSENTS = ("yes", "no", "unknown")
OUTCOMES = ("reached", "not_reached", "refused", "invalid", "sent")
ARMS = ("contacted", "held_out")
CONTACT_STATES = ("not_yet", "not_reached", "reached", "sent", "refused", "invalid", "untold")


class FactType(StrEnum):
    """What a fact's values are; it decides the comparisons that make sense."""

    NUMBER = "number"
    DAYS = "days"
    MONEY = "money"
    SHARE = "share"
    CHOICE = "choice"  # one of fixed keys
    TEXT = "text"  # one of what the shop's data holds
    FLAG = "flag"


AMOUNTS = frozenset({FactType.NUMBER, FactType.DAYS, FactType.MONEY, FactType.SHARE})
WHOLE = frozenset({FactType.NUMBER, FactType.DAYS})
# Days since something; the others are days until it.
AGO = frozenset(
    {
        "recency_days",
        "first_purchase_days",
        "bought_days",
        "answered_days",
        "complaint_closed_days",
        "complained_days",
        "joined_days",
        "contacted_days",
    }
)

Provided = Callable[[Cursor, Params, ShopSettings, Mapping[str, Value]], Mapping[str, object]]


@dataclass(frozen=True)
class Source:
    """One model of ``sql/facts``: the values that it takes, and what Python has to compute for it.

    Of the values named in ``any_if_empty`` an empty text stands for any. ``is_everyone``: it is ``lists/known``, which
    every list begins with, and is joined to nothing.
    """

    key: str
    values: Mapping[str, GroupValue] = field(default_factory=dict)
    provide: Provided | None = None
    any_if_empty: frozenset[str] = frozenset()
    is_everyone: bool = False


@dataclass(frozen=True)
class Fact:
    """One fact: its stable key, the column of its source, its type, and what it is where the source has no row.

    ``options`` are the only values of a ``CHOICE``, ``words`` the locale key of their texts with ``{}`` in its place.
    """

    key: str
    area: str
    source: Source
    column: str
    type: FactType
    options: tuple[str, ...] = ()
    words: str = ""
    missing: int | float | str | bool | None = None

    @property
    def can_be_unknown(self) -> bool:
        """Whether a customer may have no value."""
        return self.missing is None


def _fitted(cursor: Cursor, params: Params, settings: ShopSettings, values: Mapping[str, Value]) -> dict[str, object]:
    """The forecast's models; without a forecast their terms are ``None``, and so is every fact that stands on them."""
    found = forecast_of(cursor, params)
    return {name: None if found.refusal else term for name, term in found.terms.items()}


def _windows_due(
    cursor: Cursor, params: Params, settings: ShopSettings, values: Mapping[str, Value]
) -> dict[str, object]:
    """When the item is due; where none is named, each of those that most people buy again."""
    kind, item = str(values["kind"]), str(values["item_key"])
    return {"windows": due_windows(cursor, params.as_of, params.channel, by=kind, product=item)}


def _limits(cursor: Cursor, params: Params, settings: ShopSettings, values: Mapping[str, Value]) -> dict[str, object]:
    return asdict(LIMITS)


def _day(cursor: Cursor, params: Params, settings: ShopSettings, values: Mapping[str, Value]) -> dict[str, object]:
    return {"day": params.day}


def _ever(cursor: Cursor, params: Params, settings: ShopSettings, values: Mapping[str, Value]) -> dict[str, object]:
    return {"day": params.day, "within_days": 0}


WITHIN = {"within_days": GroupValue(int, Told.DAYS)}
ONE_ITEM = {"kind": ITEM_KIND, "item_key": PRODUCT}
PERSON, COUNTY, HEARD = Source("known", is_everyone=True), Source("county"), Source("heard")
SCORES, FIGURES, RANK = Source("scores"), Source("figures"), Source("rank")
JOURNEY, ANSWER = Source("journey"), Source("answer")
COMMENTED = Source("commented", {"theme": THEME})
BOUGHT = Source("bought", {**ONE_ITEM, **WITHIN})
LAST_BOUGHT = Source("bought", ONE_ITEM, _ever)
STARTED_WITH = Source("started_with", ONE_ITEM)
REORDER_DUE = Source("reorder_due", ONE_ITEM, _windows_due, frozenset({"item_key"}))
ON_LIST = Source("on_list", {"list_key": GroupValue(str, options=FIGURED)}, _limits)
PREFERRED = Source("preferred")
TAGGED = Source("tagged", {"tag": TEXT})
BOUGHT_LATELY = Source("bought_lately", WITHIN)
BOUGHT_THROUGH = Source("bought_through", {"channel": TEXT})
FORECAST = Source("forecast", provide=_fitted)
CONTACTS = Source("contacts", WITHIN, _day)
LAST_CONTACT = Source("contacts", provide=_ever)
BIRTHDAY = Source("birthday", provide=_day)
FAILED_CALLS = Source("failed_calls", provide=_day)
IN_CAMPAIGN = Source("in_campaign", {"campaign_id": NUMBER})
CAMPAIGN_CONTACT = Source("campaign_contact", {"campaign_id": NUMBER}, _day)
COMPLAINTS = Source("complaints")
TIER = Source("tier", {"basis": BASIS, "threshold": AMOUNT, **WITHIN})


def _choice(key: str, area: str, source: Source, column: str, options: tuple[str, ...], words: str) -> Fact:
    return Fact(key, area, source, column, FactType.CHOICE, options, words)


def _consent(channel: str) -> Fact:
    key = f"consent_{channel}"
    return Fact(key, "reach", PERSON, key, FactType.CHOICE, CONSENTS, "conditions.consent.{}", "unknown")


def _flag(key: str, area: str, source: Source, column: str) -> Fact:
    return Fact(key, area, source, column, FactType.FLAG, missing=False)


# In the order and the groups in which they are offered.
FACTS: dict[str, Fact] = {
    fact.key: fact
    for fact in (
        _choice("segment", "standing", SCORES, "segment", SEGMENT_KEYS, "segments.{}.name"),
        _choice("life_cycle", "standing", FIGURES, "life_cycle", LIFE_CYCLE_STAGES, "life_cycle.{}.name"),
        Fact(
            "journey_stage",
            "standing",
            JOURNEY,
            "stage",
            FactType.CHOICE,
            JOURNEY_STAGES,
            "life_cycle.{}.name",
            "aware",
        ),
        Fact("top_share", "standing", RANK, "top_share", FactType.SHARE),
        _choice("tier_standing", "standing", TIER, "standing", STANDINGS, "tiers.standing.{}"),
        Fact("member_tier", "standing", PERSON, "member_tier", FactType.TEXT),
        _flag("on_list", "standing", ON_LIST, "is_on_list"),
        Fact("recency_days", "buying", FIGURES, "recency_days", FactType.DAYS),
        Fact("purchases", "buying", FIGURES, "purchase_count", FactType.NUMBER, missing=0),
        Fact("revenue", "buying", FIGURES, "revenue", FactType.MONEY, missing=0),
        Fact("purchase_value", "buying", FIGURES, "purchase_value", FactType.MONEY),
        Fact("first_purchase_days", "buying", PERSON, "first_purchase_days", FactType.DAYS),
        Fact("purchases_lately", "buying", BOUGHT_LATELY, "purchases", FactType.NUMBER, missing=0),
        Fact("revenue_lately", "buying", BOUGHT_LATELY, "revenue", FactType.MONEY, missing=0),
        Fact("first_channel", "buying", PERSON, "first_channel", FactType.TEXT),
        Fact("orders_through", "buying", BOUGHT_THROUGH, "orders", FactType.NUMBER, missing=0),
        Fact("bought", "products", BOUGHT, "purchases", FactType.NUMBER, missing=0),
        Fact("bought_days", "products", LAST_BOUGHT, "purchased_days", FactType.DAYS),
        _flag("started_with", "products", STARTED_WITH, "is_first"),
        _flag("reorder_due", "products", REORDER_DUE, "is_due"),
        Fact("preferred_category", "products", PREFERRED, "category", FactType.TEXT),
        Fact("nps", "voice", ANSWER, "nps", FactType.NUMBER),
        _choice("attitude", "voice", ANSWER, "attitude", ATTITUDES, "metrics.attitude.{}"),
        Fact("answered_days", "voice", ANSWER, "answered_days", FactType.DAYS),
        _flag("commented_on", "voice", COMMENTED, "has_commented"),
        Fact("complaint_closed_days", "voice", COMPLAINTS, "closed_days", FactType.DAYS),
        Fact("complained_days", "voice", COMPLAINTS, "complained_days", FactType.DAYS),
        _flag("open_complaint", "voice", COMPLAINTS, "is_open"),
        Fact("county", "person", COUNTY, "county", FactType.TEXT),
        Fact("city", "person", PERSON, "city", FactType.TEXT),
        _choice("gender", "person", PERSON, "gender", GENDERS, "profile.gender.{}"),
        Fact("age", "person", PERSON, "age", FactType.NUMBER),
        Fact("days_to_birthday", "person", BIRTHDAY, "days_to_birthday", FactType.DAYS),
        Fact("joined_days", "person", PERSON, "joined_days", FactType.DAYS),
        Fact("source_heard", "person", HEARD, "source_heard", FactType.TEXT),
        _flag("tag", "person", TAGGED, "is_tagged"),
        _choice("forecast_band", "forecast", FORECAST, "band", tuple(BANDS), "forecast.band.{}"),
        Fact("chance_active", "forecast", FORECAST, "active", FactType.SHARE),
        Fact("chance_90_days", "forecast", FORECAST, "buys_90", FactType.SHARE),
        Fact("expected_purchase_value", "forecast", FORECAST, "purchase_value", FactType.MONEY),
        _consent("email"),
        _consent("sms"),
        _consent("line"),
        _flag("has_email", "reach", PERSON, "has_email"),
        _flag("has_phone", "reach", PERSON, "has_phone"),
        Fact("contacts_lately", "reach", CONTACTS, "contacts", FactType.NUMBER, missing=0),
        Fact("contacted_days", "reach", LAST_CONTACT, "contacted_days", FactType.DAYS),
        _choice("last_outcome", "reach", LAST_CONTACT, "outcome", OUTCOMES, "conditions.outcome.{}"),
        Fact("failed_calls", "reach", FAILED_CALLS, "failed_calls", FactType.NUMBER, missing=0),
        _choice("campaign_arm", "reach", IN_CAMPAIGN, "arm", ARMS, "conditions.arm.{}"),
        _choice("campaign_contact", "reach", CAMPAIGN_CONTACT, "state", CONTACT_STATES, "conditions.state.{}"),
    )
}


# What the shop's files must tell something of before a fact says anything (sql/lists/told.sql).
NEEDS = {
    "member_tier": "tier",
    "first_channel": "channel",
    "orders_through": "channel",
    "preferred_category": "category",
    **dict.fromkeys(("nps", "attitude", "answered_days"), "answer"),
    "commented_on": "comment",
    **dict.fromkeys(("complaint_closed_days", "complained_days", "open_complaint"), "complaint"),
    "county": "city",
    "city": "city",
    "gender": "gender",
    "age": "birthday",
    "days_to_birthday": "birthday",
    "joined_days": "joined",
    "source_heard": "source",
    "tag": "tags",
    **dict.fromkeys(("campaign_arm", "campaign_contact"), "campaign"),
}


def offered_facts(cursor: Cursor) -> tuple[str, ...]:
    """The keys of the facts that the shop's data can tell anything of."""
    cursor.execute(model("lists/told"))
    names = [str(column[0]) for column in cursor.description or ()]
    told = dict(zip(names, cursor.fetchone() or (), strict=True))
    return tuple(key for key in FACTS if key not in NEEDS or told[NEEDS[key]])

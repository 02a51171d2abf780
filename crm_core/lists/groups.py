"""Groups: the people behind one figure, such as a cell of the cohorts or a bar of a chart.

A group is a kind with values. Its rule is the model ``sql/groups/<key>.sql``, a select that gives ``customer_id`` and
binds ``$question`` (see ``sql/views/customer_rfm.sql``) and, where it has values, ``$group``, a struct of them. Its
words stand in the locale files under ``groups.<key>``: ``name``, with the values as placeholders, and ``why``. An
address names a group by its key and its values, so a link shows the same people to everyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.i18n import Translator
from crm_core.lists.members import ListSize, size_of
from crm_core.lists.ready_made import BOUGHT, CONSENT, CONTACT, SAID
from crm_core.metrics.complaint_tables import OUTCOMES
from crm_core.metrics.forecast_tables import BANDS
from crm_core.metrics.group_tables import KINDS as FIRST_ORDER_KINDS
from crm_core.metrics.group_tables import NAMED as NAMED_DIMENSIONS
from crm_core.metrics.items import By
from crm_core.metrics.life_cycle import JOURNEY_STAGES
from crm_core.metrics.migration import FROM_SEGMENTS, TO_SEGMENTS
from crm_core.metrics.nps_tables import MONEY_ATTITUDES, TENURES, WORTHS
from crm_core.metrics.profile import AGE_BANDS, GENDERS, KINDS
from crm_core.metrics.registry import LIFE_CYCLE_STAGES
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.themes import ANY
from crm_core.metrics.tiers import BASES, STANDINGS
from crm_core.metrics.voice_tables import ATTITUDES
from crm_core.params import Params
from crm_core.settings import ShopSettings

Value = str | int | float | date
LONGEST_TEXT = 200


class Told(StrEnum):
    """How a value is said."""

    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    DAYS = "days"
    SHARE = "share"
    MONEY = "money"
    PRODUCT = "product"  # by its name instead of its key
    TEXT = "text"


@dataclass(frozen=True)
class GroupValue:
    """One value of a kind: its type, how it is said, and the only texts it may be where these are fixed.

    ``words`` is the locale key of a fixed text, with ``{}`` in its place: ``segments.{}.name``; of a text that may be
    anything only some have words, the others are said as they are.
    """

    type: type[str] | type[int] | type[float] | type[date]
    told: Told = Told.TEXT
    options: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class GroupKind:
    """One kind of group: its stable key, its values by name, and the columns its list shows at first."""

    key: str
    values: Mapping[str, GroupValue] = field(default_factory=dict)
    columns: tuple[str, ...] = (*CONTACT, *CONSENT, "segment", *BOUGHT)


@dataclass(frozen=True)
class Group:
    """A kind with its values."""

    kind: GroupKind
    values: Mapping[str, Value]


ONE_DAY = GroupValue(date, Told.DAY)
ONE_MONTH = GroupValue(date, Told.MONTH)
NUMBER = GroupValue(int, Told.NUMBER)
PRODUCT = GroupValue(str, Told.PRODUCT)
TEXT = GroupValue(str)
AMOUNT = GroupValue(float, Told.MONEY)
FROM_SEGMENT = GroupValue(str, options=FROM_SEGMENTS, words="migration.segment.{}")
TO_SEGMENT = GroupValue(str, options=TO_SEGMENTS, words="migration.segment.{}")
PROFILE_KIND = GroupValue(str, options=KINDS, words="profile.kind.{}")
STANDING = GroupValue(str, options=STANDINGS, words="tiers.standing.{}")
BASIS = GroupValue(str, options=BASES, words="tiers.basis.{}")
ATTITUDE = GroupValue(str, options=ATTITUDES, words="metrics.attitude.{}")
MONEY_ATTITUDE = GroupValue(str, options=MONEY_ATTITUDES, words="opinions.attitude.{}")
ANY_ATTITUDE = GroupValue(str, options=(ANY, *ATTITUDES), words="opinions.attitude.{}")
SEGMENT = GroupValue(str, options=SEGMENT_KEYS, words="segments.{}.name")
TENURE = GroupValue(str, options=TENURES, words="opinions.tenure.{}")
WORTH = GroupValue(str, options=WORTHS, words="opinions.worth.{}")
THEME = GroupValue(str, words="themes.name.{}")
OUTCOME = GroupValue(str, options=OUTCOMES, words="service.outcome.{}")
PERIOD = {"from_on": ONE_DAY, "to_on": ONE_DAY}
ONE_SHARE = GroupValue(float, Told.SHARE)
# The fitted model goes with the values: a link shows the people that its sender saw.
FITTED = {name: GroupValue(float) for name in ("r", "alpha", "a", "b")}
BAND = GroupValue(str, options=tuple(BANDS), words="forecast.band.{}")
ITEM_KIND = GroupValue(str, options=tuple(kind.value for kind in By), words="product.kind.{}")
ONE_ITEM = {"kind": ITEM_KIND, "product_key": PRODUCT}
TWO_ITEMS = {**ONE_ITEM, "next_key": PRODUCT}
HEARD = (*CONTACT, *CONSENT, *SAID, "segment", *BOUGHT)
FIRST_ORDER_KIND = GroupValue(str, options=FIRST_ORDER_KINDS, words="first_orders.kind.{}")
NAMED_DIMENSION = GroupValue(str, options=NAMED_DIMENSIONS, words="first_orders.by.{}")

GROUPS: dict[str, GroupKind] = {
    kind.key: kind
    for kind in (
        GroupKind("bought_on_days", {"from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("product_buyers", {"product_key": PRODUCT}),
        GroupKind("product_repurchasers", ONE_ITEM),
        GroupKind("product_once", ONE_ITEM),
        GroupKind("started_with", ONE_ITEM),
        GroupKind("reorder_due", {**ONE_ITEM, "from_days": NUMBER, "to_days": NUMBER}),
        GroupKind("bought_then", TWO_ITEMS),
        GroupKind("bought_together", TWO_ITEMS),
        GroupKind("bought_without", TWO_ITEMS),
        GroupKind("ladder_step", {"step": NUMBER}),
        GroupKind("reminder_due", {"day": NUMBER}, (*CONTACT, *CONSENT, "first_on", *BOUGHT)),
        GroupKind("first_order_kind", {"trait": FIRST_ORDER_KIND}, (*CONTACT, *CONSENT, "first_on", *BOUGHT)),
        GroupKind(
            "first_order_named",
            {"dimension": NAMED_DIMENSION, "value": TEXT},
            (*CONTACT, *CONSENT, "first_on", *BOUGHT),
        ),
        GroupKind("first_order_product", {"product_key": PRODUCT}, (*CONTACT, *CONSENT, "first_on", *BOUGHT)),
        GroupKind("cohort", {"cohort_on": ONE_MONTH}),
        GroupKind("cohort_cell", {"cohort_on": ONE_MONTH, "months_since": NUMBER}),
        GroupKind("cohort_week", {"cohort_on": ONE_DAY}),
        GroupKind("cohort_week_cell", {"cohort_on": ONE_DAY, "weeks_since": NUMBER}),
        GroupKind("first_buyers", {"from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("repeat_buyers", {"from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("new_on_days", {"from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("returning_on_days", {"from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("not_back", dict.fromkeys(("then_from_on", "then_to_on", "from_on", "to_on"), ONE_DAY)),
        GroupKind("channel_on_days", {"channel_name": TEXT, "from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("product_on_days", {"product_key": PRODUCT, "from_on": ONE_DAY, "to_on": ONE_DAY}),
        GroupKind("segment_move", {"from_segment": FROM_SEGMENT, "to_segment": TO_SEGMENT, "then_on": ONE_DAY}),
        GroupKind("rfm_cell", {"r_score": NUMBER, "f_score": NUMBER}),
        GroupKind("top_customers", {"top_share": GroupValue(float, Told.SHARE)}),
        GroupKind(
            "life_cycle_stage", {"stage": GroupValue(str, options=LIFE_CYCLE_STAGES, words="life_cycle.{}.name")}
        ),
        GroupKind("journey_stage", {"stage": GroupValue(str, options=JOURNEY_STAGES, words="life_cycle.{}.name")}),
        GroupKind("customers_of_gender", {"gender": GroupValue(str, options=GENDERS, words="profile.gender.{}")}),
        GroupKind(
            "customers_of_age_band", {"age_band": GroupValue(str, options=AGE_BANDS, words="profile.age_band.{}")}
        ),
        GroupKind("customers_of_kind", {"kind": PROFILE_KIND, "told": TEXT}),
        GroupKind("customers_of_unknown", {"kind": PROFILE_KIND}),
        GroupKind("forecast_band", {"band": BAND, **FITTED}),
        GroupKind("likely_to_buy", {"at_least": ONE_SHARE, "days": NUMBER, **FITTED}),
        GroupKind("lost_best", {"less_than": ONE_SHARE, "top_share": ONE_SHARE, **FITTED}),
        GroupKind("attitude_in_period", {"attitude": ATTITUDE, **PERIOD}, HEARD),
        GroupKind("attitude_in_segment", {"attitude": ATTITUDE, "segment": SEGMENT, **PERIOD}, HEARD),
        GroupKind("attitude_in_channel", {"attitude": ATTITUDE, "channel": TEXT, **PERIOD}, HEARD),
        GroupKind("attitude_by_first_channel", {"attitude": ATTITUDE, "first_channel": TEXT, **PERIOD}, HEARD),
        GroupKind("attitude_in_city", {"attitude": ATTITUDE, "city": TEXT, **PERIOD}, HEARD),
        GroupKind("attitude_after_product", {"attitude": ATTITUDE, "product_key": PRODUCT, **PERIOD}, HEARD),
        GroupKind("attitude_by_tenure", {"attitude": ATTITUDE, "tenure": TENURE, **PERIOD}, HEARD),
        GroupKind("attitude_by_money", {"attitude": MONEY_ATTITUDE, "worth": WORTH}, HEARD),
        GroupKind("not_back_since_answer", {"attitude": ATTITUDE, **PERIOD}, HEARD),
        GroupKind("theme_commenters", {"theme": THEME, "attitude": ANY_ATTITUDE, **PERIOD}, HEARD),
        GroupKind("complainers", {"topic": TEXT, "outcome": OUTCOME, **PERIOD}),
        GroupKind("complained", {"outcome": OUTCOME, **PERIOD}),
        GroupKind("came_by_source", {"source": TEXT, **PERIOD}),
        GroupKind("took_part", {"channel": TEXT, **PERIOD}),
        GroupKind("tier_standing", {"standing": STANDING, "basis": BASIS, "threshold": AMOUNT, "window_days": NUMBER}),
    )
}


def group_of(key: str, **values: Value) -> Group:
    """The group of a kind with values. Raises ``UnknownName``, and ``InvalidParams`` where a value does not fit."""
    if key not in GROUPS:
        raise UnknownName("unknown_list", name=key)
    kind = GROUPS[key]
    if values.keys() != kind.values.keys():
        raise incomplete(kind)
    for name, value in values.items():
        _check(kind, name, value)
    return Group(kind, dict(values))


def incomplete(kind: GroupKind) -> InvalidParams:
    """The refusal of a group whose values are missing or do not fit."""
    return InvalidParams("group_values", group=kind.key, values=", ".join(kind.values))


def _check(kind: GroupKind, name: str, value: Value) -> None:
    expected = kind.values[name]
    fits = type(value) is expected.type and (not expected.options or value in expected.options)
    if isinstance(value, str):
        fits = fits and len(value) <= LONGEST_TEXT
    if isinstance(value, float):
        fits = fits and isfinite(value)
    if isinstance(value, int):
        fits = fits and abs(value) < 2**31
    if not fits:
        raise incomplete(kind)


def group_from_texts(key: str, texts: Mapping[str, str]) -> Group:
    """The group that an address or the command line names. Raises as :func:`group_of`; further names are ignored."""
    if key not in GROUPS:
        raise UnknownName("unknown_list", name=key)
    try:
        values = {name: _read(expected, texts[name]) for name, expected in GROUPS[key].values.items()}
    except (KeyError, ValueError) as error:
        raise incomplete(GROUPS[key]) from error
    return group_of(key, **values)


def _read(expected: GroupValue, text: str) -> Value:
    return date.fromisoformat(text) if expected.type is date else expected.type(text)  # type: ignore[call-arg,arg-type]


def group_texts(group: Group) -> dict[str, str]:
    """The values as they stand in an address."""
    return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in group.values.items()}


def group_name(cursor: Cursor, group: Group, t: Translator, currency: str) -> str:
    """What the group is called, its values in words."""
    said = {name: _said(cursor, group.kind.values[name], value, t, currency) for name, value in group.values.items()}
    return t(f"groups.{group.kind.key}.name", **said)


def _said(cursor: Cursor, expected: GroupValue, value: Value, t: Translator, currency: str) -> str:
    if expected.words:
        words = expected.words.replace("{}", str(value))
        return t(words) if expected.options or t.has(words) else str(value)
    if isinstance(value, date):
        return t.month(value) if expected.told is Told.MONTH else t.date(value)
    if isinstance(value, str):
        return _product_name(cursor, value) if expected.told is Told.PRODUCT else value
    if expected.told is Told.SHARE:
        return t.share(value, 0)
    if expected.told is Told.MONEY:
        return t.money(value, currency)
    return t.days(value) if expected.told is Told.DAYS else t.number(value, 1)


def _product_name(cursor: Cursor, product_key: str) -> str:
    found = cursor.execute("select name from product_mart where product_key = ?", [product_key]).fetchone()
    return str(found[0]) if found else product_key


def group_size(cursor: Cursor, group: Group, params: Params, settings: ShopSettings) -> ListSize:
    """How many customers are in a group, and what they have spent up to the as-of date."""
    return size_of(cursor, model(f"groups/{group.kind.key}"), group_binds(group, params, settings))


def group_binds(group: Group, params: Params, settings: ShopSettings) -> dict[str, object]:
    """What the model of the group binds."""
    asked: dict[str, object] = {"question": question(params, settings)}
    return {**asked, "group": dict(group.values)} if group.values else asked

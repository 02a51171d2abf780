"""Whom one may contact: an address, no opt-out, not held out, not asked too often (``sql/views/contact_barriers.sql``).

Every file that leaves for contacting people, and every call sheet, goes through these rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from crm_core.db import Cursor, model
from crm_core.lists.mobile import mobile_plan
from crm_core.settings import ShopSettings


class Channel(StrEnum):
    """The ways to a customer."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    LINE = "line"
    ADS = "ads"  # an audience of an advertising platform


# Why somebody is left out; who has several reasons is counted under the first.
BARRIERS = (
    "held_out",
    "refused",
    "opted_out",
    "no_consent",
    "no_address",
    "wrong_number",
    "shared_address",
    "not_reached_before",
    "contacted_lately",
)


@dataclass(frozen=True)
class ContactRules:
    """The rules on one day; ``channel`` ``None``: none in particular, ``campaign_id``: the campaign it is for."""

    day: date
    channel: Channel | None
    cap_count: int
    cap_days: int
    failed_calls: int
    needs_consent: bool
    home_code: str  # as MobilePlan, of the shop's country
    trunk_prefix: str
    mobile_pattern: str
    campaign_id: int | None = None


def rules_on(
    day: date, settings: ShopSettings, channel: Channel | None = None, campaign_id: int | None = None
) -> ContactRules:
    """The shop's rules for contacts on a day."""
    return ContactRules(
        day,
        channel,
        settings.contact_cap_count,
        settings.contact_cap_days,
        settings.contact_failed_calls,
        settings.contact_needs_consent,
        *mobile_plan(settings.country),
        campaign_id,
    )


def contactable(people: str) -> str:
    """A select of ``customer_id``, SQL of the code, without those who may not be contacted; binds ``$rules``."""
    return model("lists/contactable").format(people=people)


def left_out(cursor: Cursor, people: str, binds: Mapping[str, object], rules: ContactRules) -> dict[str, int]:
    """How many of these people may not be contacted, by reason; only reasons that somebody has."""
    asked = {**binds, **bound(rules), "barriers": list(BARRIERS)}
    found = dict(cursor.execute(model("lists/left_out").format(people=people), asked).fetchall())
    return {reason: found[reason] for reason in BARRIERS if reason in found}


def bound(rules: ContactRules) -> dict[str, object]:
    """What a statement over :func:`contactable` binds besides the values of its people."""
    return {"rules": asdict(rules)}

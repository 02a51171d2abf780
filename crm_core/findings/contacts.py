"""How many calls reach somebody, and when most: the answer of the log of contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_core.db import Cursor
from crm_core.errors import CrmError
from crm_core.findings.campaigns import list_words
from crm_core.findings.words import Answer
from crm_core.i18n import Translator, is_defined
from crm_core.lists.campaigns import campaign_to_contact
from crm_core.lists.saved import saved_lists
from crm_core.lists.sources import BUILT, source_from_text
from crm_core.metrics.campaigns import campaigns_of
from crm_core.metrics.spec import Reading

CONTACT_METRICS = ("contacts_made", "calls_tried", "calls_reached", "reached_rate")


@dataclass(frozen=True)
class ContactGroup:
    """One row of the table contacts_by; ``group`` ``None``: not told."""

    group: str | None
    contacts: int
    tried: int
    reached: int
    reached_rate: float | None
    low: float | None
    high: float | None
    is_thin: bool


def contact_answer(found: Mapping[str, Reading], hours: Sequence[ContactGroup], t: Translator) -> Answer:
    """The share of calls that reached somebody, and the hour at which it is proven to be more.

    ``found`` holds ``CONTACT_METRICS``, ``hours`` the table contacts_by.
    """
    rate, made = found["reached_rate"], found["contacts_made"]
    if not made.value:
        return Answer(t("contacts.answer.none"), t("contacts.answer.none_next"))
    if not is_defined(rate.value):
        return Answer(t.plural("contacts.answer.no_calls", int(made.value)), "")
    words = {"share": t.share(rate.value), "tried": t.number(rate.sample_size)}
    sentence = t("contacts.answer.rate", reached=t.number(found["calls_reached"].value), **words)
    best = best_hour(hours, float(rate.value))
    if best is not None:
        sentence += t("contacts.answer.best", hour=hour_name(t, str(best.group)), share=t.share(best.reached_rate))
    interval = t.interval_text(rate)
    thin = t("contacts.answer.thin") if rate.is_thin else ""
    return Answer(sentence, t("contacts.answer.sure", interval=interval, thin=thin) if interval else "")


def best_hour(hours: Sequence[ContactGroup], overall: float) -> ContactGroup | None:
    """The hour with the highest rate among those whose whole interval lies above the overall rate."""
    proven = [each for each in hours if each.group is not None and not each.is_thin and (each.low or 0) > overall]
    return max(proven, key=lambda each: (each.reached_rate or 0, each.tried), default=None)


def hour_name(t: Translator, hour: str) -> str:
    """An hour of the day as a span: 18:00–19:00."""
    return t("contacts.by.hour_span", first=f"{int(hour):02}:00", last=f"{(int(hour) + 1) % 24:02}:00")


def source_name(cursor: Cursor, text: str, t: Translator, currency: str) -> str:
    """What the list is called that contacts came from; what no list of the shop is named stays as it was written."""
    try:
        found = source_from_text(text)
    except CrmError:
        return text
    number = campaign_to_contact(found)
    own = {each.campaign_id: each.name for each in campaigns_of(cursor)} if number is not None else {}
    if number in own:
        return t("calls.form.campaign", name=own[number])
    saved = (each.name for each in saved_lists(cursor) if f"{BUILT}:{each.conditions}" == text)
    return next(saved, None) or list_words(cursor, text, t, currency)


def group_name(t: Translator, by: str, group: str | None) -> str:
    """What a group of the table contacts_by is called."""
    if group is None:
        return t(f"contacts.by.{by}_unknown")
    if by == "hour":
        return hour_name(t, group)
    if by == "weekday":
        return t(f"contacts.weekday.day_{group}")
    if by == "channel" and t.has(f"contacts.channel.{group}"):
        return t(f"contacts.channel.{group}")
    return group

"""The call sheet in words: what a list is called, what to begin with, what the day's numbers stand on."""

from __future__ import annotations

from crm_core.db import Cursor
from crm_core.findings.conditions import ConditionWords
from crm_core.findings.contacts import source_name
from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.lists.call_sheet import BUYS_WITHIN_DAYS, MOST_PER_HOUR, Basis, CallSheet, ListChance, Pace
from crm_core.lists.call_sheet_file import ListWords
from crm_core.lists.groups import Group, group_name
from crm_core.lists.ready_made import list_of
from crm_core.lists.sources import Source, source_text


def list_words(cursor: Cursor, source: Source, t: Translator, currency: str) -> ListWords:
    """The words of any list."""
    if isinstance(source, str):
        entry = list_of(source)
        part = "action" if entry.segment else "words"
        return ListWords(t(f"{entry.locale_key}.name"), t(f"{entry.locale_key}.{part}"))
    if isinstance(source, Group):
        return ListWords(group_name(cursor, source, t, currency), "")
    return ListWords(ConditionWords(cursor, t, currency).tree(source), "")


def own_words(cursor: Cursor, source: Source, t: Translator, currency: str) -> ListWords:
    """The words of any list; a saved one and a campaign have their own names."""
    told = list_words(cursor, source, t, currency)
    return ListWords(source_name(cursor, source_text(source), t, currency), told.opening)


def sheet_answer(sheet: CallSheet, t: Translator) -> Answer:
    """How many calls fit into the day, of how many people, and what that stands on."""
    plan = sheet.plan
    facts = {
        "fits": t.number(sheet.fits),
        "people": t.number(plan.people),
        "hours": t.number(plan.hours, 1),
        "pace": t.number(sheet.pace.per_hour, 1),
        "callable": t.number(sheet.callable),
        "days": t.number(-(-sheet.callable // sheet.fits)),
    }
    kind = "nobody" if not sheet.callable else "all_fit" if sheet.callable <= sheet.fits else "fits"
    return Answer(t(f"calls.sentence.{kind}", **facts), pace_words(sheet.pace, t))


def pace_words(pace: Pace, t: Translator) -> str:
    """Where the calls per hour come from, and which calls of the log cannot tell them."""
    key = "measured" if pace.calls else "setting"
    said = t(f"calls.pace.{key}", calls=t.number(pace.calls), pace=t.number(pace.per_hour, 1))
    if not pace.filled_in:
        return said
    return f"{said}\n{t('calls.pace.filled_in', calls=t.number(pace.filled_in), most=t.number(MOST_PER_HOUR))}"


def chance_words(chance: ListChance, t: Translator) -> str:
    """How likely a call on a list leads to a purchase, and what that stands on."""
    facts = {"share": t.share(chance.chance), "n": t.number(chance.sample_size), "days": t.number(BUYS_WITHIN_DAYS)}
    said = t(f"calls.chance.{chance.basis}", **facts)
    return said + (t("calls.chance.at_risk") if chance.is_at_risk else "")


def is_assumed(chance: ListChance) -> bool:
    """Whether the owner's own number counts."""
    return chance.basis is Basis.ASSUMED

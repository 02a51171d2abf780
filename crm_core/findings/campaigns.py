"""What campaigns tell: the answer of the page, one campaign's verdict in words, and what follows for the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date

from crm_core.analysis.effect import Verdict
from crm_core.analysis.proportions import Difference
from crm_core.db import Cursor
from crm_core.errors import CrmError
from crm_core.findings.conditions import ConditionWords
from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.lists.groups import Group, group_name
from crm_core.lists.ready_made import READY_MADE
from crm_core.lists.sources import source_from_text
from crm_core.metrics.campaign_contacts import STATES, ContactProgress
from crm_core.metrics.campaigns import Campaign, CampaignResult
from crm_core.metrics.spec import Unit
from crm_core.settings import ShopSettings

MENTIONED = (
    Verdict.EFFECTIVE,
    Verdict.HARMFUL,
    Verdict.NO_PROOF,
    Verdict.TOO_SMALL,
    Verdict.RUNNING,
    Verdict.STOPPED,
)


def campaigns_answer(results: Sequence[CampaignResult], t: Translator) -> Answer:
    """How many campaigns there are, and what came of them."""
    if not results:
        return Answer(t("campaigns.page.none"), t("campaigns.page.none_sure"))
    found = Counter(result.verdict for result in results)
    parts = [t.plural(f"campaigns.count.{verdict}", found[verdict]) for verdict in MENTIONED if found[verdict]]
    sentence = t.plural("campaigns.page.sentence", len(results), parts=t("charts.comma").join(parts))
    return Answer(sentence, t("campaigns.page.how_sure", day=t.date(results[0].seen_until)))


def verdict_words(result: CampaignResult, t: Translator, settings: ShopSettings) -> Answer:
    """The verdict on one campaign with its numbers, and what it means for the next time."""
    return Answer(_said(result, t, settings), _next_time(result, t, settings))


def _said(result: CampaignResult, t: Translator, settings: ShopSettings) -> str:
    campaign, effect = result.campaign, result.effect
    if effect is None:
        moment = campaign.stopped_at
        day = moment.replace(tzinfo=UTC).astimezone(settings.zone).date() if moment else None
        return t("campaigns.said.stopped", day=t.date(day))
    if result.verdict is not Verdict.RUNNING and not effect.contacted.people:
        return t("campaigns.said.nobody")
    window = t.days(campaign.window_days)
    contacted, held_out = t.share(effect.contacted.share), t.share(effect.held_out.share)
    match result.verdict:
        case Verdict.RUNNING:
            days = {"seen": t.date(result.seen_until), "end": t.date(campaign.ends_on)}
            if not result.has_begun:
                return t("campaigns.said.not_begun", start=t.date(campaign.starts_on), **days)
            if not effect.held_out.people:
                return t("campaigns.said.running_no_holdout", contacted=contacted, **days)
            return t.plural("campaigns.said.running", result.days_left, contacted=contacted, held_out=held_out, **days)
        case Verdict.TOO_SMALL if not effect.held_out.people:
            return t("campaigns.said.no_holdout", share=contacted, window=window)
        case Verdict.TOO_SMALL:
            return t(
                "campaigns.said.too_small",
                held_out=t.number(effect.held_out.people),
                contacted=t.number(effect.contacted.people),
                fewest=t.number(settings.thin_below),
            )
    points = difference_words(effect.share, t)
    is_one_sided = effect.share is not None and (effect.share.low > 0 or effect.share.high < 0)
    few = "_few" if result.verdict is Verdict.NO_PROOF and is_one_sided else ""
    return t(f"campaigns.said.{result.verdict}{few}", contacted=contacted, held_out=held_out, window=window, **points)


def difference_words(difference: Difference | None, t: Translator) -> dict[str, str]:
    """A difference of shares and its bounds, in percentage points."""
    values = difference or (None, None, None)
    return dict(zip(("difference", "low", "high"), (t.signed(value, Unit.SHARE) for value in values), strict=True))


def _next_time(result: CampaignResult, t: Translator, settings: ShopSettings) -> str:
    effect, profit = result.effect, result.profit
    match result.verdict:
        case Verdict.EFFECTIVE if profit is None:
            return t("campaigns.next.effective_no_margin")
        case Verdict.EFFECTIVE if profit is not None and profit.low > 0:
            return t("campaigns.next.effective_paid")
        case Verdict.NO_PROOF:
            return t("campaigns.next.no_proof", smallest=points_text(effect.smallest if effect else None, t))
        case verdict:
            return t(f"campaigns.next.{verdict}", fewest=t.number(settings.thin_below))


def progress_words(campaign: Campaign, progress: ContactProgress, day: date, t: Translator) -> str:
    """How far the contacts of a campaign are on a day: of those to contact how many were, and what came of it."""
    people = t.number(progress.to_contact)
    is_over = day > campaign.ends_on
    if not progress.contacted:
        if day < campaign.starts_on:
            return t("campaigns.progress.before", start=t.date(campaign.starts_on), people=people)
        return t("campaigns.progress.over_none" if is_over else "campaigns.progress.none", people=people)
    found = [(state, progress.people.get(state, 0)) for state in STATES if state != "not_yet"]
    parts = t("charts.comma").join(t(f"campaigns.progress.part.{state}", n=t.number(n)) for state, n in found if n)
    if not progress.left:
        return t("campaigns.progress.all", people=people, parts=parts)
    return t(
        "campaigns.progress.over" if is_over else "campaigns.progress.some",
        contacted=t.number(progress.contacted),
        people=people,
        parts=parts,
        left=t.number(progress.left),
    )


def points_text(share: float | None, t: Translator) -> str:
    """A difference of shares without a sign: 6.3 points."""
    if share is None:
        return t("campaigns.freeze.nothing")
    return t("app.format.percentage_points", n=t.fixed(share * 100, 1))


def list_words(cursor: Cursor, source: str, t: Translator, currency: str) -> str:
    """The list that a campaign was made of, by its name or its conditions in words."""
    try:
        found = source_from_text(source)
    except CrmError:  # a list of an older version
        return source
    if isinstance(found, str):
        return t(f"{READY_MADE[found].locale_key}.name")
    if isinstance(found, Group):
        return group_name(cursor, found, t, currency)
    return ConditionWords(cursor, t, currency).tree(found)

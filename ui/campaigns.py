"""The page Campaigns: all of them in one table, and one opened: both groups, the verdict, the money, the people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from crm_core.analysis.effect import Effect, Estimated, Group, Verdict
from crm_core.charts.dots import Dot, dot_plot
from crm_core.findings.campaigns import list_words, verdict_words
from crm_core.lists.campaigns import arm_of, contacted_so_far, stop
from crm_core.lists.contactable import Channel
from crm_core.metrics.campaign_contacts import ContactProgress, contact_progress
from crm_core.metrics.campaigns import (
    ARM_COLUMNS,
    ARMS,
    CAMPAIGN_COLUMNS,
    Campaign,
    CampaignResult,
    arms_frame,
    campaign_results,
    campaigns_frame,
    campaigns_of,
)
from crm_core.metrics.measure import default_params
from crm_core.metrics.spec import ColumnKind, Unit
from ui import address, frame
from ui.campaign_progress import list_link, progress_card
from ui.chart import ListLink, PeopleChoice, Rows, show_chart
from ui.contact_day import today
from ui.decide import when_text
from ui.download import download_csv
from ui.import_desk import now
from ui.people import page_path
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, headed, show_table
from ui.text import plain
from ui.written import write_down

CHOSEN = "campaign"
STEPS = ("make", "contact", "read")
JUDGED = (Verdict.EFFECTIVE, Verdict.HARMFUL, Verdict.NO_PROOF)


def results_of(visit: Visit) -> tuple[CampaignResult, ...]:
    """What came of every campaign up to the latest order, the newest first."""
    params = default_params(visit.cursor, visit.settings)
    return remembered(visit, campaign_results, campaigns_of(visit.cursor), params, visit.settings) if params else ()


def chosen_result(results: Sequence[CampaignResult]) -> CampaignResult | None:
    """The campaign that the address names, where there is one of that number."""
    number = address.chosen(CHOSEN)
    return next((result for result in results if str(result.campaign.campaign_id) == number), None)


def how_to_begin(visit: Visit) -> None:
    """What a campaign is, in three steps, and the way to the lists."""
    t = visit.t
    with st.container(border=True, key="card_no_campaign"):
        st.subheader(t("campaigns.empty.title"), anchor=False)
        for number, step in enumerate(STEPS, start=1):
            st.markdown(f"**{number}.** {plain(t(f'campaigns.empty.{step}'))}")
        path = page_path("lists")
        if path is not None:
            st.page_link(path, label=t("campaigns.empty.to_lists"), icon=":material/checklist:")


def all_campaigns(visit: Visit, results: Sequence[CampaignResult]) -> None:
    """Every campaign in one table; a row opens its campaign."""
    t = visit.t
    frame.section(t("campaigns.page.all"), t("campaigns.page.pick"))
    progress = progress_of(visit)
    rows = pd.DataFrame([_row(visit, result, progress.get(result.campaign.campaign_id)) for result in results])
    columns = [
        Column("name", t("metrics.column.name")),
        Column("verdict", t("metrics.column.verdict")),
        Column("starts_on", t("metrics.column.starts_on"), ColumnKind.DATE),
        Column("contacted", t("metrics.column.contacted_so_far")),
        Column("held_out", t("metrics.column.held_out"), Unit.COUNT),
        Column("difference", t("metrics.column.extra_share")),
        Column("extra_revenue", t("metrics.column.extra_revenue"), Unit.MONEY),
        Column("profit", t("metrics.column.profit"), Unit.MONEY),
    ]
    picked = show_table(visit, rows, columns, key="campaigns", selectable=True)
    if any(result.verdict is Verdict.NO_PROOF for result in results):
        st.caption(plain(t("campaigns.page.amounts")))
    full = campaigns_frame(results, progress)
    download_csv(t("app.chart.download"), full, headed(t, CAMPAIGN_COLUMNS), "campaigns.csv", key="campaigns")
    if picked is not None:
        address.choose(CHOSEN, str(results[picked].campaign.campaign_id))
        st.rerun()


def progress_of(visit: Visit) -> dict[int, ContactProgress]:
    """How far the contacts of every campaign are today, by its number."""
    return remembered(visit, contact_progress, today(visit))


def _row(visit: Visit, result: CampaignResult, progress: ContactProgress | None) -> dict[str, object]:
    campaign = result.campaign
    effect = result.effect
    judged = effect if effect and result.verdict in JUDGED else None  # what is not judged has no number yet
    extra = judged.extra_revenue if judged else None
    return {
        "name": campaign.name,
        "verdict": visit.t(f"campaigns.verdict.{result.verdict}"),
        "starts_on": pd.Timestamp(campaign.starts_on),
        "contacted": _so_far(visit, progress),
        "held_out": effect.held_out.people if effect else campaign.held_out,
        "difference": visit.t.signed(judged.share.difference if judged and judged.share else None, Unit.SHARE),
        "extra_revenue": extra.value if extra else None,
        "profit": result.profit.value if judged and result.profit else None,
    }


def _so_far(visit: Visit, progress: ContactProgress | None) -> str:
    """How many of how many were contacted; a dash where nobody is to be any more."""
    if progress is None:
        return visit.t.value(None, Unit.COUNT)
    return f"{visit.t.number(progress.contacted)} / {visit.t.number(progress.to_contact)}"


def one_campaign(visit: Visit, result: CampaignResult) -> None:
    """One campaign opened: the verdict and what follows, both groups, the money, the campaign itself."""
    st.button(
        visit.t("campaigns.page.back"),
        icon=":material/arrow_back:",
        type="tertiary",
        key="back_to_campaigns",
        on_click=address.choose,
        args=(CHOSEN, None),
    )
    st.subheader(plain(result.campaign.name), anchor=False)
    words = verdict_words(result, visit.t, visit.settings)
    frame.answer(words.sentence)
    with st.container(border=True, key="card_next_time", gap="xsmall"):
        is_running = result.verdict is Verdict.RUNNING
        st.markdown(f"**{plain(visit.t('campaigns.next.until_then' if is_running else 'campaigns.next.title'))}**")
        st.markdown(plain(words.how_sure))
    if result.effect is not None and result.has_begun and result.effect.contacted.people:
        _numbers(visit, result, result.effect)
    progress = progress_of(visit).get(result.campaign.campaign_id)
    if progress is not None:
        progress_card(visit, result.campaign, progress)
        _group_lists(visit, result.campaign, progress)
    _facts(visit, result)


def _numbers(visit: Visit, result: CampaignResult, effect: Effect) -> None:
    """Both groups, and the money of a campaign that is judged: before that it would be read as a result."""
    if result.verdict not in JUDGED:
        _groups_chart(visit, result, effect)
        return
    left, right = st.columns(2)
    with left:
        _groups_chart(visit, result, effect)
    with right:
        _money(visit, result, effect)


def _groups_chart(visit: Visit, result: CampaignResult, effect: Effect) -> None:
    """The share who bought in either group, with its interval."""
    t, campaign = visit.t, result.campaign
    groups = list(zip(ARMS, (effect.contacted, effect.held_out), strict=True))
    colours = {"contacted": visit.theme.accent, "held_out": visit.theme.muted}
    dots = [_dot(visit, arm, group, colours[arm]) for arm, group in groups if group.people]
    days = {"window": t.days(campaign.window_days), "start": t.short_date(campaign.starts_on)}
    chart = dot_plot(dots, t, visit.theme, Unit.SHARE, t("campaigns.chart.axis", **days))
    shares = {arm: t.share(group.share) for arm, group in groups}
    span = {"start": t.date(campaign.starts_on), "end": t.date(campaign.ends_on)}
    show_chart(
        visit,
        "campaign_groups",
        t("campaigns.chart.title", **shares),
        chart,
        rows=_rows(visit, result),
        definition=t("campaigns.chart.definition", **span),
        people=_people(visit, campaign),
    )


def _dot(visit: Visit, arm: str, group: Group, colour: str) -> Dot:
    low, high = group.interval or (None, None)
    is_thin = group.people < visit.settings.thin_below
    return Dot(visit.t(f"campaigns.arm.{arm}"), group.share or 0.0, low, high, group.people, is_thin, colour)


def _rows(visit: Visit, result: CampaignResult) -> Rows:
    found = arms_frame([result], visit.settings)
    shown = found.assign(arm=[visit.t(f"campaigns.arm.{arm}") for arm in found["arm"]])
    columns = [column for column in headed(visit.t, ARM_COLUMNS) if column.key not in ("campaign_id", "is_thin")]
    return Rows(shown, columns, f"campaign_{result.campaign.campaign_id}.csv")


def _ways(campaign: Campaign) -> dict[str, ListLink]:
    """The ways to the people of both groups."""
    path = page_path("lists")
    if path is None:
        return {}
    return {arm: list_link(path, arm_of(campaign.campaign_id, arm)) for arm in ARMS}


def _people(visit: Visit, campaign: Campaign) -> PeopleChoice:
    t = visit.t
    links: dict[str, ListLink | PeopleChoice] = {
        t(f"campaigns.arm.{arm}"): link for arm, link in _ways(campaign).items()
    }
    return PeopleChoice(t("campaigns.chart.people"), links)


def takes_calls(campaign: Campaign, day: date) -> bool:
    """Whether its contacted group is to be called on a day."""
    is_on = campaign.starts_on <= day <= campaign.ends_on and campaign.stopped_at is None
    return is_on and campaign.channel == Channel.PHONE


def sheet_key(campaign: Campaign) -> str:
    """Its contacted group among the lists of the call sheet, as addresses name it."""
    return f"campaign-{campaign.campaign_id}"


def _group_lists(visit: Visit, campaign: Campaign, progress: ContactProgress) -> None:
    """Whom to contact, who of them is left, who is held out, as lists; on its days the contacted as a call sheet."""
    t = visit.t
    calls = page_path("calls")
    with st.container(border=True, key="card_campaign_people", gap="xsmall"):
        st.markdown(f"**{plain(t('campaigns.people.title'))}**")
        if today(visit) <= campaign.ends_on:
            st.markdown(plain(t("campaigns.people.about", end=t.date(campaign.ends_on))))
        with st.container(horizontal=True):
            if calls is not None and takes_calls(campaign, today(visit)):
                query = {"part": "sheet", "call": sheet_key(campaign)}
                st.page_link(calls, label=t("campaigns.people.sheet"), icon=":material/call:", query_params=query)
            for label, link in _people_links(visit, campaign, progress):
                st.page_link(link.page, label=label, icon=":material/group:", query_params=link.query)


def _people_links(visit: Visit, campaign: Campaign, progress: ContactProgress) -> list[tuple[str, ListLink]]:
    """The lists of a campaign's people; those who are left only where somebody was contacted and somebody was not."""
    t, ways = visit.t, _ways(campaign)
    links = [(t(f"campaigns.people.{arm}"), link) for arm, link in ways.items()]
    if ways and progress.contacted and progress.left:
        left = list_link(ways["contacted"].page, contacted_so_far(campaign.campaign_id, ("not_yet",)))
        links.insert(0, (t("campaigns.progress.left", n=t.number(progress.left)), left))
    return links


def _money(visit: Visit, result: CampaignResult, effect: Effect) -> None:
    """What it brought, each value with its range, and how that is computed."""
    t, campaign = visit.t, result.campaign
    with st.container(border=True, key="card_campaign_money", gap="xsmall", height="stretch"):
        st.markdown(f"**{plain(t('campaigns.money.title'))}**")
        if effect.revenue is None:
            st.markdown(plain(t("campaigns.money.none")))
        for key, words in (
            ("extra_customers", _between(visit, effect.extra_customers, Unit.COUNT)),
            ("extra_revenue", _between(visit, effect.extra_revenue, Unit.MONEY)),
            ("cost", t.money(campaign.cost, visit.currency)),
            ("profit", _profit(visit, result)),
        ):
            st.markdown(f"{plain(t(f'campaigns.money.{key}'))}　**{plain(words)}**")
        people = t.number(effect.contacted.people)
        about = "about_no_margin" if campaign.margin is None else "about"
        st.caption(plain(t(f"campaigns.money.{about}", people=people, margin=t.share(campaign.margin, 0))))


def _profit(visit: Visit, result: CampaignResult) -> str:
    if result.campaign.margin is None:
        return visit.t("campaigns.money.no_margin")
    return _between(visit, result.profit, Unit.MONEY)


def _between(visit: Visit, found: Estimated | None, unit: Unit) -> str:
    """An estimated value with its range; a dash where it is undefined."""
    t = visit.t
    if found is None:
        return t.value(None, unit)
    value, low, high = (t.value(round(bound) if unit is Unit.COUNT else bound, unit, visit.currency) for bound in found)
    return t("campaigns.money.between", value=value, low=low, high=high)


def _facts(visit: Visit, result: CampaignResult) -> None:
    """How the campaign was made, what became of its people, and the way to stop it."""
    t, campaign, effect = visit.t, result.campaign, result.effect
    lines = [
        t(
            "campaigns.facts.list",
            list=list_words(visit.cursor, campaign.source, t, visit.currency),
            day=t.date(campaign.as_of),
        ),
        t(
            "campaigns.facts.when",
            channel=t(f"contacts.channel.{campaign.channel}"),
            start=t.date(campaign.starts_on),
            end=t.date(campaign.ends_on),
        ),
        t(
            "campaigns.facts.groups",
            contacted=t.number(campaign.contacted),
            held_out=t.number(campaign.held_out),
            share=t.share(campaign.holdout_share, 0),
            seed=campaign.seed,
        ),
    ]
    if effect and (effect.contacted.people, effect.held_out.people) != (campaign.contacted, campaign.held_out):
        now_there = {arm: t.number(getattr(effect, arm).people) for arm in ARMS}
        lines.append(t("campaigns.facts.now", **now_there))
    if result.in_both:
        lines.append(t.plural("campaigns.facts.in_both", result.in_both))
    when = when_text(visit, campaign.frozen_at)
    by = "by" if campaign.frozen_by else "by_nobody"
    lines.append(t(f"campaigns.facts.{by}", by=campaign.frozen_by, when=when))
    with st.container(border=True, key="card_campaign_facts", gap="xsmall"):
        st.markdown(f"**{plain(t('campaigns.facts.title'))}**")
        for line in lines:
            st.markdown(plain(line))
        if _can_be_stopped(visit, result):
            _stop(visit, campaign)


def _can_be_stopped(visit: Visit, result: CampaignResult) -> bool:
    """While it holds people out or waits for its verdict: stopping one that is over would only lose what it proved."""
    if result.campaign.stopped_at is not None:
        return False
    return result.verdict is Verdict.RUNNING or today(visit) <= result.campaign.ends_on


def _stop(visit: Visit, campaign: Campaign) -> None:
    t = visit.t
    with st.popover(t("campaigns.stop.button"), icon=":material/stop_circle:", key="stop_campaign"):
        st.markdown(plain(t("campaigns.stop.about")))
        if st.button(t("campaigns.stop.confirm"), type="primary", key="stop_campaign_now"):
            write_down(visit, lambda cursor: stop(cursor, campaign.campaign_id, now()), "campaigns.stop.done")

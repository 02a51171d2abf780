"""On an opened list: freeze it as a campaign, with what each size of the hold-out group could prove."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import md5
from secrets import randbelow

import pandas as pd
import streamlit as st

from crm_core.analysis.power import HoldoutPlan, holdout_plan, option_of
from crm_core.db import Cursor
from crm_core.errors import CrmError
from crm_core.findings.campaigns import list_words, points_text
from crm_core.i18n import currency_digits
from crm_core.lists.campaigns import (
    CHANNELS,
    HIGHEST_SEED,
    LONGEST_AUTHOR,
    LONGEST_NAME,
    LONGEST_WINDOW,
    BaseShare,
    CampaignPlan,
    Reachable,
    base_share,
    freeze,
    reachable,
)
from crm_core.lists.contactable import Channel
from crm_core.lists.exports import contact_stamp
from crm_core.lists.sources import Source, source_text
from crm_core.metrics.campaigns import campaign_of
from crm_core.metrics.spec import Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings
from ui.campaigns import CHOSEN
from ui.contact_day import today
from ui.customer_notes import WHO
from ui.export_form import left_words
from ui.import_desk import now
from ui.people import page_path
from ui.refusal import show_refusal
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain
from ui.written import SAID

USUAL_WINDOW = 14
SHARES = (0.0, 0.05, 0.10, 0.20, 0.30, 0.50)


def freeze_form(visit: Visit, source: Source, params: Params) -> None:
    """Name, day, way of contact, cost and hold-out of a campaign, what it could prove, and the button to freeze it."""
    t = visit.t
    text = source_text(source)
    mark = md5(text.encode(), usedforsecurity=False).hexdigest()[:10]
    st.caption(plain(t("campaigns.freeze.about")))
    name = _name(visit, text, mark)
    channel, day, window = _contact(visit, params, mark)
    cost, margin = _money(visit, mark)
    found = _who(visit, source, params, channel, day)
    if not found.people:
        return
    plan = _plan(visit, source, params, window, found.people)
    share = _share(visit, plan, mark)
    author = st.text_input(
        t("campaigns.freeze.author"), st.session_state.get(WHO, ""), max_chars=LONGEST_AUTHOR, key=f"freeze_by_{mark}"
    )
    if st.button(t("campaigns.freeze.button"), type="primary", icon=":material/ac_unit:", key=f"freeze_{mark}"):
        st.session_state[WHO] = author
        wanted = CampaignPlan(name, channel, day, randbelow(HIGHEST_SEED), window, cost, margin, share)
        _freeze(visit, source, params, wanted, author)


def _name(visit: Visit, text: str, mark: str) -> str:
    usual = list_words(visit.cursor, text, visit.t, visit.currency)[:LONGEST_NAME]
    return st.text_input(visit.t("campaigns.freeze.name"), usual, max_chars=LONGEST_NAME, key=f"freeze_name_{mark}")


def _contact(visit: Visit, params: Params, mark: str) -> tuple[Channel, date, int]:
    """By what, on which day, and for how long purchases count."""
    t = visit.t
    left, middle, right = st.columns(3)
    channel = left.selectbox(
        t("campaigns.freeze.channel"),
        CHANNELS,
        format_func=lambda each: t(f"contacts.channel.{each}"),
        key=f"freeze_channel_{mark}",
        filter_mode=None,
    )
    first = max(params.as_of, today(visit))
    middle.date_input(
        t("campaigns.freeze.starts_on"), first, min_value=params.as_of, format="YYYY-MM-DD", key=f"freeze_day_{mark}"
    )
    window = right.number_input(
        t("campaigns.freeze.window"), 1, LONGEST_WINDOW, USUAL_WINDOW, key=f"freeze_window_{mark}"
    )
    day: date | None = st.session_state[f"freeze_day_{mark}"]  # the box can be emptied by hand
    return Channel(channel), day or first, int(window)


def _money(visit: Visit, mark: str) -> tuple[Decimal, float | None]:
    """What it costs in all, and how much of revenue is profit (``None``: not told)."""
    t, usual = visit.t, visit.settings.gross_margin
    left, right = st.columns(2)
    cost = left.number_input(
        t("campaigns.freeze.cost", currency=t.symbol(visit.currency)),
        0.0,
        step=100.0,
        format=f"%.{currency_digits(visit.currency)}f",
        key=f"freeze_cost_{mark}",
    )
    margin = right.number_input(
        t("campaigns.freeze.margin"),
        0.0,
        100.0,
        None if usual is None else usual * 100,
        help=t("campaigns.freeze.margin_help"),
        format="%.0f",
        key=f"freeze_margin_{mark}",
    )
    return Decimal(str(cost)), None if margin is None else margin / 100


def _who(visit: Visit, source: Source, params: Params, channel: Channel, day: date) -> Reachable:
    """How many may be contacted, and why the others may not."""
    t = visit.t
    stamp = contact_stamp(visit.cursor)
    found = remembered(visit, _reachable, source, params, visit.settings, channel, day, stamp)
    key = "people" if found.people else "nobody"
    said = t.plural("campaigns.freeze.people", found.people) if found.people else t(f"campaigns.freeze.{key}")
    st.markdown(plain(said))
    if found.left_out:
        st.caption(plain(t("campaigns.freeze.left", reasons=left_words(visit, found.left_out.items()))))
    return found


def _reachable(
    cursor: Cursor,
    source: Source,
    params: Params,
    settings: ShopSettings,
    channel: Channel,
    day: date,
    stamp: tuple[object, ...],
) -> Reachable:
    """As ``reachable``, asked anew where a contact or a campaign came."""
    return reachable(cursor, source, params, settings, channel, day)


def _plan(visit: Visit, source: Source, params: Params, window: int, people: int) -> HoldoutPlan:
    """What each hold-out could prove, as a small table, and what the people do by themselves."""
    t = visit.t
    past: BaseShare = remembered(visit, base_share, source, params, visit.settings, window)
    plan = holdout_plan(people, past.expected, visit.settings.thin_below)
    words = {"share": t.share(past.expected), "window": t.days(window)}
    if past.share is None:
        st.caption(plain(t("campaigns.freeze.base_unknown", **words)))
    else:
        st.caption(plain(t("campaigns.freeze.base", people=t.number(past.people), day=t.date(past.on), **words)))
    rows = pd.DataFrame(
        {
            "share": [option.share for option in plan.options],
            "held_out": [option.held_out for option in plan.options],
            "contacted": [option.contacted for option in plan.options],
            "smallest": [points_text(option.smallest_effect, t) for option in plan.options],
        }
    )
    units = {"share": Unit.SHARE, "held_out": Unit.COUNT, "contacted": Unit.COUNT}
    columns = [
        Column(key, t(f"campaigns.freeze.{key}"), units[key])
        if key in units
        else Column(key, t(f"campaigns.freeze.{key}"))
        for key in rows.columns
    ]
    st.markdown(f"**{plain(t('campaigns.freeze.plan'))}**")
    show_table(visit, rows, columns, key="holdout_plan")
    return plan


def _share(visit: Visit, plan: HoldoutPlan, mark: str) -> float:
    """The hold-out, as suggested unless another is picked, and what it could prove."""
    t = visit.t
    st.caption(plain(t(f"campaigns.freeze.{plan.reason}", share=t.share(plan.suggested, 0))))
    picked = st.segmented_control(
        t("campaigns.freeze.holdout"),
        SHARES,
        default=plan.suggested,
        format_func=lambda share: t.share(share, 0),
        required=True,
        key=f"freeze_share_{mark}_{plan.suggested}",
    )
    share = float(picked)
    st.markdown(plain(_proof_words(visit, plan, share)))
    return share


def _proof_words(visit: Visit, plan: HoldoutPlan, share: float) -> str:
    t, option = visit.t, option_of(plan, share, visit.settings.thin_below)
    if not option.held_out:
        return t("campaigns.freeze.no_holdout")
    words = {"share": t.share(share, 0), "held_out": t.number(option.held_out)}
    if option.smallest_effect is None:
        return t("campaigns.freeze.chosen_nothing", fewest=t.number(visit.settings.thin_below), **words)
    return t(
        "campaigns.freeze.chosen",
        smallest=points_text(option.smallest_effect, t),
        base=t.share(plan.base_share),
        raised=t.share(plan.base_share + option.smallest_effect),
        **words,
    )


def _freeze(visit: Visit, source: Source, params: Params, plan: CampaignPlan, author: str) -> None:
    """Make the campaign and open it; a refusal is shown where the person is."""
    t = visit.t
    try:
        with visit.database.write_beside() as cursor:
            campaign_id = freeze(cursor, source, params, visit.settings, plan, by=author, moment=now())
            made = campaign_of(cursor, campaign_id)
    except CrmError as refusal:
        show_refusal(t, refusal)
        return
    sizes = {"contacted": t.number(made.contacted), "held_out": t.number(made.held_out)}
    st.session_state[SAID] = t("campaigns.freeze.done", **sizes)
    path = page_path("campaigns")
    if path is not None:
        st.switch_page(path, query_params={CHOSEN: str(campaign_id)})

"""The day's call sheet on its page: which lists, how many people and hours; the order, why, and the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from crm_core.db import Cursor
from crm_core.export import national_phone
from crm_core.findings.calls import chance_words, is_assumed, list_words, sheet_answer
from crm_core.findings.lists import urgent_lists
from crm_core.lists.assumed import assume, assumed_chances, assumed_for
from crm_core.lists.call_sheet import CallSheet, ListChance, SheetPlan, call_sheet
from crm_core.lists.call_sheet_file import ListWords, log_sheet, sheet_csv, sheet_page, sheet_rows, sheet_xlsx
from crm_core.lists.campaigns import arm_of
from crm_core.lists.exports import contact_stamp
from crm_core.lists.ready_made import READY_MADE, available_lists
from crm_core.lists.ready_rules import ready_lists
from crm_core.lists.saved import saved_lists
from crm_core.lists.sources import Source, source_text
from crm_core.metrics.campaigns import campaign_of, campaigns_of
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.notes import LONGEST_AUTHOR
from crm_core.params import Params
from crm_core.settings import ShopSettings
from ui import address, frame
from ui.campaigns import sheet_key, takes_calls
from ui.customer_notes import WHO
from ui.download import CSV, HTML, XLSX, download
from ui.import_desk import now
from ui.list_open import CUSTOMERS_PAGE
from ui.remembered import remembered
from ui.saved_lists import flawed_lists, readable_lists
from ui.session import Visit
from ui.table import Column, show_table
from ui.text import plain

LISTS = "call"  # the lists of the sheet in the address
PEOPLE, HOURS = "people", "hours"  # how many call, and for how long each, in the address too
MOST_PEOPLE, MOST_HOURS = 1_000, 24.0
SAVED = "saved-"
NOT_FOR_CALLS = "message_instead"
MOST_CHOSEN = 12
PREVIEW_ROWS = 50
SHOWN: dict[str, Unit | ColumnKind] = {
    "place": Unit.COUNT,
    "name": ColumnKind.TEXT,
    "phone": ColumnKind.TEXT,
    "why": ColumnKind.TEXT,
    "last_on": ColumnKind.DATE,
    "stake": Unit.MONEY,
    "chance": Unit.SHARE,
    "priority": Unit.MONEY,
}


def call_sheet_part(visit: Visit, params: Params) -> None:
    """The whole part; ``params`` as of the data, with the day of contact."""
    names = _offered(visit, params)
    flawed_lists(visit)
    with st.container(border=True, key="card_call_plan", gap="small"):
        plan = _plan(visit, params, names)
    if plan is None:
        st.info(visit.t("calls.form.none"))
        return
    sheet = _made(visit, plan, params)
    words = [_words(visit, source, names) for source in plan.sources]
    answer = sheet_answer(sheet, visit.t)
    frame.answer(answer.sentence, answer.how_sure, key="calls")
    if sheet.callable:
        rows = sheet_rows(sheet, words, visit.t, datetime.now(visit.settings.zone).replace(tzinfo=None))
        _files(visit, sheet, rows)
        _preview(visit, sheet, rows)
    _left_out(visit, sheet)
    _order(visit, sheet, words)


def _offered(visit: Visit, params: Params) -> dict[str, Source]:
    """The lists that can be called, by their name in the address: ready-made, the shop's own, campaigns of the day."""
    ready: dict[str, Source] = {
        entry.key: entry.key for entry in remembered(visit, available_lists) if entry.key != NOT_FOR_CALLS
    }
    saved: dict[str, Source] = {f"{SAVED}{entry.list_id}": entry.node for entry in readable_lists(visit)}
    campaigns = (each for each in campaigns_of(visit.cursor) if takes_calls(each, params.day))
    return ready | saved | {sheet_key(each): arm_of(each.campaign_id, "contacted") for each in campaigns}


def _list_name(visit: Visit, key: str) -> str:
    if key in READY_MADE:
        return visit.t(f"{READY_MADE[key].locale_key}.name")
    kind, _, number = key.rpartition("-")
    if f"{kind}-" == SAVED:
        name = next(entry.name for entry in saved_lists(visit.cursor) if entry.list_id == int(number))
    else:
        name = campaign_of(visit.cursor, int(number)).name
    return visit.t(f"calls.form.{kind}", name=name)


def _words(visit: Visit, source: Source, offered: dict[str, Source]) -> ListWords:
    """The words of a list; a saved one and a campaign have their own names."""
    named = next((key for key, other in offered.items() if other is source and key not in READY_MADE), None)
    told = list_words(visit.cursor, source, visit.t, visit.currency)
    return told if named is None else ListWords(_list_name(visit, named), told.opening)


def _chosen(visit: Visit, params: Params, offered: dict[str, Source]) -> list[str]:
    """The lists in the address, else the most urgent ones."""
    told = address.chosen(LISTS)
    if told is None:
        urgent = urgent_lists(remembered(visit, ready_lists, params, visit.settings).sizes)
        return [key for key in urgent if key in offered]
    return [key for key in dict.fromkeys(told.split(",")) if key in offered][:MOST_CHOSEN]


def _plan(visit: Visit, params: Params, offered: dict[str, Source]) -> SheetPlan | None:
    t, settings = visit.t, visit.settings
    key = "call_lists"
    st.session_state[key] = _chosen(visit, params, offered)

    def changed() -> None:
        st.query_params[LISTS] = ",".join(st.session_state[key])

    lists, people, hours = st.columns((4, 1, 1))
    with lists:
        picked = st.multiselect(
            t("calls.form.lists"),
            list(offered),
            key=key,
            format_func=partial(_list_name, visit),
            on_change=changed,
            help=t("calls.form.lists_help"),
            max_selections=MOST_CHOSEN,
            select_all=False,
            wrap=True,  # every list that is called can be read, on a phone too
        )
    with people:
        staff = _number(visit, PEOPLE, settings.contact_people, MOST_PEOPLE)
    with hours:
        each = _number(visit, HOURS, float(settings.contact_hours), MOST_HOURS)
    if not picked:
        return None
    sources = tuple(offered[name] for name in picked)
    return SheetPlan(params.day, sources, int(staff), float(each), assumed_chances(visit.cursor))


def _number(visit: Visit, name: str, usual: float, most: float) -> float:
    """People or hours: as the address tells where the box takes it, else as set; a change goes into the address."""
    key, is_whole = f"call_{name}", isinstance(usual, int)
    least = 1 if is_whole else 0.1
    told = address.chosen(name) or ""
    if key not in st.session_state and re.fullmatch(r"[0-9]{1,4}" if is_whole else r"[0-9]{1,2}(\.[0-9]{1,2})?", told):
        value = int(told) if is_whole else float(told)
        usual = value if least <= value <= most else usual

    def changed() -> None:
        st.query_params[name] = f"{st.session_state[key]:g}"

    return st.number_input(
        visit.t(f"calls.form.{name}"),
        least,
        most,
        usual,
        None if is_whole else 0.5,
        None if is_whole else "%.1f",
        key=key,
        on_change=changed,
    )


def _made(visit: Visit, plan: SheetPlan, params: Params) -> CallSheet:
    return remembered(visit, stamped_sheet, plan, params, visit.settings, contact_stamp(visit.cursor))


def stamped_sheet(
    cursor: Cursor, plan: SheetPlan, params: Params, settings: ShopSettings, stamp: tuple[object, ...]
) -> CallSheet:
    """The sheet; the stamp changes with every contact, which makes no new version of the data."""
    return call_sheet(cursor, plan, params, settings)


def _files(visit: Visit, sheet: CallSheet, rows: pd.DataFrame) -> None:
    """Who takes the sheet, and the sheet in its three forms; each is written down in the log of files."""
    t = visit.t
    by = st.text_input(t("calls.file.by"), st.session_state.get(WHO, ""), max_chars=LONGEST_AUTHOR, key="sheet_by")
    if by.strip():
        st.session_state[WHO] = by
    title = t("calls.file.title", day=t.date(sheet.plan.day))
    makers = {
        "xlsx": (partial(sheet_xlsx, rows, t), XLSX),
        "csv": (partial(sheet_csv, rows, t), CSV),
        "print": (partial(sheet_page, rows, t, title, t("calls.file.note"), visit.currency), HTML),
    }

    def make(kind: str) -> bytes:
        with visit.database.write_beside() as cursor:
            log_sheet(cursor, sheet, rows, "html" if kind == "print" else kind, title, by, now())
        return makers[kind][0]()

    stem = f"call_sheet_{sheet.plan.day.isoformat()}"
    with st.container(horizontal=True, vertical_alignment="center", key="sheet_files"):
        for kind, (_, mime) in makers.items():
            file = f"{stem}.{'html' if kind == 'print' else kind}"
            download(
                t(f"calls.file.{kind}"), partial(make, kind), file, mime, key=f"sheet_{kind}", disabled=not by.strip()
            )
    st.caption(plain(t("calls.file.note" if by.strip() else "exports.page.author_first")))


def _preview(visit: Visit, sheet: CallSheet, rows: pd.DataFrame) -> None:
    t = visit.t
    key = "rows" if len(rows) > PREVIEW_ROWS else "rows_all"
    frame.section(t(f"calls.file.{key}", n=t.number(PREVIEW_ROWS), total=t.number(len(rows))), t("calls.file.pick"))
    seen = rows.loc[:, list(SHOWN)].head(PREVIEW_ROWS)
    seen["phone"] = [national_phone(phone) if phone else None for phone in seen["phone"]]
    seen["last_on"] = pd.to_datetime(seen["last_on"])
    columns = [
        Column(key, t("contacts.sheet.phone") if key == "phone" else t(f"calls.column.{key}"), unit)
        for key, unit in SHOWN.items()
    ]
    picked = show_table(visit, seen, columns, key="call_sheet", selectable=True)
    if picked is not None:
        reference = customer_reference(str(sheet.rows["customer_id"].iloc[picked]))
        st.switch_page(CUSTOMERS_PAGE, query_params={"customer": reference})


def _left_out(visit: Visit, sheet: CallSheet) -> None:
    t = visit.t
    if sheet.left_out:
        total = t("calls.left_out.title", n=t.number(sum(sheet.left_out.values())))
        nobody_is_left = not sheet.callable
        with st.expander(total, icon=":material/block:", key="sheet_left_out", expanded=nobody_is_left):
            for reason, people in sheet.left_out.items():
                st.markdown(plain(t("calls.left_out.line", reason=t(f"calls.left_out.{reason}"), n=t.number(people))))
        if nobody_is_left and "no_address" in sheet.left_out:
            st.caption(plain(t("calls.left_out.add_phones")))


def _order(visit: Visit, sheet: CallSheet, words: Sequence[ListWords]) -> None:
    """The formula in words, and what the chance of each list stands on; what is assumed can be changed."""
    t = visit.t
    with st.expander(t("calls.chance.title"), icon=":material/functions:", key="sheet_order"):
        for key in ("formula", "stake", "reach"):
            st.markdown(plain(t(f"calls.chance.{key}")))
        for chance, told in zip(sheet.chances, words, strict=True):
            st.markdown(f"**{plain(told.name)}**　{plain(chance_words(chance, t))}")
            if is_assumed(chance):
                _own_chance(visit, chance, told)


def _own_chance(visit: Visit, chance: ListChance, told: ListWords) -> None:
    """What the owner assumes of a list, kept with the shop, and the way back to the default."""
    t, text, default = visit.t, source_text(chance.source), assumed_for(chance.source)
    key = f"call_chance_{text}"
    st.session_state[key] = round(chance.chance * 100, 2)

    def keep(share: float | None) -> None:
        with visit.database.write_beside() as cursor:
            assume(cursor, chance.source, share)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            t("calls.chance.own", list=told.name),
            0.0,
            100.0,
            step=1.0,
            key=key,
            width=320,
            on_change=lambda: keep(st.session_state[key] / 100),
        )
        if chance.chance != default:
            label = t("calls.chance.default", share=t.share(default))
            st.button(label, icon=":material/undo:", key=f"default_{text}", on_click=keep, args=(None,))

"""The second step of taking files in: what a file is, what its columns mean, what it would bring; nothing is saved."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from crm_core.db import data_version
from crm_core.errors import CrmError
from crm_core.findings.reading import reading_notes
from crm_core.i18n import Translator
from crm_core.ingest.load import Origin
from crm_core.ingest.model import GENERIC, ParsedFile, TextTable
from crm_core.ingest.pipeline import Offer, Outcome, best_offer, preview, sample_rows, table_offers
from crm_core.ingest.platforms import platforms
from crm_core.ingest.problems import found_problems
from crm_core.ingest.summary import Summary
from crm_core.periods import data_extent
from crm_core.schema import Kind
from ui.import_desk import IMPORTED_BY, Draft, WaitingFile, has_sample, mapping_of, now
from ui.mapping_form import missing_fields
from ui.problem_list import download_problems, problem_list
from ui.rates_form import converted_text
from ui.reading_ways import is_date_order_open, ways_of_reading
from ui.refusal import show_refusal
from ui.session import Visit
from ui.text import joined, plain

EVIDENCE_SHOWN = 6
FIRST_ROWS = 5
UNSURE_BELOW = 0.5
CONTROL_WIDTH = 240
NOT_NAMED, NEW_NAME = "", "\n"  # no channel of a shop is named like the second


def draft_of(visit: Visit, waiting: WaitingFile, file: ParsedFile) -> Draft:
    """The table of the file that is looked at, as it was recognised; the person's choices come on top."""
    if waiting.draft is None:
        tables = file.tables if waiting.table is None else (file.tables[waiting.table],)
        chosen = best_offer(table_offers(visit.cursor, tables, file.file_name, waiting.kind))
        mapping = chosen.mapping
        channel = mapping.channel if "channel" not in mapping.columns else None
        samples = sample_rows(visit.cursor, chosen.table)
        waiting.draft = Draft(chosen, samples, dict(mapping.columns), channel)
    return waiting.draft


def file_card(visit: Visit, waiting: WaitingFile, file: ParsedFile, draft: Draft) -> None:
    """What the file is and why we think so, and the choices that change how it is read."""
    t = visit.t
    with st.container(border=True, key="card_file"):
        st.subheader(t("upload.file.title"), anchor=False)
        st.markdown(f"**{plain(waiting.name)}**")
        st.markdown(plain(_what(t, draft.offer)))
        st.caption(plain(" ".join(_why(t, waiting, draft.offer))))
        _say_if_wrong_file(t, draft.offer)
        with st.container(horizontal=True, vertical_alignment="bottom", key="file_choices"):
            _kind_choice(t, waiting, draft)
            if len(file.tables) > 1:
                _sheet_choice(t, waiting, file, draft)
            if draft.offer.mapping.kind is not Kind.CUSTOMERS and not draft.columns.get("channel"):
                _channel_choice(visit, waiting, draft)
        with st.expander(t("mapping.ways.title"), key=f"ways_{waiting.number}", expanded=is_date_order_open(draft)):
            ways_of_reading(visit, waiting, file, draft)


def _what(t: Translator, offered: Offer) -> str:
    rows = t.plural("upload.file.rows", offered.table.row_count)
    if offered.profile.platform == GENERIC:
        return t("upload.file.is_generic", kind=t(f"upload.kind.{offered.mapping.kind}"), rows=rows)
    return t("upload.file.is", platform=t(f"formats.{offered.profile.platform}.name"), rows=rows)


def _say_if_wrong_file(t: Translator, offered: Offer) -> None:
    """That this seems to be no data of a shop, and which export to take; a person who knows better maps it."""
    known = platforms().get(offered.profile.platform)
    if known is not None and known.refuse and not offered.is_remembered:
        st.warning(plain(f"{t(f'formats.{known.key}.note')} {t(f'formats.{known.key}.menu')}"))


def _why(t: Translator, waiting: WaitingFile, offered: Offer) -> list[str]:
    table, evidence = offered.table, offered.profile.evidence[:EVIDENCE_SHOWN]
    parts = []
    if offered.is_remembered:
        name = offered.format_name
        parts.append(t("mapping.by_format", name=name) if name else t("upload.file.by_memory"))
    elif waiting.kind is not None:
        parts.append(t("upload.file.by_person"))
    elif evidence:
        parts.append(t("upload.file.by_evidence", headings=joined(t, evidence)))
    if offered.profile.confidence < UNSURE_BELOW and not offered.is_remembered and waiting.kind is None:
        parts.append(t("upload.file.unsure"))
    if table.header_row > 1:
        parts.append(t("upload.file.header_row", row=t.number(table.header_row)))
    if table.ignored:
        parts.append(_left_out(t, table))
    return parts


def _left_out(t: Translator, table: TextTable) -> str:
    """How many lines of the file are no data, and what they are."""
    counts = Counter(row.reason for row in table.ignored)
    kinds = joined(t, (f"{t(f'reading.ignored.{reason}')} {t.number(count)}" for reason, count in counts.most_common()))
    return t("reading.left_out", n=t.number(len(table.ignored)), kinds=kinds)


def _kind_choice(t: Translator, waiting: WaitingFile, draft: Draft) -> None:
    current, kinds = draft.offer.mapping.kind, list(Kind)
    picked = st.selectbox(
        t("upload.file.kind"),
        kinds,
        kinds.index(current),
        key=f"kind_{waiting.number}_{waiting.table}",
        format_func=lambda kind: t(f"upload.kind_name.{kind}"),
        filter_mode=None,
        width=CONTROL_WIDTH,
    )
    if picked != current:
        waiting.kind, waiting.draft = Kind(picked), None
        st.rerun()


def _sheet_choice(t: Translator, waiting: WaitingFile, file: ParsedFile, draft: Draft) -> None:
    def name(number: int) -> str:
        table = file.tables[number]
        sheet = table.sheet or t("upload.file.unnamed_sheet", number=number + 1)
        return t("upload.file.hidden_sheet", sheet=sheet) if table.is_hidden else sheet

    current = file.tables.index(draft.offer.table)
    numbers = range(len(file.tables))
    picked = st.selectbox(
        t("upload.file.sheet"),
        numbers,
        current,
        key=f"sheet_{waiting.number}",
        format_func=name,
        width=CONTROL_WIDTH,
    )
    if picked != current:
        waiting.table, waiting.kind, waiting.draft = picked, None, None
        st.rerun()


def _channel_choice(visit: Visit, waiting: WaitingFile, draft: Draft) -> None:
    """The channel of a file as a whole: one that is known, or a new name."""
    t = visit.t
    extent = data_extent(visit.cursor)
    own = draft.offer.mapping.channel
    known = dict.fromkeys([*([own] if own else []), *(extent.channels if extent else ())])
    current = NEW_NAME if draft.new_channel else draft.channel or NOT_NAMED
    options = [*(() if draft.offer.mapping.channel else (NOT_NAMED,)), *known, NEW_NAME]
    words = {NOT_NAMED: t("upload.file.channel_none"), NEW_NAME: t("upload.file.channel_new")}
    key = f"{waiting.number}_{waiting.table}_{draft.offer.mapping.kind}"
    picked = st.selectbox(
        t("upload.file.channel"),
        options,
        options.index(current) if current in options else 0,
        key=f"channel_{key}",
        format_func=lambda name: words.get(name, name),
        help=t("upload.file.channel_help"),
        filter_mode=None,
        width=CONTROL_WIDTH,
    )
    if picked == NEW_NAME:
        picked = st.text_input(
            t("upload.file.channel_name"),
            draft.new_channel,
            key=f"new_channel_{key}",
            max_chars=60,
            width=CONTROL_WIDTH,
        ).strip()
        draft.new_channel = picked
    draft.channel = picked or None


def tested(visit: Visit, waiting: WaitingFile, file: ParsedFile, draft: Draft) -> Outcome | CrmError:
    """What loading would bring, or why it would be refused; checked again only when something has changed."""
    mapping = mapping_of(draft)
    question = (mapping, draft.exported_on, data_version(visit.cursor))
    if draft.tested is None or draft.tested[0] != question:
        with st.spinner(visit.t("upload.result.checking")):
            draft.tested = (question, _check(visit, waiting, file, draft))
    return draft.tested[1]


def _check(visit: Visit, waiting: WaitingFile, file: ParsedFile, draft: Draft) -> Outcome | CrmError:
    try:
        return preview(
            visit.database,
            file,
            draft.offer.table,
            mapping_of(draft),
            waiting.folder,
            origin=Origin(IMPORTED_BY, now(), exported_on=draft.exported_on),
            without_sample=has_sample(visit.cursor),
        )
    except CrmError as refusal:
        return refusal


def result_card(visit: Visit, draft: Draft, result: Outcome | CrmError) -> None:
    """The result in shop terms, and the rows that need a look."""
    t = visit.t
    st.subheader(t("upload.result.title"), anchor=False)
    absent = missing_fields(t, draft)
    if absent:
        message = t("upload.result.missing", fields=joined(t, absent))
        st.warning(f"**{plain(message)}**\n\n{plain(t('upload.result.missing_next'))}")
        return
    if isinstance(result, CrmError):
        show_refusal(t, result)
        if result.code == "all_rows_rejected":
            _problem_download(visit, draft)
        return
    _in_numbers(visit, result.summary)
    st.markdown(plain(_in_rows(t, result)))
    _how_read(t, result.summary)
    remarks = [*_against_shop(t, result), *_remarks(visit, draft, result.summary)]
    if remarks:
        st.caption(plain("\n".join(remarks)))
    if result.receipt.problems:
        problem_list(t, result.receipt.problems)
        _problem_download(visit, draft)


def _problem_download(visit: Visit, draft: Draft) -> None:
    database, table, mapping = visit.database, draft.offer.table, mapping_of(draft)
    download_problems(
        visit.t, lambda: found_problems(database, table, mapping), visit.t("upload.problems.download"), key="check"
    )


def _in_numbers(visit: Visit, summary: Summary) -> None:
    t = visit.t
    currency = summary.currency_of_amounts(visit.currency)
    days = t.date_range(summary.first_on, summary.last_on) if summary.first_on and summary.last_on else t(
        "upload.result.no_days"
    )  # fmt: skip
    numbers = {
        Kind.ORDERS: {
            "orders": t.number(summary.orders),
            "customers": t.number(summary.customers),
            "revenue": t.money(summary.revenue, currency),
        },
        Kind.CUSTOMERS: {"customers": t.number(summary.customers)},
        Kind.SURVEY: {"answers": t.number(summary.answers), "customers": t.number(summary.customers)},
        Kind.SERVICE: {
            "records": t.number(summary.records),
            "complaints": t.number(summary.complaints),
            "open_cases": t.number(summary.open_cases),
            "customers": t.number(summary.customers),
            "anonymous_records": t.number(summary.anonymous),
        },
        Kind.ACTIVITY: {
            "interactions": t.number(summary.interactions),
            "customers": t.number(summary.customers),
            "anonymous_records": t.number(summary.anonymous),
        },
        Kind.CONTACTS: {
            "contacts": t.number(summary.records),
            "reached": t.number(summary.reached),
            "open_rows": t.number(summary.open_rows),
            "customers": t.number(summary.customers),
            "anonymous_records": t.number(summary.anonymous),
        },
    }[summary.kind]
    with st.container(key="tiles_result"):
        for name, text in numbers.items():
            with st.container(border=True, key=f"card_tile_result_{name}"):
                is_orders = name == "orders"
                st.metric(t(f"upload.result.{name}"), text, help=t("upload.result.orders_help") if is_orders else None)
    if summary.kind is not Kind.CUSTOMERS:
        st.markdown(plain(t("upload.result.days", days=days)))
    if summary.conversions:
        st.markdown(plain(converted_text(t, summary.conversions)))


def _how_read(t: Translator, summary: Summary) -> None:
    """What the content of the file decided, each with its evidence; what only a person can confirm stands first."""
    notes = reading_notes(summary.findings, t)
    if not notes:
        return
    st.markdown(f"**{t('findings.title')}**")
    marks = {True: f":orange-badge[{t('findings.check')}] ", False: ""}
    st.markdown("\n".join(f"- {marks[note.is_open]}{plain(note.text)}" for note in notes))


def _in_rows(t: Translator, result: Outcome) -> str:
    receipt = result.receipt
    if receipt.rows_loaded == 0 and receipt.rows_rejected == 0:
        return t("upload.result.nothing_new")
    return t.plural(
        "upload.result.rows",
        receipt.rows_read,
        loaded=t.number(receipt.rows_loaded),
        unchanged=t.number(receipt.rows_unchanged),
        rejected=t.number(receipt.rows_rejected),
    )


def _against_shop(t: Translator, result: Outcome) -> list[str]:
    """How many of the file's orders, customers or answers the shop knows already; nothing where it knows none."""
    overlap = result.overlap
    if not overlap.changed + overlap.same:
        return []
    counts = {name: t.number(getattr(overlap, name)) for name in ("new", "changed", "same")}
    return [t(f"mapping.result.overlap_{result.receipt.kind}", **counts)]


def result_line(visit: Visit, result: Outcome) -> str:
    """The result in one line, for the bar that stays in sight while the columns are looked over."""
    t, summary = visit.t, result.summary
    parts = [t.plural("mapping.result.rejected", result.receipt.rows_rejected)] if summary.rows_rejected else []
    if summary.first_on and summary.last_on:
        parts.insert(0, t.date_range(summary.first_on, summary.last_on))
    if summary.kind is Kind.ORDERS:
        amount = t.money(summary.revenue, summary.currency_of_amounts(visit.currency))
        counts = {"orders": summary.orders, "lines": summary.lines, "customers": summary.customers}
        found = [t.plural(f"mapping.result.{name}", count) for name, count in counts.items()]
        return joined(t, [*found, t("mapping.result.revenue", amount=amount), *parts])
    rows = result.receipt.rows_read - result.receipt.rows_rejected
    return joined(t, [t.plural(f"mapping.result.rows_{summary.kind}", rows), *parts])


def _remarks(visit: Visit, draft: Draft, summary: Summary) -> list[str]:
    """What else a person would count in the file: open rows, cancelled and anonymous orders, its own totals, layout."""
    t = visit.t
    if summary.kind is not Kind.ORDERS:
        return [t.plural("upload.result.open_note", summary.open_rows)] if summary.open_rows else []
    counts = {
        "cancelled": summary.cancelled,
        "unpaid": summary.unpaid,
        "refunded": summary.refunded,
        "anonymous": summary.anonymous,
        "gifts": summary.gift_lines,
    }
    parts = [t(f"upload.result.{name}", n=t.number(count)) for name, count in counts.items() if count]
    lines = [t("upload.result.less", parts=joined(t, parts))]
    remarks = lines if parts else []
    if draft.columns.get("order_total"):
        remarks.append(
            t("upload.result.file_total", total=t.money(summary.paid_all, summary.currency_of_amounts(visit.currency)))
        )
    if summary.shape is not None and not any(each.key.startswith("shape_") for each in summary.findings):
        remarks.append(t("upload.result.shape", shape=t(f"upload.shape.{summary.shape}")))
    return remarks


def first_rows(t: Translator, draft: Draft) -> None:
    """The first rows of the file, as they are."""
    with st.expander(t("upload.rows.title"), icon=":material/table_rows:"):
        rows = [[row[heading] or "" for heading in draft.offer.table.header] for row in draft.samples[:FIRST_ROWS]]
        st.dataframe(pd.DataFrame(rows, columns=list(draft.offer.table.header)), hide_index=True)

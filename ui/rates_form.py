"""The table of exchange rates: what other currencies are worth in the shop's, by month."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from crm_core.errors import CrmError
from crm_core.exchange_rates import (
    ExchangeRate,
    exchange_rates,
    month_text,
    parse_month,
    parse_rate,
    rate_text,
    remove_rate,
    set_rates,
)
from crm_core.i18n import Translator
from crm_core.ingest.currencies import Conversion
from ui.refusal import show_refusal
from ui.remembered import remembered
from ui.session import Visit
from ui.settings_form import CURRENCIES

MONTH = r"^\s*\d{4}[-/](0?[1-9]|1[0-2])\s*$"
RATES_NAMED = 3
Entered = dict[tuple[str, date], ExchangeRate]


def rates_form(visit: Visit) -> None:
    """Show the rates and apply what the person enters, changes or takes out."""
    t, stored = visit.t, remembered(visit, exchange_rates)
    with st.container(border=True, key="card_rates", width=760):
        st.subheader(t("rates.title"), anchor=False)
        st.caption(t("rates.note", currency=visit.currency))
        with st.form("rates", border=False):
            edited = _editor(visit, stored)
            is_wanted = st.form_submit_button(t("rates.save"))
        converted = sum(rate.order_count for rate in stored)
        if converted:
            st.caption(t("rates.used", n=t.number(converted)))
        if is_wanted:
            _apply(visit, stored, edited)


def _editor(visit: Visit, stored: list[ExchangeRate]) -> pd.DataFrame:
    t = visit.t
    known = sorted({rate.currency for rate in stored}.union(CURRENCIES) - {visit.currency})
    rows = pd.DataFrame(
        {
            "currency": pd.Series([rate.currency for rate in stored], dtype="object"),
            "month": pd.Series([month_text(rate.month) for rate in stored], dtype="object"),
            "rate": pd.Series([float(rate.rate) for rate in stored], dtype="float64"),
        }
    )
    columns = st.column_config
    return st.data_editor(
        rows,
        column_config={
            "currency": columns.SelectboxColumn(
                t("rates.column.currency"), options=known, required=True, width="small"
            ),
            "month": columns.TextColumn(t("rates.column.month"), validate=MONTH, required=True, width="small"),
            "rate": columns.NumberColumn(
                t("rates.column.rate", currency=visit.currency),
                min_value=0.0,
                format="%.8g",
                required=True,
                width="small",
            ),
        },
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=f"exchange_rates_{visit.database.data_version()}",
    )


def _apply(visit: Visit, stored: list[ExchangeRate], edited: pd.DataFrame) -> None:
    before: Entered = {(rate.currency, rate.month): rate for rate in stored}
    try:
        after = entered(edited)
        changed = [rate for key, rate in after.items() if key not in before or before[key].rate != rate.rate]
        gone = [rate for key, rate in before.items() if key not in after]
        if changed or gone:
            with visit.database.write() as cursor:
                for rate in gone:
                    remove_rate(cursor, rate.currency, rate.month)
                set_rates(cursor, changed)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        return
    count = len(changed) + len(gone)
    st.toast(visit.t.plural("rates.saved", count) if count else visit.t("rates.none_changed"), icon=":material/check:")


def entered(edited: pd.DataFrame) -> Entered:
    """The rates of the table; rows that are not filled in are none yet."""
    rates = [
        ExchangeRate(str(currency), parse_month(str(month)), parse_rate(str(rate)))
        for currency, month, rate in edited.itertuples(index=False)
        if not (pd.isna(currency) or pd.isna(month) or pd.isna(rate))
    ]
    return {(rate.currency, rate.month): rate for rate in rates}


def converted_text(t: Translator, conversions: tuple[Conversion, ...]) -> str:
    """At which rates a file's orders are converted, in a sentence that names the first few months."""
    named = [
        t("rates.one", currency=each.currency, rate=rate_text(each.rate), month=month_text(each.month))
        for each in conversions[:RATES_NAMED]
    ]
    if len(conversions) > RATES_NAMED:
        named.append(t("rates.more", n=t.number(len(conversions) - RATES_NAMED)))
    return t("rates.converted", rates=t("app.format.comma").join(named))

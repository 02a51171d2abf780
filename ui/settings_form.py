"""The form of the shop's settings."""

from __future__ import annotations

from zoneinfo import available_timezones

import streamlit as st

from crm_core.settings import RFM_BINS, ShopSettings, cuts_in_text
from ui.contact_settings import contact_settings
from ui.session import Visit

CURRENCIES = ("TWD", "USD", "EUR", "JPY", "HKD", "CNY", "SGD", "MYR", "GBP", "AUD", "KRW", "THB", "VND", "PHP")
WINDOWS = (30, 60, 90, 180, 365)
COUNTRIES = ("TW", "HK", "MO", "CN", "SG", "MY", "JP", "KR", "TH", "VN", "PH", "ID", "US", "CA", "GB", "AU", "NZ")
MEASURES = ("recency", "frequency", "monetary")


def settings_form(visit: Visit) -> ShopSettings | None:
    """Show the settings; return them where the person has pressed save. Raises ``InvalidParams`` for nonsense."""
    t, now = visit.t, visit.settings
    with st.form("settings", border=False, width=760):
        shop = _shop(visit, now)
        rfm = _rfm(visit, now)
        care = _care(visit, now)
        contacts = contact_settings(visit)
        if not st.form_submit_button(t("settings.save"), type="primary"):
            return None
    bins = int(rfm["rfm_bins"])  # type: ignore[call-overload]
    cuts = {f"rfm_{name}_cuts": cuts_in_text(str(rfm.pop(f"{name}_cuts")), bins) for name in MEASURES}
    return ShopSettings(**{**vars(now), **shop, **rfm, **cuts, **care, **contacts})


def _shop(visit: Visit, now: ShopSettings) -> dict[str, object]:
    t = visit.t
    zones = sorted(available_timezones())
    countries = COUNTRIES if now.country in COUNTRIES else (now.country, *COUNTRIES)
    currencies = CURRENCIES if now.currency in CURRENCIES else (now.currency, *CURRENCIES)
    with st.container(border=True, key="card_shop"):
        st.subheader(t("settings.shop.title"), anchor=False)
        name = st.text_input(t("settings.shop.name"), now.shop_name, max_chars=80)
        country = st.selectbox(
            t("settings.shop.country"),
            countries,
            countries.index(now.country),
            format_func=lambda code: t.locale.territories.get(code, code),
            help=t("settings.shop.country_help"),
        )
        zone = st.selectbox(t("settings.shop.time_zone"), zones, zones.index(now.time_zone))
        currency = st.selectbox(
            t("settings.shop.currency"),
            currencies,
            currencies.index(now.currency),
            format_func=lambda code: f"{t.locale.currencies.get(code, code)} ({t.symbol(code)})",
        )
        sunday = st.radio(
            t("settings.shop.week_start"),
            (False, True),
            int(now.week_starts_on_sunday),
            format_func=lambda is_sunday: t("settings.shop.sunday" if is_sunday else "settings.shop.monday"),
            horizontal=True,
        )
    return {
        "shop_name": name.strip(),
        "country": country,
        "time_zone": zone,
        "currency": currency,
        "week_starts_on_sunday": bool(sunday),
    }


def _rfm(visit: Visit, now: ShopSettings) -> dict[str, object]:
    t = visit.t
    stored = {"recency": now.rfm_recency_cuts, "frequency": now.rfm_frequency_cuts, "monetary": now.rfm_monetary_cuts}
    with st.container(border=True, key="card_rfm"):
        st.subheader(t("settings.rfm.title"), anchor=False)
        st.caption(t("settings.rfm.note"))
        bins = st.radio(
            t("settings.rfm.bins"),
            RFM_BINS,
            RFM_BINS.index(now.rfm_bins),
            format_func=lambda count: t("settings.rfm.scores", n=count),
            horizontal=True,
        )
        mean = st.checkbox(t("settings.rfm.monetary_mean"), now.rfm_monetary_mean)
        st.caption(t("settings.rfm.cuts_note"))
        texts = {
            f"{name}_cuts": st.text_input(
                t(f"settings.rfm.{name}"),
                ", ".join(f"{cut:g}" for cut in stored[name] or ()),
                placeholder=t("settings.rfm.computed"),
            )
            for name in MEASURES
        }
    return {"rfm_bins": bins, "rfm_monetary_mean": mean, **texts}


def _care(visit: Visit, now: ShopSettings) -> dict[str, object]:
    t = visit.t
    windows = WINDOWS if now.conversion_window_days in WINDOWS else (now.conversion_window_days, *WINDOWS)
    with st.container(border=True, key="card_care"):
        st.subheader(t("settings.care.title"), anchor=False)
        thin = st.number_input(
            t("settings.care.thin_below"), 1, 1000, now.thin_below, help=t("settings.care.thin_help")
        )
        window = st.selectbox(
            t("settings.care.window"),
            windows,
            windows.index(now.conversion_window_days),
            format_func=t.days,
            help=t("settings.care.window_help"),
        )
        stale = st.number_input(
            t("settings.care.stale_after"), 1, 365, now.stale_after_days, help=t("settings.care.stale_help")
        )
    return {"thin_below": int(thin), "conversion_window_days": int(window), "stale_after_days": int(stale)}

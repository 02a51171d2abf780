"""The settings of contact work: how often one may contact a customer, who calls for how long, what a sale leaves."""

from __future__ import annotations

import streamlit as st

from ui.session import Visit


def contact_settings(visit: Visit) -> dict[str, object]:
    """The card of these settings inside the form of all settings; gives their fields."""
    t, now = visit.t, visit.settings
    with st.container(border=True, key="card_contacts"):
        st.subheader(t("calls.settings.title"), anchor=False)
        st.caption(t("calls.settings.note"))
        count = st.number_input(t("calls.settings.cap_count"), 1, 30, now.contact_cap_count)
        days = st.number_input(t("calls.settings.cap_days"), 1, 365, now.contact_cap_days)
        failed = st.number_input(t("calls.settings.failed_calls"), 1, 20, now.contact_failed_calls)
        consent = st.checkbox(t("calls.settings.needs_consent"), now.contact_needs_consent)
        people = st.number_input(t("calls.settings.people"), 1, 1_000, now.contact_people)
        hours = st.number_input(t("calls.settings.hours"), 0.1, 24.0, float(now.contact_hours), 0.5)
        pace = st.number_input(t("calls.settings.per_hour"), 0.1, 120.0, float(now.contacts_per_hour), 1.0)
        margin = st.number_input(
            t("calls.settings.margin"),
            0.0,
            100.0,
            None if now.gross_margin is None else round(now.gross_margin * 100, 4),
            1.0,
            help=t("calls.settings.margin_help"),
        )
    return {
        "contact_cap_count": int(count),
        "contact_cap_days": int(days),
        "contact_failed_calls": int(failed),
        "contact_needs_consent": bool(consent),
        "contact_people": int(people),
        "contact_hours": float(hours),
        "contacts_per_hour": float(pace),
        "gross_margin": None if margin is None else margin / 100,
    }

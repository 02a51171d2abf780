"""The table of status words: which orders count."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from crm_core.ingest.status import Meaning
from crm_core.ingest.status_rules import StatusRule, set_meaning, status_rules
from ui.remembered import remembered
from ui.session import Visit
from ui.table import MOST_ROWS_SEEN, ROW_HEIGHT

COLUMNS = ("word", "field", "orders", "origin")
SHOWN = ("word", "meaning", "orders", "field", "origin")  # what can be changed is in sight on a phone
CHOICES = (Meaning.VALID, Meaning.UNPAID, Meaning.CANCELLED, Meaning.REFUNDED, Meaning.PARTIALLY_REFUNDED)


def status_form(visit: Visit, *, undecided_only: bool = False) -> None:
    """Show the words the shop's orders carry, or only those nobody decided about; apply what the person decides."""
    t = visit.t
    rules = [rule for rule in remembered(visit, status_rules) if not undecided_only or rule.is_undecided]
    with st.container(border=True, key="card_status", width=760):
        st.subheader(t("settings.status.title"), anchor=False)
        st.caption(t("settings.status.note"))
        if not rules:
            st.caption(t("settings.status.none"))
            return
        with st.form("status", border=False):
            chosen = _editor(visit, rules)
            if st.form_submit_button(t("settings.status.save")):
                _apply(visit, rules, chosen, confirms=undecided_only)
                st.rerun()  # what stands above on the page was read before


def _editor(visit: Visit, rules: list[StatusRule]) -> list[str]:
    """The words as a table whose last column can be changed; returns the meanings chosen, as words."""
    t = visit.t
    rows = pd.DataFrame(
        {
            "word": [rule.word for rule in rules],
            "field": [t(f"data.field.{rule.field}") for rule in rules],
            "orders": [rule.order_count for rule in rules],
            "origin": [t(f"settings.status.origin.{rule.origin}") for rule in rules],
            "meaning": [t(f"settings.status.meaning.{_shown(rule)}") for rule in rules],
        }
    )
    config: dict[str, ColumnConfig] = {
        name: st.column_config.Column(t(f"settings.status.column.{name}"), disabled=True) for name in COLUMNS
    }
    config["orders"] = st.column_config.NumberColumn(
        t("settings.status.column.orders"), format="localized", disabled=True
    )
    config["meaning"] = st.column_config.SelectboxColumn(
        t("settings.status.column.meaning"),
        options=[t(f"settings.status.meaning.{meaning}") for meaning in CHOICES],
        required=True,
    )
    edited = st.data_editor(
        rows,
        column_config=config,
        column_order=SHOWN,
        hide_index=True,
        width="stretch",
        height=ROW_HEIGHT * (min(len(rows), MOST_ROWS_SEEN) + 1) + 2,
        row_height=ROW_HEIGHT,
        key="status_words",
    )
    return [str(word) for word in edited["meaning"]]


def _shown(rule: StatusRule) -> Meaning:
    """A word that says nothing about the order leaves it valid."""
    return Meaning.VALID if rule.meaning is Meaning.NEUTRAL else rule.meaning


def _apply(visit: Visit, rules: list[StatusRule], chosen: list[str], *, confirms: bool) -> None:
    """Store what was changed; of guesses that the person was asked about, what was left as it is stands decided too."""
    meanings = {visit.t(f"settings.status.meaning.{meaning}"): meaning for meaning in CHOICES}
    changed = [
        (rule, meanings[word])
        for rule, word in zip(rules, chosen, strict=True)
        if confirms or meanings[word] is not _shown(rule)
    ]
    with visit.database.write() as cursor:
        for rule, meaning in changed:
            set_meaning(cursor, rule.field, rule.word, meaning)
    st.toast(visit.t.plural("settings.status.changed", len(changed)), icon=":material/check:")

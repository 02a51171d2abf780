"""On the view of one customer: what ties the records together, parting and joining them, and each detail's source."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crm_core import decisions
from crm_core.decisions import Action, Decision, NamedBy, decisions_about, set_aside_contacts
from crm_core.duplicates import merge_effect
from crm_core.export import national_phone
from crm_core.i18n import Translator
from crm_core.metrics.customer_sources import FieldSource, field_sources
from crm_core.metrics.customers import CustomerView, Identifier, customer_page
from crm_core.params import Params
from ui.customer_table import who
from ui.decide import author, decide, identifier_text, undo, when_text
from ui.duplicates import effect_text
from ui.session import Visit
from ui.text import plain

FOUND_AT_MOST = 8
RANKS = {"email": "2", "phone": "3"}
YES_NO = {"true": "yes", "false": "no"}


def known_card(visit: Visit, found: CustomerView) -> None:
    """The identifiers, with the way to stop recognising by one, and what a person decided."""
    t, customer_id = visit.t, found.header.customer_id
    aside = set_aside_contacts(visit.cursor, customer_id)
    with st.container(border=True, key="card_known", gap="xsmall"):
        st.markdown(f"**{plain(t('customers.known.title'))}**")
        st.text("\n".join(known_text(t, known, aside) for known in found.identifiers))
        st.caption(plain(t("customers.known.note")))
        for decision in decisions_about(visit.cursor, customer_id):
            _decision(visit, decision, customer_id)
        contacts = [each for each in found.identifiers if each.kind in RANKS and not _is_aside(each, aside)]
        if contacts:
            _split(visit, contacts, customer_id)


def known_text(t: Translator, known: Identifier, aside: dict[str, str]) -> str:
    """An identifier as people write it, and the kinds of files it stands in; or that nobody is recognised by it."""
    kind = t(f"customers.known.{known.kind}")
    value = national_phone(known.identifier) if known.kind == "phone" else known.identifier
    if _is_aside(known, aside):
        return t("duplicates.split.is_aside", kind=kind, value=value)
    if not known.sources:
        return t("customers.known.plain", kind=kind, value=value)
    sources = t("charts.comma").join(t(f"customers.known.{source}") for source in known.sources)
    return t("customers.known.from", kind=kind, value=value, sources=sources)


def _is_aside(known: Identifier, aside: dict[str, str]) -> bool:
    return RANKS.get(known.kind, "") + known.identifier in aside


def _decision(visit: Visit, decision: Decision, customer_id: str) -> None:
    when = when_text(visit, decision.decided_at)
    key = "merged" if decision.action is Action.MERGE else str(decision.action)
    value = identifier_text(decision.first[0]) if decision.first else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"made_{decision.decision_id}"):
        st.caption(plain(visit.t(f"duplicates.split.{key}", when=when, value=value)), width="content")
        undo(visit, decision, customer_id)


def _split(visit: Visit, contacts: Sequence[Identifier], customer_id: str) -> None:
    t = visit.t
    with st.popover(t("duplicates.split.title"), icon=":material/call_split:"):
        st.caption(plain(t("duplicates.split.note")))
        for number, known in enumerate(contacts):
            named_by = NamedBy("email" if known.kind == "email" else "phone", known.identifier)
            value = identifier_text(named_by)
            st.markdown(plain(t("duplicates.split.confirm", value=value)))
            if st.button(t("duplicates.split.do"), key=f"split_{number}"):
                decide(
                    visit,
                    lambda cursor, named=named_by: decisions.set_aside(cursor, named, author()),  # type: ignore[misc]
                    "duplicates.shared.aside",
                    customer_id,
                )


def join_card(visit: Visit, found: CustomerView, params: Params) -> None:
    """Search another customer and make the two one, with what that would change."""
    t, own_id = visit.t, found.header.customer_id
    with st.popover(t("duplicates.join.title"), icon=":material/merge:"):
        search = st.text_input(t("duplicates.join.search"), key="join_search", max_chars=100).strip()
        if not search:
            return
        others = _others(visit, params, search, own_id)
        if not others:
            st.caption(t("duplicates.join.none"))
            return
        other_id = st.selectbox(
            t("duplicates.join.pick"),
            list(others),
            format_func=lambda key: others[key],
            key="join_pick",
            filter_mode=None,
        )
        effect = merge_effect(visit.cursor, [own_id, other_id], params, visit.settings)
        st.caption(plain(effect_text(t, effect)))
        reason = st.text_input(t("duplicates.join.reason"), key="join_reason", max_chars=decisions.LONGEST_REASON)
        if st.button(t("duplicates.pairs.merge"), type="primary", key="join_do"):
            why = author(reason)
            decide(
                visit, lambda cursor: decisions.merge(cursor, own_id, other_id, why), "duplicates.pairs.merged", own_id
            )


def _others(visit: Visit, params: Params, search: str, own_id: str) -> dict[str, str]:
    """The customers a search finds, by their id, without the one looked at."""
    t = visit.t
    page = customer_page(visit.cursor, params, visit.settings, search, limit=FOUND_AT_MOST + 1)
    frame = page.table.frame.astype(object)
    frame = frame.where(frame.notna(), None)
    rows = frame[["customer_id", "name", "email", "phone"]].itertuples(index=False)
    found = {}
    for customer_id, name, email, phone in rows:
        contact = (national_phone(phone) if phone else None) or email or customer_id
        found[str(customer_id)] = t(
            "duplicates.join.option", name=who(t, name, email, phone, customer_id), contact=contact
        )
    found.pop(own_id, None)
    return found


def sources_card(visit: Visit, customer_id: str) -> None:
    """Every detail with the file it comes from, and the values that lost."""
    t = visit.t
    with st.popover(t("duplicates.sources.title"), icon=":material/source:"):
        found = field_sources(visit.cursor, customer_id)
        if not found:
            st.caption(t("duplicates.sources.empty"))
            return
        used = [each for each in found if each.is_used]
        for source in used:
            others = [each for each in found if each.field == source.field and not each.is_used]
            st.text("\n".join(source_lines(visit, source, others)))
        st.caption(plain(t("duplicates.sources.note")))


def source_lines(visit: Visit, used: FieldSource, others: Sequence[FieldSource]) -> list[str]:
    """The value in use, where it comes from, and what else is told."""
    t = visit.t
    value = value_text(t, used)
    lines = [t("duplicates.sources.line", field=t(f"duplicates.field.{used.field}"), value=value)]
    lines.append(t("duplicates.sources.from", source=_file(t, used), when=_day(visit, used)))
    for other in others:
        facts = {"value": value_text(t, other), "source": _file(t, other), "when": _day(visit, other)}
        lines.append(t("duplicates.sources.lost", **facts))
    return lines


def value_text(t: Translator, source: FieldSource) -> str:
    """A value as people write it."""
    if source.field == "phone":
        return national_phone(source.value)
    if source.field.startswith("consent_"):
        return t(f"customers.consent.{YES_NO.get(source.value, 'unknown')}")
    gender = f"duplicates.gender.{source.value}"
    return t(gender) if source.field == "gender" and t.has(gender) else source.value


def _file(t: Translator, source: FieldSource) -> str:
    return t(f"duplicates.sources.{source.origin}", file=source.file_name or t.number(None))


def _day(visit: Visit, source: FieldSource) -> str:
    if source.told_at is None:
        return visit.t.date(None)
    if source.origin == "orders":
        return visit.t.date(source.told_at.date())
    return when_text(visit, source.told_at)

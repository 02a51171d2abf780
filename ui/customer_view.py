"""Everything known of one customer on one screen: who, what was bought and said, the usual, the identifiers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import streamlit as st

from crm_core.errors import UnknownName
from crm_core.export import national_phone
from crm_core.findings.contacts import source_name
from crm_core.i18n import Translator
from crm_core.lists.contact_log import Contact, contact_history
from crm_core.metrics.customers import (
    CustomerAnswer,
    CustomerCase,
    CustomerHeader,
    CustomerOrderDocument,
    CustomerView,
    OrderLine,
    Rhythm,
    UsualProduct,
    customer_by_reference,
)
from crm_core.metrics.customers import customer_view as view_of
from crm_core.params import Params
from ui.contact_day import today
from ui.contact_entry import contact_card
from ui.customer_identity import join_card, known_card, sources_card
from ui.customer_interactions import Interaction, interaction_lines, interaction_title
from ui.customer_notes import notes_card
from ui.customer_outlook import outlook_card
from ui.customer_table import who
from ui.decide import note
from ui.segment_cards import colour_bar
from ui.session import Visit
from ui.text import plain, plain_title
from ui.way_back import way_back

EVENTS_AT_FIRST = 10
SHORT = 9  # lines of an event that is open at first
LEAST_GAPS = 3
TAGS_APART = re.compile("[,;|、，；]")
UNKNOWN = "unknown_customer"
Event = CustomerOrderDocument | CustomerAnswer | Interaction


def customer_view(visit: Visit, params: Params, reference: str) -> None:
    """The customer of an opaque reference. Raises ``UnknownName`` where there is none."""
    note()
    way_back(visit, "customer", visit.t("customers.one.back"))
    customer_id = customer_by_reference(visit.cursor, reference)
    if customer_id is None:
        raise UnknownName(UNKNOWN, reference=reference)
    found = view_of(visit.cursor, customer_id, params, visit.settings)
    _header(visit, found.header)
    _figures(visit, found.header, found.rhythm)
    left, right = st.columns([3, 2])
    with left:
        outlook_card(visit, found, params)
    with right:
        contact_card(visit, customer_id, reference)
        notes_card(visit, customer_id, reference)
    left, right = st.columns([3, 2])
    with left:
        _timeline(visit, found, contact_history(visit.cursor, customer_id, today(visit)))
    with right:
        _usual(visit, found.usual_products)
        known_card(visit, found)
        sources_card(visit, customer_id)
        join_card(visit, found, params)


def _header(visit: Visit, header: CustomerHeader) -> None:
    t = visit.t
    with st.container(border=True, key="card_who", gap="xsmall"):
        if header.segment is not None:
            colour_bar(visit.theme.segments[header.segment])
        st.subheader(plain_title(who(t, header.name, header.email, header.phone, header.customer_id)), anchor=False)
        st.markdown(plain(" · ".join([since_text(t, header), segment_text(t, header)])))
        reached = [
            header.phone and national_phone(header.phone),
            header.email,
            header.city,
            *labels(header.tier, header.tags),
        ]
        contact = " · ".join(part for part in reached if part)
        if contact:
            st.text(contact)
        st.markdown(plain(consent_text(t, header)))


def labels(tier: str | None, tags: str | None) -> list[str]:
    """The member tier and the tags the shop gave; a tag that repeats the tier is told once."""
    each = (tag.strip() for tag in TAGS_APART.split(tags or ""))
    return list(dict.fromkeys(label for label in (tier, *each) if label))


def since_text(t: Translator, header: CustomerHeader) -> str:
    """Since when the customer is known."""
    parts = [t("customers.one.never_bought")]
    if header.first_on is not None:
        key = "since" if header.first_channel else "since_plain"
        parts = [t(f"customers.one.{key}", day=t.date(header.first_on), channel=header.first_channel)]
    if header.joined_on is not None:
        parts.append(t("customers.one.joined", day=t.date(header.joined_on)))
    return " · ".join(parts)


def segment_text(t: Translator, header: CustomerHeader) -> str:
    """The segment with its score; a customer without a purchase in the window has none."""
    if header.segment is None:
        return t("customers.one.no_segment")
    name = t(f"segments.{header.segment}.name")
    return t("customers.one.segment", name=name, score=header.rfm_score)


def _figures(visit: Visit, header: CustomerHeader, rhythm: Rhythm) -> None:
    t = visit.t
    gap, notes = rhythm_text(t, rhythm)
    score = None if header.nps is None else t("customers.one.nps_of", n=t.number(header.nps))
    figures = [
        ("purchases", t.number(header.purchases), ""),
        ("revenue", t.money(header.revenue, visit.currency), ""),
        ("last", ago_text(t, header.recency_days), t.date(header.last_on) if header.last_on else ""),
        ("rhythm", gap, notes),
        ("nps", score or t.number(None), ""),
    ]
    with st.container(key="tiles_customer"):
        for key, value, note in figures:
            with st.container(border=True, key=f"card_tile_customer_{key}", gap="xsmall", height="stretch"):
                st.metric(t(f"customers.one.{key}"), value)
                if note:
                    st.caption(plain(note))


def ago_text(t: Translator, days: int | None) -> str:
    """How long ago the last purchase was, seen from the as-of date."""
    if days is None:
        return t.days(None)
    return t("customers.one.days_ago", days=t.days(days)) if days else t("customers.one.same_day")


def rhythm_text(t: Translator, rhythm: Rhythm) -> tuple[str, str]:
    """The customer's usual days between purchases, and a note on few gaps, or on the shop's usual without any."""
    notes = []
    if 0 < rhythm.own_gap_count < LEAST_GAPS:
        notes.append(t.plural("customers.one.rhythm_thin", rhythm.own_gap_count))
    if rhythm.own_gap_median is None and rhythm.shop_gap_median is not None:
        notes.append(t("customers.one.rhythm_shop", days=t.days(rhythm.shop_gap_median)))
    return t.days(rhythm.own_gap_median), "\n".join(notes)


def consent_text(t: Translator, header: CustomerHeader) -> str:
    """In which channels the customer has agreed to be written to."""
    words = {True: "yes", False: "no", None: "unknown"}
    given = {"email": header.consent_email, "sms": header.consent_sms, "line": header.consent_line}
    parts = [
        f"{t(f'customers.consent.{key}')} {t(f'customers.consent.{words[is_given]}')}"
        for key, is_given in given.items()
    ]
    return t("customers.consent.all", channels=" · ".join(parts))


def _timeline(visit: Visit, found: CustomerView, contacts: Sequence[Contact]) -> None:
    t = visit.t
    events = in_order(found.orders, found.answers, found.cases, found.interactions, contacts)
    with st.container(border=True, key="card_timeline", gap="xsmall"):
        st.markdown(f"**{plain(t('customers.timeline.title'))}**")
        if not events:
            st.caption(t("customers.timeline.empty"))
        key = f"all_events_{found.header.reference}"
        shown = events if st.session_state.get(key) else events[:EVENTS_AT_FIRST]
        for position, event in enumerate(shown):
            lines = event_lines(visit, event)
            with st.expander(plain(event_title(visit, event)), expanded=position == 0 and len(lines) <= SHORT):
                st.text("\n".join(lines))
        if len(shown) < len(events):
            st.checkbox(t("customers.timeline.more", n=t.number(len(events) - len(shown))), key=key)


def in_order(*kinds: Sequence[Event]) -> list[Event]:
    """Orders, answers, cases, interactions and contacts together, the newest first; those without a day last."""
    return sorted((event for events in kinds for event in events), key=_moment, reverse=True)


def _moment(event: Event) -> datetime:
    match event:
        case CustomerOrderDocument():
            return event.ordered_at
        case CustomerAnswer():
            return event.submitted_at or datetime.min
        case CustomerCase():
            return event.opened_at or datetime.min
        case Contact():
            return event.contacted_at
    return event.acted_at or datetime.min


def event_title(visit: Visit, event: Event) -> str:
    """One line: day, order number, amount and status; or day and score of an answer."""
    t = visit.t
    if isinstance(event, Interaction):
        return interaction_title(t, event)
    if isinstance(event, CustomerAnswer):
        day = t.date(event.answered_on) if event.answered_on else t("customers.timeline.undated")
        if event.nps is None or event.attitude is None:
            return t("customers.timeline.answer", day=day)
        attitude = t(f"metrics.attitude.{event.attitude}")
        return t("customers.timeline.answer_scored", day=day, score=t.number(event.nps), attitude=attitude)
    kind = "adjustment" if event.is_adjustment else "order" if event.order_id else "order_plain"
    return t(
        f"customers.timeline.{kind}",
        day=t.date(event.ordered_on),
        number=event.order_id,
        amount=t.money(event.net_amount, visit.currency),
        status=t(f"customers.status.{event.status}"),
    )


def event_lines(visit: Visit, event: Event) -> list[str]:
    """What stands under the title: the lines of an order, every question of an answer, the words of a case."""
    if isinstance(event, CustomerAnswer):
        return _answer_lines(visit.t, event)
    if isinstance(event, Contact) and event.source:
        event = replace(event, source=source_name(visit.cursor, event.source, visit.t, visit.currency))
    if isinstance(event, Interaction):
        return interaction_lines(visit.t, event)
    return _order_lines(visit, event)


def _answer_lines(t: Translator, answer: CustomerAnswer) -> list[str]:
    told = [
        f"{question}：{text}" if t.language == "zh-TW" else f"{question}: {text}"
        for question, text in answer.answers.items()
        if text
    ]
    return told or [t("app.table.empty")]


def _order_lines(visit: Visit, order: CustomerOrderDocument) -> list[str]:
    t = visit.t
    facts = [order.channel]
    if order.purchase_no is not None:
        facts.append(t("customers.timeline.purchase_no", n=t.number(order.purchase_no)))
    if order.refund_amount:
        facts.append(t("customers.timeline.refunded", amount=t.money(order.refund_amount, visit.currency)))
    if order.coupon:
        facts.append(t("customers.timeline.coupon", coupon=order.coupon))
    if not order.is_counted and not order.is_adjustment:
        facts.append(t("customers.timeline.not_counted"))
    lines = [_line(visit, line) for line in order.lines]
    return [" · ".join(fact for fact in facts if fact), *(lines or [t("customers.timeline.no_lines")])]


def _line(visit: Visit, line: OrderLine) -> str:
    t = visit.t
    return t(
        "customers.timeline.line" if line.is_sold else "customers.timeline.gift",
        product=line.product or t.number(None),
        quantity=t.number(line.quantity, 2),
        amount=t.money(line.net_amount, visit.currency),
    )


def _usual(visit: Visit, products: Sequence[UsualProduct]) -> None:
    t = visit.t
    with st.container(border=True, key="card_usual", gap="xsmall"):
        st.markdown(f"**{plain(t('customers.usual.title'))}**")
        for product in products:
            st.text(f"{product.product}\n{usual_text(t, product)}")
        if not products:
            st.caption(t("customers.usual.empty"))


def usual_text(t: Translator, product: UsualProduct) -> str:
    """How often a product was bought, and at which pace where there is one."""
    day = t.date(product.last_on)
    if product.gap_median is None:
        return t.plural("customers.usual.times", product.purchases, day=day)
    return t(
        "customers.usual.times_gap", days=t.days(math.ceil(product.gap_median)), n=t.number(product.purchases), day=day
    )

"""Who is the same person: the pairs to decide about, what several people share, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from crm_core import decisions
from crm_core.decisions import Decision, NamedBy
from crm_core.duplicates import Effect, Pair, Person, Review, SharedContact, SharedUser
from crm_core.export import national_phone
from crm_core.i18n import Translator
from crm_core.ingest.values import parse_email, parse_phone
from crm_core.params import Params
from ui import frame
from ui.choice import choice
from ui.customer_table import who
from ui.decide import author, by_text, decide, identifier_text, side_text, undo, when_text
from ui.people import page_path
from ui.session import Visit
from ui.text import joined, plain

PAIRS_AT_FIRST, SHARED_AT_FIRST, DECISIONS_AT_FIRST = 8, 6, 8
STEP = 20
ORDERS = ("by_likelihood", "by_effect")
BADGES = {"strong": "green", "likely": "blue", "possible": "gray"}


def answer(visit: Visit, found: Review, params: Params) -> None:
    """How many pairs wait, and what deciding them all would change."""
    t, together = visit.t, found.all_together
    kind = "sentence" if found.pair_count else "sentence_shared" if found.shared_count else "sentence_none"
    sentence = t(
        f"duplicates.{kind}",
        pairs=t.number(found.pair_count),
        shared=t.number(found.shared_count),
        before=t.share(together.rate_before, 2),
        after=t.share(together.rate_after, 2),
    )
    frame.answer(sentence, t("duplicates.how_sure", day=t.date(params.as_of)))


def pair_list(visit: Visit, found: Review) -> None:
    """The pairs, side by side, each with its reasons, its effect and the two answers."""
    t = visit.t
    if not found.pairs:
        return
    frame.section(t("duplicates.pairs.title"), t("duplicates.pairs.note"))
    order = choice(visit, "order", ORDERS, "duplicates.pairs") if len(found.pairs) > 1 else ORDERS[0]
    shown = _shown("pairs", PAIRS_AT_FIRST)
    for pair in in_order(found.pairs, order)[:shown]:
        _pair(visit, pair)
    _more(visit, "pairs", shown, len(found.pairs))
    if found.pair_count > len(found.pairs):
        rest = t.number(found.pair_count - len(found.pairs))
        st.caption(plain(t("duplicates.pairs.cut", shown=t.number(len(found.pairs)), rest=rest)))


def in_order(pairs: Sequence[Pair], order: str) -> list[Pair]:
    """The likeliest first, as the core gives them, or those that change the repurchase rate most."""
    return sorted(pairs, key=lambda pair: -abs(pair.effect.change)) if order == "by_effect" else list(pairs)


def _pair(visit: Visit, pair: Pair) -> None:
    t, key = visit.t, f"{pair.left.reference}_{pair.right.reference}"
    with st.container(border=True, key=f"card_pair_{key}", gap="small"):
        badge = f":{BADGES[pair.strength]}-badge[{t(f'duplicates.strength.{pair.strength}')}]"
        st.markdown(f"{badge} {plain(reasons_text(t, pair.reasons))}")
        for place, person in zip(st.columns(2), (pair.left, pair.right), strict=True):
            with place, st.container(gap="xxsmall"):
                _person(visit, person, key)
        st.caption(plain(effect_text(t, pair.effect)))
        with st.container(horizontal=True):
            _answers(visit, pair, key)


def _answers(visit: Visit, pair: Pair, key: str) -> None:
    t = visit.t
    left, right, why = pair.left.customer_id, pair.right.customer_id, author(reasons_text(t, pair.reasons))
    if st.button(t("duplicates.pairs.merge"), type="primary", key=f"merge_{key}"):
        decide(visit, lambda cursor: decisions.merge(cursor, left, right, why), "duplicates.pairs.merged")
    if st.button(t("duplicates.pairs.apart"), key=f"apart_{key}"):
        without_reason = author()
        decide(
            visit,
            lambda cursor: decisions.keep_apart(cursor, left, right, without_reason),
            "duplicates.pairs.kept_apart",
        )


def _person(visit: Visit, person: Person, key: str) -> None:
    t = visit.t
    phone = person.phones[0] if person.phones else None
    email = person.emails[0] if person.emails else None
    st.markdown(f"**{plain(who(t, person.name, email, phone, person.customer_id))}**")
    st.text("\n".join(person_lines(visit, person)))
    path = page_path("customers")
    if path:
        st.page_link(
            path,
            label=t("duplicates.person.open"),
            icon=":material/person:",
            query_params={"customer": person.reference},
        )


def person_lines(visit: Visit, person: Person) -> list[str]:
    """What is known of one side and what it bought."""
    t = visit.t
    told = {
        "name": person.names if len(person.names) > 1 else (),
        "phone": [national_phone(phone) for phone in person.phones],
        "email": person.emails,
        "account": [identifier_text(NamedBy("account", account)) for account in person.accounts],
        "city": [person.city] if person.city else (),
        "birthday": [t.date(person.birthday)] if person.birthday else (),
    }
    lines = [t(f"duplicates.person.{key}", value=joined(t, values)) for key, values in told.items() if values]
    if not person.purchases:
        return [*lines, t("duplicates.person.never")]
    bought = t(
        "duplicates.person.bought",
        purchases=t.number(person.purchases),
        orders=t.number(person.orders),
        revenue=t.money(person.revenue, visit.currency),
    )
    return [*lines, bought, t("duplicates.person.days", first=t.date(person.first_on), last=t.date(person.last_on))]


def reasons_text(t: Translator, reasons: Sequence[str]) -> str:
    """Why two customers may be one person."""
    text = joined(t, [t(f"duplicates.reason.{reason}") for reason in reasons])
    return text[:1].upper() + text[1:]


def effect_text(t: Translator, effect: Effect) -> str:
    """The customers who bought and the repurchase rate, before and after."""
    return t(
        "duplicates.pairs.effect",
        customers_before=t.number(effect.customers_before),
        customers_after=t.number(effect.customers_after),
        before=t.share(effect.rate_before, 2),
        after=t.share(effect.rate_after, 2),
    )


# ---- what several people share ----


def shared_list(visit: Visit, found: Review) -> None:
    """Phones and addresses set aside, with their people and the two answers."""
    t = visit.t
    if not found.shared:
        return
    frame.section(t("duplicates.shared.title"), t("duplicates.shared.note"))
    shown = _shown("shared", SHARED_AT_FIRST)
    for number, contact in enumerate(found.shared[:shown]):
        _contact(visit, contact, number)
    _more(visit, "shared", shown, len(found.shared))
    if found.shared_count > len(found.shared):
        rest = t.number(found.shared_count - len(found.shared))
        st.caption(plain(t("duplicates.shared.cut", shown=t.number(len(found.shared)), rest=rest)))


def _contact(visit: Visit, contact: SharedContact, number: int) -> None:
    t, named_by = visit.t, contact.named_by
    with st.container(border=True, key=f"card_shared_{number}", gap="xsmall"):
        st.markdown(f"**{plain(identifier_text(named_by))}**")
        st.caption(plain(t(f"duplicates.shared.{contact.sign}", n=t.number(contact.people_count))))
        st.text(users_text(t, contact))
        with st.container(horizontal=True):
            if st.button(t("duplicates.shared.set_aside"), key=f"aside_{number}"):
                decide(visit, lambda cursor: decisions.set_aside(cursor, named_by, author()), "duplicates.shared.aside")
            if st.button(t("duplicates.shared.trust"), key=f"trust_{number}"):
                decide(visit, lambda cursor: decisions.trust(cursor, named_by, author()), "duplicates.shared.trusted")


def users_text(t: Translator, contact: SharedContact) -> str:
    """Who uses it, those with most orders first."""
    rest = contact.people_count - sum(1 for user in contact.people if user.customer_id is not None)
    more = [t("duplicates.shared.rest", n=t.number(rest))] if rest > 0 else []
    return joined(t, [*(_user_text(t, user) for user in contact.people), *more])


def _user_text(t: Translator, user: SharedUser) -> str:
    orders = t.number(user.orders)
    if user.customer_id is None or user.name is None:
        return t("duplicates.shared.nameless", orders=orders)
    return t("duplicates.shared.user", name=user.name, orders=orders)


def own_contact(visit: Visit) -> None:
    """A phone or address of the shop itself, which nobody should be recognised by."""
    t = visit.t
    with st.expander(t("duplicates.own.title")):
        st.caption(t("duplicates.own.note"))
        with st.form("own_contact", border=False):
            text = st.text_input(t("duplicates.own.field"), key="own_contact_text", max_chars=100)
            is_wanted = st.form_submit_button(t("duplicates.own.do"))
        if not is_wanted:
            return
        named_by = contact_in(text, visit.settings.country)
        if named_by is None:
            st.error(t("duplicates.own.unreadable"))
            return
        decide(visit, lambda cursor: decisions.set_aside(cursor, named_by, author()), "duplicates.shared.aside")


def contact_in(text: str, country: str) -> NamedBy | None:
    """The e-mail address or phone that a person typed."""
    email = parse_email(text)
    if email is not None:
        return NamedBy("email", email)
    phone = parse_phone(text, country)
    return NamedBy("phone", phone) if phone is not None else None


# ---- what was decided ----


def history(visit: Visit) -> None:
    """Every decision, the newest first, with its undo."""
    t, found = visit.t, decisions.decisions(visit.cursor)
    frame.section(t("duplicates.history.title"))
    if not found:
        st.caption(t("duplicates.history.empty"))
        return
    shown = _shown("decisions", DECISIONS_AT_FIRST)
    for decision in found[:shown]:
        _decision(visit, decision)
    _more(visit, "decisions", shown, len(found))


def _decision(visit: Visit, decision: Decision) -> None:
    t = visit.t
    with st.container(border=True, key=f"card_decision_{decision.decision_id}"):
        left, right = st.columns([5, 1], vertical_alignment="center")
        with left, st.container(gap="xxsmall"):
            badge = "" if decision.is_in_force else f":gray-badge[{t('duplicates.history.state_undone')}] "
            st.markdown(badge + plain(decision_text(t, decision)))
            st.caption(plain(made_text(visit, decision)))
        if decision.is_in_force:
            with right:
                undo(visit, decision)


def decision_text(t: Translator, decision: Decision) -> str:
    """What was decided, about whom."""
    first, second = side_text(t, decision.first), side_text(t, decision.second)
    return t(f"duplicates.history.{decision.action}", first=first, second=second)


def made_text(visit: Visit, decision: Decision) -> str:
    """When, by whom and why; and when it was taken back."""
    t = visit.t
    parts = [
        t("duplicates.history.made", when=when_text(visit, decision.decided_at), by=by_text(t, decision.decided_by))
    ]
    if decision.reason:
        parts.append(t("duplicates.history.reason", reason=decision.reason))
    if not decision.is_in_force:
        when = when_text(visit, decision.undone_at)
        parts.append(t("duplicates.history.undone", when=when, by=by_text(t, decision.undone_by)))
    return " · ".join(parts)


def _shown(what: str, at_first: int) -> int:
    return int(st.session_state.setdefault(f"duplicates_{what}_shown", at_first))


def _more(visit: Visit, what: str, shown: int, count: int) -> None:
    """The button that shows more of a list."""
    t, rest = visit.t, min(STEP, count - shown)
    label = "duplicates.history.more" if what == "decisions" else "duplicates.pairs.more"
    if rest > 0 and st.button(t(label, n=t.number(rest)), key=f"more_{what}"):
        st.session_state[f"duplicates_{what}_shown"] = shown + STEP
        st.rerun()

"""The ready-made lists as cards: name, why now, how many, worth how much, words to begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from crm_core.i18n import Translator
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE, Needs, Purpose, ReadyMadeList
from ui import address, frame
from ui.segment_cards import colour_bar
from ui.session import Visit
from ui.text import plain

ACROSS = 3
SEGMENTS_ACROSS = 4


@dataclass(frozen=True)
class Told:
    """What is known of every list: its size, whether its data is there, whether its rule can be filled in."""

    sizes: Mapping[str, ListSize]
    available: Sequence[ReadyMadeList]
    undecided: Sequence[str] = ()

    def has_people(self, entry: ReadyMadeList) -> bool:
        """Whether anybody is on the list."""
        return self.sizes[entry.key].customers > 0


def list_cards(visit: Visit, told: Told) -> None:
    """Every ready-made list by what the contact is for, then the segments; those of nobody are folded."""
    t = visit.t
    for purpose in Purpose:
        entries = [entry for entry in READY_MADE.values() if entry.purpose is purpose]
        if purpose is Purpose.SEGMENT:
            frame.section(t("lists.page.segments"))
            _cards(visit, entries, told, SEGMENTS_ACROSS)
        else:
            frame.section(t(f"lists.purpose.{purpose}.name"), t(f"lists.purpose.{purpose}.note"))
            _of_purpose(visit, entries, told, purpose)


def _of_purpose(visit: Visit, entries: Sequence[ReadyMadeList], told: Told, purpose: Purpose) -> None:
    filled = [entry for entry in entries if told.has_people(entry)]
    empty = [entry for entry in entries if not told.has_people(entry)]
    _cards(visit, filled, told, ACROSS)
    if empty:
        with st.expander(visit.t("lists.page.empty", n=visit.t.number(len(empty))), key=f"empty_{purpose}"):
            _cards(visit, empty, told, ACROSS)


def _cards(visit: Visit, entries: Sequence[ReadyMadeList], told: Told, across: int) -> None:
    for start in range(0, len(entries), across):
        row = entries[start : start + across]
        for place, entry in zip(st.columns(across, gap="small"), row, strict=False):
            with place, st.container(border=True, key=f"card_list_{entry.key}", height="stretch", gap="xsmall"):
                _card(visit, entry, told)


def _card(visit: Visit, entry: ReadyMadeList, told: Told) -> None:
    t = visit.t
    if entry.segment:
        colour_bar(visit.theme.segments[entry.segment])
    st.markdown(f"**{plain(t(f'{entry.locale_key}.name'))}**")
    if entry.key in told.undecided and entry in told.available:
        st.markdown(plain(t(f"lists.card.undecided.{entry.key}")))
    else:
        is_available = entry in told.available
        st.markdown(size_text(visit, told.sizes[entry.key], is_available=is_available, needs=entry.needs))
    for label, words in reasons(t, entry):
        st.caption(f"**{plain(label)}**　{plain(words)}")
    if not told.has_people(entry):  # nobody to see
        return
    st.space("stretch")
    st.button(
        t("lists.page.open"),
        key=f"open_{entry.key}",
        icon=":material/arrow_forward:",
        on_click=address.choose,
        args=("list", entry.key),
    )


def size_text(visit: Visit, size: ListSize, *, is_available: bool, needs: Needs = "orders") -> str:
    """How many and worth how much; why there is nobody where there is nobody."""
    t = visit.t
    if not is_available:
        return plain(t(f"lists.card.needs.{needs}"))
    if not size.customers:
        return plain(t("lists.card.empty"))
    people = t.plural("lists.page.people", size.customers)
    value = t("lists.card.value", value=t.money(size.value, visit.currency))
    return f"**{plain(people)}** · {plain(value)}"


def reasons(t: Translator, entry: ReadyMadeList) -> list[tuple[str, str]]:
    """Why to contact them and how: a segment has its rule and action, another list its reason and opening words."""
    if entry.segment:
        pairs = (("lists.page.who", "rule"), ("lists.page.action", "action"))
    else:
        pairs = (("lists.card.why", "why"), ("lists.card.words", "words"))
    return [(t(label), t(f"{entry.locale_key}.{part}")) for label, part in pairs]

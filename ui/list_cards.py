"""The ready-made lists as cards: name, why now, how many, worth how much, words to begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from crm_core.i18n import Translator
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE, ReadyMadeList
from ui import address, frame
from ui.segment_cards import colour_bar
from ui.session import Visit
from ui.text import plain

ACROSS = 3
SEGMENTS_ACROSS = 4

Sizes = Mapping[str, ListSize]


def list_cards(visit: Visit, sizes: Sizes, available: Sequence[ReadyMadeList]) -> None:
    """Every ready-made list: first those for today, then the segments."""
    t = visit.t
    entries = list(READY_MADE.values())
    frame.section(t("lists.page.today"))
    _cards(visit, [entry for entry in entries if entry.segment is None], sizes, available, ACROSS)
    frame.section(t("lists.page.segments"))
    _cards(visit, [entry for entry in entries if entry.segment is not None], sizes, available, SEGMENTS_ACROSS)


def _cards(
    visit: Visit, entries: Sequence[ReadyMadeList], sizes: Sizes, available: Sequence[ReadyMadeList], across: int
) -> None:
    for start in range(0, len(entries), across):
        row = entries[start : start + across]
        for place, entry in zip(st.columns(across, gap="small"), row, strict=False):
            with place, st.container(border=True, key=f"card_list_{entry.key}", height="stretch", gap="xsmall"):
                _card(visit, entry, sizes[entry.key], is_available=entry in available)


def _card(visit: Visit, entry: ReadyMadeList, size: ListSize, *, is_available: bool) -> None:
    t = visit.t
    if entry.segment:
        colour_bar(visit.theme.segments[entry.segment])
    st.markdown(f"**{plain(t(f'{entry.locale_key}.name'))}**")
    st.markdown(size_text(visit, size, is_available=is_available))
    for label, words in reasons(t, entry):
        st.caption(f"**{plain(label)}**　{plain(words)}")
    if is_available and not size.customers:  # nobody to see
        return
    st.space("stretch")
    st.button(
        t("lists.page.open"),
        key=f"open_{entry.key}",
        icon=":material/arrow_forward:",
        disabled=not is_available,
        on_click=address.choose,
        args=("list", entry.key),
    )


def size_text(visit: Visit, size: ListSize, *, is_available: bool) -> str:
    """How many and worth how much; why there is nobody where there is nobody."""
    t = visit.t
    if not is_available:
        return plain(t("lists.card.needs_survey"))
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

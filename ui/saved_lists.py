"""Beginning from a list that is there, and keeping one under a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from crm_core.lists.conditions import Node, to_json
from crm_core.lists.ready_made import available_lists, list_of
from crm_core.lists.saved import (
    LONGEST_AUTHOR,
    LONGEST_NAME,
    SavedList,
    flaws_of,
    remove_list,
    rename_list,
    replace_list,
    save_list,
    saved_lists,
)
from crm_core.lists.starting_points import starting_tree
from crm_core.params import Params
from ui.customer_notes import WHO
from ui.decide import when_text
from ui.import_desk import now
from ui.list_tree import choose_saved, choose_tree, clear
from ui.remembered import remembered
from ui.session import Visit
from ui.text import plain
from ui.written import say_what_was_written, write_down

OPEN_KEY, START_KEY = "builder_open_saved", "builder_start_from"
BOX_WIDTH = 320
Key = TypeVar("Key")


def beginnings(visit: Visit, params: Params, *, has_conditions: bool) -> None:
    """Saved lists to open, ready-made ones to begin with, and beginning anew."""
    t = visit.t
    say_what_was_written()
    flawed_lists(visit)
    existing = {entry.list_id: entry.name for entry in readable_lists(visit)}
    ready = [entry.key for entry in remembered(visit, available_lists)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="builder_beginnings"):
        if existing:
            _box(t("conditions.page.open_saved"), list(existing), OPEN_KEY, existing.__getitem__, choose_saved, t)
        _box(
            t("conditions.page.start_from"),
            ready,
            START_KEY,
            lambda key: t(f"{list_of(key).locale_key}.name"),
            partial(_start_from, visit, params),
            t,
        )
        if has_conditions:
            st.button(t("conditions.page.clear"), icon=":material/restart_alt:", on_click=clear, key="builder_clear")


def readable_lists(visit: Visit) -> list[SavedList]:
    """The saved lists without those that cannot be read."""
    entries = saved_lists(visit.cursor)
    unreadable = {flaw.entry.list_id for flaw in flaws_of(visit.cursor, entries) if not flaw.is_readable}
    return [entry for entry in entries if entry.list_id not in unreadable]


def flawed_lists(visit: Visit) -> None:
    """What is wrong with saved lists; one that cannot be opened is removed here, the others in their own menu."""
    for flaw in flaws_of(visit.cursor, saved_lists(visit.cursor)):
        number = flaw.entry.list_id
        with st.container(horizontal=True, vertical_alignment="center", key=f"flawed_list_{number}"):
            st.warning(plain("\n\n".join(visit.t.error_text(flaw.refusal))))
            if not flaw.is_readable:
                _delete_button(visit, number, f"delete_flawed_{number}")


def _delete_button(visit: Visit, number: int, key: str) -> None:
    if st.button(visit.t("conditions.page.delete"), icon=":material/delete:", key=key):
        write_down(visit, lambda cursor: remove_list(cursor, number), "conditions.page.said.deleted", lambda _: clear())


def _box(
    label: str,
    options: list[Key],
    key: str,
    name: Callable[[Key], str],
    choose: Callable[[Key], None],
    t: Callable[[str], str],
) -> None:
    """A box whose choice is carried out at once and then forgotten."""

    def changed() -> None:
        picked = st.session_state[key]
        st.session_state[key] = None
        if picked is not None:
            choose(picked)

    st.selectbox(
        label,
        options,
        index=None,
        key=key,
        format_func=name,
        on_change=changed,
        placeholder=t("conditions.page.choose"),
        width=BOX_WIDTH,
    )


def _start_from(visit: Visit, params: Params, key: str) -> None:
    """Put the rule of a ready-made list at work. It runs after the page did, so it takes a cursor of its own."""
    with visit.database.cursor() as cursor:
        tree = starting_tree(cursor, key, params, visit.settings)
    clear()
    choose_tree(tree)


def save_buttons(visit: Visit, tree: Node, saved: SavedList | None) -> None:
    """Keeping the conditions under a new name; those of a saved list also under the name that they have."""
    t = visit.t
    with st.container(horizontal=True, vertical_alignment="center", key="builder_save"):
        if saved is not None:
            if to_json(tree) != saved.conditions:
                _replace_button(visit, tree, saved)
            _saved_menu(visit, saved)
        with st.popover(t("conditions.page.save"), icon=":material/bookmark_add:"):
            _save_form(visit, tree)
    if saved is not None:
        day = when_text(visit, saved.changed_at or saved.saved_at)
        key = "by" if saved.saved_by else "by_nobody"
        st.caption(plain(t(f"conditions.page.{key}", name=saved.name, author=saved.saved_by, day=day)))


def _save_form(visit: Visit, tree: Node) -> None:
    t = visit.t
    with st.form("save_list_form", border=False):
        name = st.text_input(t("conditions.page.name"), max_chars=LONGEST_NAME, key="save_list_name")
        who = st.text_input(
            t("conditions.page.author"), st.session_state.get(WHO, ""), max_chars=LONGEST_AUTHOR, key="save_list_author"
        )
        if st.form_submit_button(t("conditions.page.save_now"), type="primary"):
            st.session_state[WHO] = who
            write_down(
                visit,
                lambda cursor: save_list(cursor, name, tree, who, now()),
                "conditions.page.said.saved",
                choose_saved,
            )


def _replace_button(visit: Visit, tree: Node, saved: SavedList) -> None:
    label = visit.t("conditions.page.replace", name=saved.name)
    if st.button(plain(label), icon=":material/save:", key="builder_replace"):
        number = saved.list_id
        write_down(
            visit,
            lambda cursor: replace_list(cursor, number, tree, now()),
            "conditions.page.said.replaced",
            lambda _: choose_saved(number),
        )


def _saved_menu(visit: Visit, saved: SavedList) -> None:
    t, number = visit.t, saved.list_id
    with st.popover(t("conditions.page.manage"), icon=":material/edit_note:"):
        with st.form("rename_list_form", border=False):
            name = st.text_input(t("conditions.page.name"), saved.name, max_chars=LONGEST_NAME, key=f"rename_{number}")
            if st.form_submit_button(t("conditions.page.rename")):
                write_down(
                    visit, lambda cursor: rename_list(cursor, number, name, now()), "conditions.page.said.renamed"
                )
        _delete_button(visit, number, "builder_delete")

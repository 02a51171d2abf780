"""The list builder: conditions and groups of them, how many fulfil each, and the people in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from crm_core.errors import CrmError
from crm_core.findings.conditions import ConditionWords
from crm_core.lists.built import COLUMNS, counts
from crm_core.lists.conditions import MOST_CONDITIONS, All, AnyOf, Condition, Node, Not, leaves
from crm_core.lists.members import ListSize
from crm_core.lists.saved import SavedList
from crm_core.lists.sources import source_size
from crm_core.lists.trees import (
    Path,
    added,
    is_by_any,
    is_group,
    is_simple,
    matched,
    opposite,
    part_at,
    parts_of,
    put,
    removed,
)
from crm_core.params import Params
from ui import frame
from ui.condition_form import ConditionForm, fill_form
from ui.list_cards import size_text
from ui.list_open import Opened, open_list
from ui.list_tree import EDITED, Root, choose_tree, chosen_tree, is_too_long, saved_source
from ui.refusal import show_refusal
from ui.remembered import remembered
from ui.saved_lists import beginnings, save_buttons
from ui.session import Visit
from ui.text import plain

ROOT: Path = ()
NEW, NEW_GROUP, CHANGE = "new", "new_group", "change"
BY_ALL, BY_ANY = "all", "any"


@dataclass(frozen=True)
class Edited:
    """What the form is open for: one more condition in the group at a path or in a new group, or a change of one."""

    kind: str
    path: Path


def list_builder(visit: Visit, params: Params) -> None:
    """The whole part: where to begin, the conditions, the people who fulfil them."""
    try:
        saved = saved_source(visit)
        tree = chosen_tree(visit, saved)
    except CrmError as refusal:
        show_refusal(visit.t, refusal)
        beginnings(visit, params, has_conditions=True)
        return
    size = remembered(visit, source_size, tree, params, visit.settings)
    words = ConditionWords(visit.cursor, visit.t, visit.currency)
    _answer(visit, words, tree, size, params)
    beginnings(visit, params, has_conditions=bool(tree.parts))
    _Builder(visit, params, tree, words).show()
    if not tree.parts:
        return
    save_buttons(visit, tree, saved)
    if is_too_long():
        st.caption(plain(visit.t("conditions.page.too_long")))
    open_list(visit, _opened(visit, tree, size, saved), params)


def _answer(visit: Visit, words: ConditionWords, tree: Root, size: ListSize, params: Params) -> None:
    t = visit.t
    people = t.plural("conditions.page.people", size.customers)
    key = "begin" if not tree.parts else "sentence" if size.customers else "nobody"
    said = t(f"conditions.page.{key}", people=people, value=t.money(size.value, visit.currency), words=words.tree(tree))
    days = {"as_of": t.date(params.as_of), "day": t.date(params.day)}
    sure = "how_sure" if params.day == params.as_of else "how_sure_days"
    frame.answer(said, t(f"conditions.page.{sure}", **days))


def _opened(visit: Visit, tree: Root, size: ListSize, saved: SavedList | None) -> Opened:
    name = saved.name if saved else visit.t("conditions.page.built")
    return Opened(tree, "built", name, [], size, size_text(visit, size, is_available=True), COLUMNS)


class _Builder:
    """The conditions as cards, with the form where one is chosen or changed."""

    def __init__(self, visit: Visit, params: Params, tree: Root, words: ConditionWords) -> None:
        self.visit, self.t, self.params, self.tree, self.words = visit, visit.t, params, tree, words
        self.edited: Edited | None = st.session_state.get(EDITED)
        self.everyone, self.fulfil = self._counts()

    def show(self) -> None:
        """The root's parts one below the other, then what can be added."""
        if len(self.tree.parts) > 1:
            self._match(ROOT)
        for position, part in enumerate(self.tree.parts):
            self._part((position,), part)
        if self.edited is not None and self.edited.kind in (NEW, NEW_GROUP) and self.edited.path == ROOT:
            self._form(self.edited)
        elif sum(1 for _ in leaves(self.tree)) < MOST_CONDITIONS:
            with st.container(horizontal=True, key="builder_add"):
                self._open_button("add", Edited(NEW, ROOT), ":material/add:", is_first=not self.tree.parts)
                if self.tree.parts:
                    self._open_button("add_group", Edited(NEW_GROUP, ROOT), ":material/playlist_add:")

    def _counts(self) -> tuple[int, Mapping[Path, int]]:
        """How many customers there are, and how many fulfil each part that is shown."""
        shown: dict[Path, Node] = {}
        for position, part in enumerate(self.tree.parts):
            shown[(position,)] = part
            if is_group(part):
                shown |= {(position, inner): each for inner, each in enumerate(parts_of(part))}
        asked = tuple(shown.values())
        everyone, found = remembered(self.visit, counts, asked, self.params, self.visit.settings)
        return everyone, dict(zip(shown, found, strict=True))

    def _part(self, path: Path, part: Node) -> None:
        if self.edited == Edited(CHANGE, path):
            self._form(self.edited)
        elif is_group(part) and len(path) == 1:
            self._group(path, part)
        else:
            self._row(path, part)

    def _group(self, path: Path, part: Node) -> None:
        with st.container(border=True, key=_key("card_group", path), gap="small"):
            title = "not_group" if isinstance(part, Not) else "group"
            st.markdown(
                f"**{plain(self.t(f'conditions.page.{title}'))}** · {plain(self._fulfil(path, 'fulfil_group'))}"
            )
            self._match(path)
            for position, inner in enumerate(parts_of(part)):
                self._part((*path, position), inner)
            if self.edited == Edited(NEW, path):
                self._form(self.edited)
                return
            with st.container(horizontal=True, key=_key("group_buttons", path)):
                self._open_button("add", Edited(NEW, path), ":material/add:")
                self._change_button("opposite", path, put(self.tree, path, opposite(part)), ":material/swap_horiz:")
                self._change_button("remove", path, removed(self.tree, path), ":material/close:")

    def _row(self, path: Path, part: Node) -> None:
        """One condition in words, how many fulfil it, and what can be done with it."""
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=_key("card_condition", path), gap="xsmall"
        ):
            with st.container(gap="xxsmall", key=_key("condition_words", path)):
                st.markdown(plain(self.words.tree(part)))
                st.caption(plain(self._fulfil(path)))
            with st.container(horizontal=True, width="content", key=_key("condition_buttons", path)):
                if is_simple(part):
                    self._open_button("change", Edited(CHANGE, path), ":material/edit:", part=part)
                    self._change_button("opposite", path, put(self.tree, path, opposite(part)), ":material/swap_horiz:")
                self._change_button("remove", path, removed(self.tree, path), ":material/close:")

    def _fulfil(self, path: Path, key: str = "fulfil") -> str:
        found = self.fulfil[path]
        share = self.t.share(found / self.everyone) if self.everyone else self.t.share(None)
        return self.t.plural(f"conditions.page.{key}", found, share=share)

    def _match(self, path: Path) -> None:
        """Whether all parts of a group must be fulfilled, or one is enough."""
        t, group = self.t, part_at(self.tree, path)
        key = _key("builder_match", path)
        current = BY_ANY if is_by_any(group) else BY_ALL
        st.session_state[key] = current

        def changed() -> None:
            by_any = st.session_state[key] == BY_ANY
            choose_tree(put(self.tree, path, matched(group, by_any=by_any)))

        st.segmented_control(
            t("conditions.page.match"),
            [BY_ALL, BY_ANY],
            key=key,
            format_func=lambda each: t(f"conditions.page.match_{each}"),
            on_change=changed,
            required=True,
        )

    def _open_button(
        self, name: str, edited: Edited, icon: str, *, part: Node | None = None, is_first: bool = False
    ) -> None:
        st.button(
            self.t(f"conditions.page.{name}"),
            key=_key(f"builder_{name}", edited.path),
            icon=icon,
            type="primary" if is_first else "secondary" if part is None else "tertiary",
            on_click=_open_form,
            args=(edited, part),
        )

    def _change_button(self, name: str, path: Path, tree: Node, icon: str) -> None:
        st.button(
            self.t(f"conditions.page.{name}"),
            key=_key(f"builder_{name}", path),
            icon=icon,
            type="tertiary",
            on_click=choose_tree,
            args=(tree,),
        )

    def _form(self, edited: Edited) -> None:
        """The form of one condition, in the place where it will stand."""
        t = self.t
        with st.container(border=True, key="card_condition_form"):
            leaf = ConditionForm(self.visit, self.params).show()
            if leaf is not None:
                _, (found,) = remembered(self.visit, counts, (leaf,), self.params, self.visit.settings)
                people = t.plural("conditions.page.people", found)
                st.caption(plain(t("conditions.page.would", words=self.words.leaf(leaf), people=people)))
            with st.container(horizontal=True, key="condition_form_buttons"):
                st.button(
                    t("conditions.page.take"),
                    key="condition_take",
                    icon=":material/check:",
                    type="primary",
                    disabled=leaf is None,
                    on_click=_take,
                    args=(self.tree, edited, leaf),
                )
                st.button(t("conditions.page.leave"), key="condition_leave", type="tertiary", on_click=_leave)


def _open_form(edited: Edited, part: Node | None) -> None:
    st.session_state[EDITED] = edited
    leaf = part.part if isinstance(part, Not) else part
    if isinstance(leaf, Condition):
        fill_form(leaf)


def _leave() -> None:
    st.session_state.pop(EDITED, None)


def _take(tree: Node, edited: Edited, leaf: Condition) -> None:
    """Put the chosen condition where the form was opened for it."""
    if edited.kind == CHANGE:
        is_not = isinstance(part_at(tree, edited.path), Not)
        choose_tree(put(tree, edited.path, Not(leaf) if is_not else leaf))
        return
    other = AnyOf if isinstance(tree, All) else All  # a group of the same kind as its root would say nothing new
    choose_tree(added(tree, edited.path, other((leaf,)) if edited.kind == NEW_GROUP else leaf))


def _key(name: str, path: Path) -> str:
    return "_".join([name, *map(str, path)]) if path else f"{name}_root"

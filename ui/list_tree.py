"""The tree of conditions that a person is at work on: in the address, so that a link shows what its sender saw.

``if`` holds the conditions, ``saved`` the number of the saved list they came from. Where they are too long for an
address they stay with the session.
"""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from crm_core.lists.conditions import EVERYONE, All, AnyOf, Node, from_json, to_json
from crm_core.lists.saved import SavedList, saved_list
from crm_core.lists.trees import rooted
from ui import address
from ui.session import Visit

CONDITIONS, SAVED = "if", "saved"
TOO_LONG = "builder_too_long"
EDITED = "builder_edited"
LONGEST_LINK = 3_500  # characters as they stand in an address; browsers and messengers take that many

Root = All | AnyOf


def saved_source(visit: Visit) -> SavedList | None:
    """The saved list that the address names. Raises ``UnknownName`` where it is gone."""
    text = address.chosen(SAVED)
    return saved_list(visit.cursor, int(text) if text.isdecimal() else 0) if text else None


def chosen_tree(visit: Visit, saved: SavedList | None) -> Root:
    """The conditions at work. Raises ``InvalidParams`` where the address holds none that can be read."""
    text = address.chosen(CONDITIONS) or st.session_state.get(TOO_LONG)
    if text:
        return rooted(from_json(text))
    return rooted(saved.node) if saved else EVERYONE


def is_too_long() -> bool:
    """Whether the conditions are too long for a link."""
    return TOO_LONG in st.session_state


def choose_tree(node: Node) -> None:
    """Put conditions at work, and leave the editor."""
    text = to_json(node)
    st.session_state.pop(EDITED, None)
    st.session_state.pop(TOO_LONG, None)
    st.query_params.pop(CONDITIONS, None)
    if len(quote(text)) > LONGEST_LINK:
        st.session_state[TOO_LONG] = text
    else:
        st.query_params[CONDITIONS] = text


def choose_saved(list_id: int) -> None:
    """Open a saved list as it stands."""
    clear()
    st.query_params[SAVED] = str(list_id)


def clear() -> None:
    """Begin anew."""
    for name in (CONDITIONS, SAVED):
        st.query_params.pop(name, None)
    for name in (TOO_LONG, EDITED):
        st.session_state.pop(name, None)

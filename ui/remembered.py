"""Answers of the core that stay as they are until the data changes: asked once, shown to everyone who asks the same."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TypeVar, cast

import streamlit as st

from crm_core.db import Cursor, data_version, model
from crm_core.lists.conditions import All, AnyOf, Condition, Not, to_json
from crm_core.lists.facts import Fact
from ui.session import Visit

MOST_ANSWERS = 400
CONTACT_WORK = ("crm_core.lists.", "crm_core.metrics.campaign_contacts.")

Answer = TypeVar("Answer")


def remembered(
    visit: Visit,
    ask: Callable[..., Answer],
    *arguments: object,
    **options: object,
) -> Answer:
    """``ask(cursor, *arguments, **options)``, remembered by its name, the arguments and the version of the data.

    Every write to the database makes a new version, for lists every contact and campaign too, so that nothing
    remembered is ever old. The caller gets a copy.
    """
    name = f"{ask.__module__}.{ask.__qualname__}"
    version = _version(visit.cursor, name)
    found = _answer(name, str(visit.database.path), version, arguments, options, ask, visit.cursor)
    return cast("Answer", found)


def _version(cursor: Cursor, name: str) -> tuple[int, str]:
    """The version of the data; of lists and campaigns' contacts also that of the contact work, written beside it."""
    if not name.startswith(CONTACT_WORK):
        return data_version(cursor), ""
    row = cursor.execute(model("lists/work_version")).fetchone()
    return data_version(cursor), str(row[0]) if row else ""


# Conditions are told apart by their text: what Python computes for a fact cannot be hashed.
BY_TEXT: dict[str | type, Callable[..., str]] = {
    Fact: attrgetter("key"),
    **dict.fromkeys((Condition, All, AnyOf, Not), to_json),
}


@st.cache_data(show_spinner=False, max_entries=MOST_ANSWERS, hash_funcs=BY_TEXT)
def _answer(
    name: str,
    path: str,
    version: tuple[int, str],
    arguments: tuple[object, ...],
    options: dict[str, object],
    _ask: Callable[..., object],
    _cursor: Cursor,
) -> object:
    return _ask(_cursor, *arguments, **options)

"""What the address bar holds: the person's choices under stable names, so that a link shows what its sender saw.

Streamlit's own binding of widgets to the URL writes their labels, which change with the language; here the values are
keys. The choices survive a change of page because they are carried over to the next address.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from crm_core.i18n import best_language, languages

NAMES = ("lang", "period", "from", "to", "week", "compare", "channel", "as_of")
MEMORY = "address_choices"
GROUP_MARK = "of_"
LAST_PAGE = "address_page"


def _memory() -> dict[str, str]:
    return st.session_state.setdefault(MEMORY, {})  # type: ignore[no-any-return]


def chosen(name: str) -> str | None:
    """The value the address gives, ``None`` where it says nothing."""
    return st.query_params.get(name)


def choose(name: str, value: str | None) -> None:
    """Put a choice into the address, or take it out."""
    if value is not None:
        st.query_params[name] = value
        _memory()[name] = value
        return
    _memory().pop(name, None)
    if name in st.query_params:
        del st.query_params[name]


def in_address(values: Mapping[str, str]) -> dict[str, str]:
    """The values of a group under names that no filter has."""
    return {f"{GROUP_MARK}{name}": text for name, text in values.items()}


def group_values() -> dict[str, str]:
    """The values of the group that the address names."""
    return {
        name.removeprefix(GROUP_MARK): text for name, text in st.query_params.items() if name.startswith(GROUP_MARK)
    }


def leave_group() -> None:
    """Take the group out of the address."""
    for name in ("group", *in_address(group_values())):
        st.query_params.pop(name, None)


def arrive(page: str) -> None:
    """Carry the choices over to a page that was opened without them, and remember the ones of its address."""
    memory = _memory()
    if st.session_state.get(LAST_PAGE) not in (None, page):
        for name, value in memory.items():
            if name not in st.query_params:
                st.query_params[name] = value
    st.session_state[LAST_PAGE] = page
    memory.clear()
    memory.update({name: st.query_params[name] for name in NAMES if name in st.query_params})


def language() -> str:
    """The language the person switched to, else the one of the browser."""
    for wish in (chosen("lang"), _memory().get("lang")):
        if wish in languages():
            return str(wish)
    return best_language(st.context.locale)

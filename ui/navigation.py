"""The pages in the order of a week, and what stands beside them: the look of the app, the language switch."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from crm_core.i18n import Translator, languages
from ui import address

ROOT = Path(__file__).parent.parent
ASSETS = Path(__file__).parent / "assets"

# Group, then page key (its file below pages/ and its address) with its icon.
PAGES: dict[str, dict[str, str]] = {
    "see": {
        "week": "calendar_view_week",
        "repurchase": "sync",
        "products": "shopping_bag",
        "customers": "groups",
        "forecast": "trending_up",
        "voice": "chat_bubble",
    },
    "act": {"lists": "checklist", "calls": "call", "campaigns": "campaign"},
    "shop": {"data": "upload_file", "health": "health_and_safety", "duplicates": "group_work", "settings": "settings"},
}

ROUTED = "routed"

# The first page answers at the root of the address; who writes its key there is sent to it.
FIRST = "week"
ROOT_NAME = "this_week"


def configure() -> None:
    """Icon and style of every page. Call it before the navigation, which would fetch its icon from a font host."""
    st.set_page_config(page_icon=str(ASSETS / "icon.svg"), layout="wide")
    st.html(ASSETS / "style.css")


def name_window(t: Translator, title: str) -> None:
    """The title of the browser's window."""
    st.set_page_config(page_title=f"{title} · {t('app.name')}")


def pages(t: Translator) -> dict[str, list[Page]]:
    """The pages there are, by the title of their group. An address stays the same in every language."""
    found: dict[str, list[Page]] = {}
    for group, members in PAGES.items():
        files = {key: page_file(key) for key in members}
        entries = [_entry(t, key, files[key], icon) for key, icon in members.items() if files[key].exists()]
        if entries:
            found[t(f"app.group.{group}")] = entries
    next(iter(found.values())).append(_way_to_first(t))
    return found


def page_file(key: str) -> Path:
    """The file of a page by its key, whether it exists yet or not."""
    return ROOT / "pages" / f"{key}.py"


def _entry(t: Translator, key: str, file: Path, icon: str) -> Page:
    # Streamlit keeps the name of the page at the root for itself, though no address ever shows it.
    path = ROOT_NAME if key == FIRST else key
    return st.Page(file, title=t(f"app.page.{key}.name"), icon=f":material/{icon}:", url_path=path)


def _way_to_first(t: Translator) -> Page:
    """The page, never in the menu, that leads from the first page's key to it with all that the address chose."""

    def lead() -> None:
        st.switch_page(page_file(FIRST), query_params=st.query_params.to_dict())

    return st.Page(lead, title=t(f"app.page.{FIRST}.name"), url_path=FIRST, visibility="hidden")


def mark_routed() -> None:
    """Note that this session went through the router."""
    st.session_state[ROUTED] = True


def route_first(t: Translator) -> None:
    """Send a session that did not come through the router back to it.

    Until the first navigation of a server's life, Streamlit takes the folder ``pages`` for an app of its own kind and
    runs a page that is asked for by its address without the router; a navigation call ends that for good.
    """
    if ROUTED not in st.session_state:
        mark_routed()
        configure()
        st.navigation([page for group in pages(t).values() for page in group])
        st.rerun()


def sidebar(t: Translator) -> None:
    """The mark of the app and the language switch."""
    st.logo(ASSETS / "icon.svg", size="large")
    with st.sidebar:
        _language_switch(t)


def _language_switch(t: Translator) -> None:
    key = "language_switch"
    st.session_state[key] = t.language

    def changed() -> None:
        address.choose("lang", st.session_state[key])

    st.segmented_control(
        t("app.language.label"),
        languages(),
        key=key,
        format_func=lambda language: t(f"app.language.{language}"),
        on_change=changed,
        required=True,
        label_visibility="collapsed",
    )

"""What every run of a page stands on: the shop's database, a cursor of its own, settings, language, theme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from crm_core.charts.theme import Theme, theme_named
from crm_core.db import Cursor, Database, database_path
from crm_core.i18n import Translator
from crm_core.settings import ShopSettings, load_settings
from ui import address


@dataclass(frozen=True)
class Visit:
    """One run of one page for one person. The cursor ends with it."""

    page: str
    t: Translator
    theme: Theme
    database: Database
    cursor: Cursor
    settings: ShopSettings

    @property
    def currency(self) -> str:
        """The shop's reporting currency."""
        return self.settings.currency


@st.cache_resource(show_spinner=False)
def _open(path: Path) -> Database:
    return Database(path)


def shop_database() -> Database:
    """The database of this process, opened once. Raises ``DatabaseBusy`` where another process owns it."""
    return _open(database_path().resolve())


def translator() -> Translator:
    """The translator of the person's language."""
    return Translator(address.language())


def theme() -> Theme:
    """The chart colours that fit the theme the browser shows."""
    return theme_named(st.context.theme.type)


@contextmanager
def visit(page: str, t: Translator) -> Iterator[Visit]:
    """Open what a page's run needs, and close its cursor afterwards."""
    database = shop_database()
    with database.cursor() as cursor:
        yield Visit(page, t, theme(), database, cursor, load_settings(cursor))

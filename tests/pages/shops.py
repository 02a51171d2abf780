"""A small shop with orders, members and answers, and the pages of the app opened on it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_core.charts.theme import LIGHT
from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.schema import Kind
from crm_core.settings import load_settings
from tests.core import builders
from ui import session
from ui.session import Visit
from ui.text import WORD_JOINER

APP = Path(__file__).parents[2] / "app.py"
SECONDS = 30
SEED = 20240601
CUSTOMERS = 40
HOSTILE_NAME = "=HYPERLINK('http://evil.example')"
HOSTILE_COMMENT = "**bold** <img src=x onerror=alert(1)> :red[x] $a$ [link](http://evil.example)"


def build(path: Path) -> Path:
    """A shop with random orders, members of whom one has a dangerous name, and answers with comments."""
    chance = random.Random(SEED)
    database = Database(path)
    orders = builders.random_orders(chance, orders=240, customers=CUSTOMERS)
    answers = builders.random_answers(chance, count=90, customers=CUSTOMERS)
    builders.take_in(database, Kind.ORDERS, [builders.order_cells(row) for row in orders])
    builders.take_in(database, Kind.SURVEY, [builders.answer_cells(no, row) for no, row in enumerate(answers)])
    builders.take_in(database, Kind.CUSTOMERS, [_member(number) for number in range(CUSTOMERS)])
    with database.write() as cursor:
        cursor.execute(
            "update answer_mart set comment = case when nps = 0 then ? when nps is not null then 'score ' || nps end",
            [HOSTILE_COMMENT],
        )
    database.close()
    return path


def _member(number: int) -> builders.Document:
    customer = f"c{number:02}"
    return {
        **builders.identifiers(customer),
        "name": HOSTILE_NAME if number == 1 else f"Person {number}",
        "consent_email": {0: "yes", 1: "no", 2: None}[number % 3],
    }


@contextmanager
def served(template: Path | None, folder: Path) -> Iterator[Path]:
    """A copy of a shop (``None``: an empty one) as the database that the app opens; set ``HUIKE_DB`` to it."""
    path = folder / "served.duckdb"
    if template is not None:
        shutil.copy(template, path)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield path
    session.shop_database().close()
    st.cache_resource.clear()


def opened(page: str, **query: str) -> AppTest:
    """A page of the app at an address."""
    app = AppTest.from_file(APP, default_timeout=SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """Everything the page says, without the signs that keep it plain."""
    said = [*app.title, *app.markdown, *app.caption, *app.subheader, *app.text]
    said += [*app.error, *app.warning, *app.info, *app.toast]
    tiles = [f"{metric.label} {metric.value}" for metric in app.metric]
    return "\n".join([*(str(element.value) for element in said), *tiles]).replace("\\", "").replace(WORD_JOINER, "")


@contextmanager
def visit_of(page: str, language: str) -> Iterator[Visit]:
    """What a page's run stands on, for calling its parts directly."""
    database = session.shop_database()
    with database.cursor() as cursor:
        yield Visit(page, Translator(language), LIGHT, database, cursor, load_settings(cursor))

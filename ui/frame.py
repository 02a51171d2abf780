"""The frame of every page: title, answer, error boundary, footer."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from crm_core.errors import CrmError
from crm_core.i18n import Translator, is_defined
from crm_core.ingest.history import imports_of
from crm_core.metrics.spec import Reading
from crm_core.params import Period
from crm_core.periods import data_extent, has_orders
from ui import navigation, session
from ui.empty import no_orders
from ui.remembered import remembered
from ui.session import Visit
from ui.text import plain

log = logging.getLogger("huike.pages")


@contextmanager
def page(key: str, *, needs_orders: bool = True) -> Iterator[Visit]:
    """The frame around a page's work; what goes wrong inside is told in the person's language.

    Without any order in the database a page that needs them shows what to upload instead of its body.
    """
    t = session.translator()
    navigation.route_first(t)
    st.title(t(f"app.page.{key}.title"), anchor=False)
    try:
        with session.visit(key, t) as visit:
            if needs_orders and not has_orders(visit.cursor):
                no_orders(visit)
                st.stop()
            yield visit
    except CrmError as error:
        _show_refusal(t, error)
        st.stop()
    except Exception as error:  # noqa: BLE001 - the one broad except: a person never sees a traceback
        _show_failure(t, _logged(key, error))
        st.stop()


def _show_refusal(t: Translator, error: CrmError) -> None:
    what, remedy = t.error_text(error)
    st.error(f"**{plain(what)}**\n\n{plain(remedy)}")


def _show_failure(t: Translator, reference: str) -> None:
    st.error(f"**{t('app.failure.what')}**\n\n{t('app.failure.remedy', reference=reference)}")


def _logged(key: str, error: Exception) -> str:
    """Log where it broke under a reference number; not the error's message, which may quote a customer's data."""
    reference = uuid4().hex[:8].upper()
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("page %s failed, reference %s, %s\n%s", key, reference, type(error).__name__, where)
    return reference


def answer(sentence: str, how_sure: str = "", *, key: str = "page") -> None:
    """The sentence that answers the page's question, and in a smaller line how sure it is."""
    with st.container(key=f"answer_{key}", gap="xxsmall"):
        st.markdown(plain(sentence))
        if how_sure:
            st.caption(plain(how_sure))


def section(title: str, note: str = "") -> None:
    """A heading within a page."""
    st.subheader(plain(title), anchor=False)
    if note:
        st.caption(plain(note))


def footer(visit: Visit, identified: Reading | None = None, period: Period | None = None) -> None:
    """How far the data goes, how many orders of the period have a known customer, and how many warnings wait."""
    t = visit.t
    parts = []
    extent = remembered(visit, data_extent)
    if extent is not None:
        parts.append(t("app.footer.data_up_to", day=t.date(extent.last_on)))
    if identified is not None and period is not None and is_defined(identified.value):
        days = t.date_range(period.start, period.end)
        parts.append(t("app.footer.identified", share=t.reading_text(identified), days=days))
    warnings = warning_count(visit)
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center", key="footer"):
        st.caption(" · ".join(parts), width="content")
        health = navigation.page_file("health")
        if warnings and health.exists():
            label = t.plural("app.footer.warnings", warnings)
            st.page_link(health, label=plain(label), icon=":material/info:")


def warning_count(visit: Visit) -> int:
    """Warnings of the imports in force, as the history and the page Data health count them."""
    problems = (each for record in imports_of(visit.cursor) if record.undone_at is None for each in record.problems)
    return sum(int(each["count"] or 0) for each in problems if each["severity"] == "warning")

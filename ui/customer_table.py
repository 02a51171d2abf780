"""The table of all customers: search, segment, order and pages; a picked row opens the one-customer view."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from crm_core.export import national_phone
from crm_core.i18n import Translator
from crm_core.metrics.customers import CUSTOMER_ORDERS, CustomerOrder, CustomerPage, customer_page
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import ColumnKind, Unit
from crm_core.params import Params
from ui import address
from ui.download import download_csv
from ui.frame import section
from ui.pager import PAGE_ROWS, offset_of, pager
from ui.remembered import remembered
from ui.session import Visit
from ui.table import Column, show_table

KEY = "customers"
ALL = ""
SEARCH_WIDTH, PICK_WIDTH, ORDER_WIDTH = 360, 168, 230
UNITS: dict[str, Unit | ColumnKind] = {
    "segment": ColumnKind.TEXT,
    "category": ColumnKind.TEXT,
    "rfm_score": ColumnKind.TEXT,
    "last_on": ColumnKind.DATE,
    "frequency": Unit.COUNT,
    "monetary": Unit.MONEY,
    "phone": ColumnKind.TEXT,
    "email": ColumnKind.TEXT,
}
MAY_BE_EMPTY = ("category", "phone", "email")


def customer_search(visit: Visit) -> str:
    """The box to look for somebody; what is searched is never put into the address."""
    search = st.text_input(
        visit.t("customers.table.search"),
        key="customers_search",
        width=SEARCH_WIDTH,
        max_chars=100,
        icon=":material/search:",
    )
    return search.strip()


def customer_table(visit: Visit, params: Params, search: str = "") -> None:
    """One page of the customers that match; picking one puts its reference into the address."""
    t = visit.t
    section(t("customers.table.found" if search else "customers.table.title"), t("customers.table.note"))
    segment, order = _asked(visit)
    offset = offset_of(KEY, (params, search, segment, order))
    found = remembered(
        visit, customer_page, params, visit.settings, search, segment, order, limit=PAGE_ROWS, offset=offset
    )
    frame = shown(t, found)
    columns = table_columns(t, frame)
    picked = show_table(visit, frame, columns, key=KEY, selectable=True)
    with st.container(horizontal=True, vertical_alignment="center", key="under_customers"):
        pager(visit, KEY, offset, len(frame), found.total)
        if len(frame):
            download_csv(t("customers.table.download"), frame, columns, "customers.csv", key=KEY)
    if picked is not None:
        address.choose("customer", str(found.table.frame["customer_reference"].iloc[picked]))
        st.rerun()


def _asked(visit: Visit) -> tuple[str | None, CustomerOrder]:
    """The segment of the address, and the order."""
    t = visit.t
    with st.container(horizontal=True, vertical_alignment="bottom", key="ask_customers"):
        segment = _segment(visit)
        order = st.selectbox(
            t("customers.table.order"),
            CUSTOMER_ORDERS,
            format_func=lambda key: t(f"customers.order.{key}"),
            key="customers_order",
            width=ORDER_WIDTH,
            filter_mode=None,
        )
    return segment, order


def _segment(visit: Visit) -> str | None:
    t, key = visit.t, "customers_segment"
    current = address.chosen("segment")
    st.session_state[key] = current if current in SEGMENT_KEYS else ALL

    def changed() -> None:
        address.choose("segment", st.session_state[key] or None)

    picked = st.selectbox(
        t("customers.table.segment"),
        (ALL, *SEGMENT_KEYS),
        format_func=lambda name: t(f"segments.{name}.name") if name else t("customers.table.all_segments"),
        key=key,
        on_change=changed,
        width=PICK_WIDTH,
        filter_mode=None,
    )
    return picked or None


def table_columns(t: Translator, shown: pd.DataFrame) -> list[Column]:
    """The columns on screen and in the file: who, segment, figures; category and addresses where one is known."""
    units = {key: unit for key, unit in UNITS.items() if key not in MAY_BE_EMPTY or shown[key].notna().any()}
    named = [Column(key, t(f"customers.column.{key}"), unit) for key, unit in units.items()]
    return [Column("who", t("customers.table.who")), *named]


def shown(t: Translator, found: CustomerPage) -> pd.DataFrame:
    """The page's rows as they are read: a name for everyone, segments in words, phones as people write them."""
    frame = found.table.frame.astype(object)
    frame = frame.where(frame.notna(), None)
    named = frame[["name", "email", "phone", "customer_id"]].itertuples(index=False)
    words = pd.DataFrame(
        {
            "who": [who(t, *row) for row in named],
            "segment": [t(f"segments.{key}.name") if key else None for key in frame["segment"]],
            "phone": [national_phone(phone) if phone else None for phone in frame["phone"]],
            "category": list(frame["preferred_category"]),
            "rfm_score": [score or None for score in frame["rfm_score"]],
        },
        dtype=object,
    )
    return words.assign(**found.table.frame[["last_on", "frequency", "monetary", "email"]])


def who(t: Translator, name: str | None, email: str | None, phone: str | None, customer_id: str) -> str:
    """What to call a customer: name, else e-mail, else phone, else the number or account in the files."""
    return name or email or (national_phone(phone) if phone else t("customers.one.nameless", number=customer_id))

"""The marts: tables that every page reads, refreshed for what an import touched, equal to a full rebuild."""

from __future__ import annotations

from crm_core import identity
from crm_core.db import Cursor, model

ORDER_MODELS = ("purchase_mart", "order_mart", "repeated_products", "order_line_mart", "product_purchase_mart")
MARTS = (
    "order_mart",
    "purchase_mart",
    "order_line_mart",
    "product_purchase_mart",
    "product_mart",
    "category_purchase_mart",
    "customer_mart",
    "answer_mart",
    "service_mart",
    "activity_mart",
    "contact_mart",
)


def refresh(cursor: Cursor) -> None:
    """Write the marts again for ``touched_records`` (kind, record_key) and everyone related to them.

    ``touched_imports`` (import_id) names the imports that came or went.

    Call it inside a write transaction, after ``current_records`` has its new state.
    """
    cursor.execute(model("marts/touched"))
    _settle(cursor)


def refresh_people(cursor: Cursor) -> None:
    """Decide anew who is who around ``decided_about`` (identity_key), and write the marts of everyone concerned.

    Call it inside a write transaction, after a decision about identities was made or undone.
    """
    cursor.execute("create or replace temp table touched_records (kind varchar, record_key varchar)")
    cursor.execute("create or replace temp table touched_imports (import_id integer)")
    cursor.execute(model("marts/touched"))
    cursor.execute("insert into touched_identities select identity_key from decided_about")
    _settle(cursor)


def rebuild(cursor: Cursor) -> None:
    """Write identities and marts from nothing but the stored versions."""
    cursor.execute("create or replace temp table touched_records as select kind, record_key from current_records")
    cursor.execute("create or replace temp table touched_imports as select import_id from imports")
    for mart in MARTS:
        cursor.execute(f"delete from {mart}")
    cursor.execute("delete from identities")
    refresh(cursor)


def _settle(cursor: Cursor) -> None:
    identity.refresh(cursor)
    cursor.execute(model("marts/renamed"))
    _rewrite(cursor)


def _rewrite(cursor: Cursor) -> None:
    cursor.execute(model("marts/scope"))
    cursor.execute(model("marts/touched_service"))
    cursor.execute(model("marts/touched_products"))
    cursor.execute(model("marts/earlier_categories"))
    cursor.execute(model("marts/clear"))
    for name in ORDER_MODELS:
        cursor.execute(model(f"marts/{name}"))
    for name in (
        "product_mart",
        "category_purchase_mart",
        "customer_mart",
        "answer_mart",
        "service_mart",
        "activity_mart",
        "contact_mart",
    ):
        cursor.execute(model(f"marts/{name}"))

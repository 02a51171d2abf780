"""Who is the same person: the union of identifiers (DESIGN §5).

A record carries up to three identifiers: an account (member number or marketplace account, with the space that issued
it), an e-mail address and a phone. Records that share one belong to one customer. The customer's id is the smallest of
all identifiers of the group, accounts before addresses before phones: it does not depend on the order of imports.
"""

from __future__ import annotations

from crm_core.db import Cursor, model

PEOPLE_LIMIT = 5
"""With more names than this, an address or phone is shared by several people and links nobody."""


def refresh(cursor: Cursor) -> None:
    """Decide anew who is who around ``touched_identities`` (identity_key).

    Reads the identities that current records use, updates ``identities.customer_id`` and leaves ``touched_customers``
    (customer_id): everyone whose records changed hands or content.
    """
    for step in ("used", "admit", "scope"):
        cursor.execute(model(f"identity/{step}"))
    cursor.execute(
        "create or replace temp table touched_customers as "
        "select distinct customer_id from identity_scope where customer_id <> ''"
    )
    cursor.execute(model("identity/forget_unused"))
    cursor.execute("delete from identity_scope where identity_key not in (select identity_key from identities)")
    cursor.execute(model("identity/links"), {"people_limit": PEOPLE_LIMIT})
    cursor.execute(model("identity/first_labels"))
    while _spread(cursor):
        pass
    cursor.execute(
        "update identities set customer_id = substr(identity_labels.label, 2) from identity_labels "
        "where identities.identity_key = identity_labels.identity_key "
        "and identities.customer_id <> substr(identity_labels.label, 2)"
    )
    cursor.execute(
        "insert into touched_customers select distinct substr(label, 2) from identity_labels "
        "where substr(label, 2) not in (select customer_id from touched_customers)"
    )


def count_people(cursor: Cursor) -> int:
    """How many different people ``staged_people`` tells of, before it is loaded; anonymous records count for nobody."""
    cursor.execute(model("identity/staged_links"))
    cursor.execute(model("identity/first_labels"))
    while _spread(cursor):
        pass
    row = cursor.execute("select count(distinct label) from identity_labels").fetchone()
    return int(row[0]) if row else 0


def _spread(cursor: Cursor) -> bool:
    """Spread the labels one step; returns whether any label changed."""
    cursor.execute("create or replace temp table previous_labels as select * from identity_labels")
    cursor.execute(model("identity/spread_labels"))
    changed = cursor.execute(
        "select count(*) from identity_labels inner join previous_labels using (identity_key) "
        "where identity_labels.label <> previous_labels.label"
    ).fetchone()
    return bool(changed and changed[0])

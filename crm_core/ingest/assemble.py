"""Rows become orders: at import, and again where the owner changes what a status word means."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from crm_core.db import Cursor, model
from crm_core.ingest.row_tables import columns_of, show

JUDGED_COLUMNS = (
    "status",
    "payment_status",
    "fulfil_status",
    "return_status",
    "is_cancelled",
    "order_total",
    "goods_amount",
    "refund_amount",
    "quantity",
    "has_sale_line",
    "content_hash",
)
"""The columns of an order that depend on what its status words mean."""


@dataclass(frozen=True)
class FileRules:
    """What was decided about a whole file.

    ``…_per_line``: the amount is of a line and not of the order. ``subtotal_before``: the subtotal still contains the
    discount. ``has_summary_rows``: a row without a product sums its order up. ``account_space``: who issued the
    customer numbers.
    """

    total_per_line: bool
    subtotal_per_line: bool
    discount_per_line: bool
    refunded_per_line: bool
    subtotal_before: bool
    has_summary_rows: bool
    account_space: str
    shipping_per_line: bool = False
    tax_per_line: bool = False

    def of_lines(self) -> dict[str, bool]:
        """Which amounts are of lines."""
        return {name: value for name, value in asdict(self).items() if name.endswith("_per_line")}


def keep_mixed_rows(cursor: Cursor, rules: FileRules, *, has_mixed_orders: bool) -> None:
    """Make ``staged_mixed_rows``, and ``mixed_orders`` where there are any; without them the tables are empty."""
    if not has_mixed_orders:
        cursor.execute("create or replace temp table mixed_orders (order_no bigint)")
        cursor.execute(
            "create or replace temp table staged_mixed_rows as select *, '' as rules from order_rows limit 0"
        )
        return
    cursor.execute(model("staging/mixed_rows"), {"rules": json.dumps(asdict(rules), sort_keys=True)})


def assemble_orders(cursor: Cursor, rules: FileRules) -> None:
    """Make ``staged_orders`` and ``staged_order_lines`` out of ``order_rows``, which are settled on the way."""
    if cursor.execute("select 1 from mixed_orders limit 1").fetchone():
        cursor.execute(model("staging/settle_line_status"), rules.of_lines())
    cursor.execute(model("staging/summary_rows"), {"has_summary_rows": rules.has_summary_rows})
    money = {**rules.of_lines(), "subtotal_before": rules.subtotal_before}
    cursor.execute(model("staging/orders"), {**money, "account_space": rules.account_space})
    cursor.execute(model("staging/order_lines"))


def judge_anew(cursor: Cursor, field: str, word: str) -> None:
    """Judge the lines of stored orders anew that carry a word. Call it inside ``Database.write``."""
    cursor.execute(model("load/mixed_versions"), {"field": field, "word": word})
    found = cursor.execute("select distinct rules from mixed_versions order by rules").fetchall()
    for (rules,) in found:
        _judge_versions(cursor, rules)


def _judge_versions(cursor: Cursor, rules: str) -> None:
    cursor.execute(
        "create or replace temp table chosen_versions as select version_id from mixed_versions where rules = ?", [rules]
    )
    cursor.execute(model("load/mixed_as_staged"))
    show(cursor, "order_rows", "order_cells", columns_of(cursor, "order_cells"))
    file_rules = FileRules(**json.loads(rules))
    keep_mixed_rows(cursor, file_rules, has_mixed_orders=True)
    assemble_orders(cursor, file_rules)
    judged = ", ".join(f"{column} = staged_orders.{column}" for column in JUDGED_COLUMNS)
    joined = "order_versions.version_id = staged_orders.order_no"
    cursor.execute(f"update order_versions set {judged} from staged_orders where {joined}")
    cursor.execute(model("load/mixed_lines"))

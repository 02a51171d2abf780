"""What a table of products counts by: the product, or its category."""

from __future__ import annotations

from enum import StrEnum

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams
from crm_core.metrics.query import value_of


class By(StrEnum):
    """The kinds of item."""

    PRODUCT = "product"
    CATEGORY = "category"


def kind_of(by: str) -> By:
    """The kind of that name. Raises ``InvalidParams`` for another one."""
    if by not in list(By):
        raise InvalidParams(by=by)
    return By(by)


def item_model(name: str, by: str) -> str:
    """The model of that name over the purchases, lines and names of a kind of item."""
    kind = kind_of(by)
    return model(name).format(items=f"{kind}_items()", lines=f"{kind}_item_lines()", names=f"{kind}_item_names()")


def has_categories(cursor: Cursor) -> bool:
    """Whether the shop's files tell the category of any product."""
    return bool(value_of(cursor, "select exists (from product_mart where category is not null)"))

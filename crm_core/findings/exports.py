"""A file of customers in words: how many it holds, and who is left out of it and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crm_core.i18n import Translator
from crm_core.lists.exports import Remaining
from crm_core.settings import ShopSettings


def remaining_words(found: Remaining, day: date, t: Translator) -> str:
    """How many customers a file for a day holds, of how many."""
    sizes = {"n": t.number(found.customers), "listed": t.number(found.listed)}
    key = "nobody" if not found.customers else "remain" if found.left_out else "all"
    return t(f"exports.page.{key}", day=t.date(day), **sizes)


def reasons_in_words(reasons: Mapping[str, int], settings: ShopSettings, t: Translator) -> str:
    """Who is left out and why."""
    days = t.days(settings.contact_cap_days)
    return t("exports.page.left_join").join(
        t(f"exports.left.{reason}", n=t.number(people), days=days) for reason, people in reasons.items()
    )

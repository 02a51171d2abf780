"""The JSON that the command line prints. Its keys are a contract: they are added to, never renamed (DESIGN §7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import Enum
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crm_core.duplicates import Effect, Review
    from crm_core.health import Health
    from crm_core.ingest.load import Receipt
    from crm_core.ingest.summary import Summary
    from crm_core.metrics.spec import Change, Measured
    from crm_core.params import Params

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


NO_DAY = date(1970, 1, 1)
"""Stands for the days of a shop without data; printed as null."""


def dumps(document: Json) -> str:
    """One JSON document; undefined numbers are null, never NaN."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def import_form(receipt: Receipt, summary: Summary | None = None) -> dict[str, Json]:
    """What an import did; with ``summary`` also what the file's own totals say."""
    form: dict[str, Json] = {
        "import_id": receipt.import_id,
        "kind": receipt.kind.value,
        "platform": receipt.platform,
        "encoding": receipt.encoding,
        "sheet": receipt.sheet,
        "shape": receipt.shape,
        "rows_read": receipt.rows_read,
        "rows_loaded": receipt.rows_loaded,
        "rows_unchanged": receipt.rows_unchanged,
        "rows_rejected": receipt.rows_rejected,
        "orders": receipt.orders,
        "customers": receipt.customers,
        "revenue": plain(receipt.revenue),
        "first_day": plain(receipt.first_day),
        "last_day": plain(receipt.last_day),
        "problems": [plain_record(asdict(problem)) for problem in receipt.problems],
    }
    return form if summary is None else {**form, **_totals(summary)}


def _totals(summary: Summary) -> dict[str, Json]:
    orders = ("lines", "cancelled", "unpaid", "refunded", "anonymous", "gift_lines")
    others = ("answers", "records", "complaints", "open_cases", "interactions", "reached", "open_rows")
    money = ("paid_all", "paid_not_cancelled", "paid_net")
    conversions: list[Json] = [plain_record(asdict(each)) for each in summary.conversions]
    totals = {name: plain(getattr(summary, name)) for name in (*orders, *others, *money)}
    return {**totals, "conversions": conversions}


def health_form(health: Health) -> dict[str, Json]:
    """The health of the data: a list of records under each of its names."""
    form: dict[str, Json] = {"kinds": [*sorted(kind.value for kind in health.kinds)]}
    for name in ("coverage", "channels", "stale", "odd_days", "twice", "problems", "undecided"):
        form[name] = [plain_record(asdict(record)) for record in getattr(health, name)]
    form["waiting"] = plain_record(asdict(health.waiting)) if health.waiting else None
    return form


def metrics_form(params: Params, measured: Mapping[str, Measured]) -> dict[str, Json]:
    """The readings with their comparisons (METRICS §1)."""
    return {
        "as_of": _day(params.as_of),
        "from": _day(params.period.start),
        "to": _day(params.period.end),
        "channel": params.channel,
        "metrics": [_metric_form(item) for item in measured.values()],
    }


def _day(day: date) -> str | None:
    return None if day == NO_DAY else day.isoformat()


def _metric_form(item: Measured) -> dict[str, Json]:
    reading = item.reading
    return {
        "metric": reading.metric,
        "value": plain(reading.value),
        "sample_size": reading.sample_size,
        "low": plain(reading.low),
        "high": plain(reading.high),
        "unit": reading.unit.value,
        "is_thin": reading.is_thin,
        "previous": _change_form(item.previous),
        "last_year": _change_form(item.last_year),
    }


def _change_form(change: Change | None) -> Json:
    if change is None:
        return None
    return {
        "from": change.period.start.isoformat(),
        "to": change.period.end.isoformat(),
        "value": plain(change.reading.value),
        "sample_size": change.reading.sample_size,
        "absolute": plain(change.absolute),
        "relative": plain(change.relative),
    }


def plain_record(record: Mapping[str, object]) -> dict[str, Json]:
    """A record with every value as JSON holds it."""
    return {name: plain(value) for name, value in record.items()}


def plain(value: object) -> Json:
    """One value as JSON holds it: money as a number, days as ISO text, undefined as null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return plain_record(value)
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(type(value))


def duplicates_form(waiting: Review) -> dict[str, Json]:
    """Pairs that are probably one person, with what joining them would change, and the identifiers set aside."""
    pairs: list[Json] = [
        {
            "left": pair.left.customer_id,
            "right": pair.right.customer_id,
            "reasons": list(pair.reasons),
            "likelihood": pair.likelihood,
            "effect": _effect_form(pair.effect),
        }
        for pair in waiting.pairs
    ]
    shared: list[Json] = [
        {
            "kind": contact.named_by.kind,
            "identifier": contact.named_by.identifier,
            "sign": contact.sign,
            "people": contact.people_count,
        }
        for contact in waiting.shared
    ]
    return {
        "pair_count": waiting.pair_count,
        "pairs": pairs,
        "all_together": _effect_form(waiting.all_together),
        "shared_count": waiting.shared_count,
        "shared": shared,
    }


def _effect_form(effect: Effect) -> dict[str, Json]:
    return {
        "customers": [effect.customers_before, effect.customers_after],
        "repeat_customers": [effect.repeat_before, effect.repeat_after],
        "repurchase_rate": [effect.rate_before, effect.rate_after],
    }

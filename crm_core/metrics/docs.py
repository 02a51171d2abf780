"""The page docs/metrics.md, made from the registry and the locale files.

``python -m crm_core.metrics.docs > docs/metrics.md`` writes it anew; a test says when that is due.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache, partial
from importlib import resources
from typing import cast

from crm_core.analysis.hazard import NEAR_DAYS
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import (
    Aggregate,
    Computed,
    DayOfReturn,
    Estimator,
    Interval,
    Metric,
    PeakOfReturn,
    ReturnedWithin,
)
from crm_core.metrics.tables import TABLES

HEAD = """# Every number

Made from `crm_core/metrics/registry.py` and the locale files; do not edit it by hand. A formula is SQL over the rows
of its source, a table macro in `crm_core/sql/views`; a total, its trend and its breakdown evaluate the same SQL.
Undefined is NULL, never zero.
"""

LANGUAGES = ("zh-TW", "en")

INTERVALS = {
    Interval.WILSON: "95 % Wilson interval",
    Interval.NPS: "95 % adjusted Wald interval",
}


def metrics_page() -> str:
    """The whole page as Markdown: every metric by section, then every table with its columns."""
    parts = [HEAD]
    for section in dict.fromkeys(metric.section for metric in METRICS.values()):
        parts.append(f"## {_in_both('section', section)}\n")
        parts.extend(_entry(metric) for metric in METRICS.values() if metric.section == section)
    parts.append("## Tables\n")
    parts.extend(_table_entry(name) for name in TABLES)
    return "\n".join(parts)


@cache
def _texts(language: str) -> dict[str, object]:
    """The words for metrics and tables in one language, as the locale file has them."""
    file = resources.files("crm_core").joinpath("locale", language, "metrics.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _text(language: str, *path: str) -> str:
    found: object = _texts(language)
    for name in path:
        found = cast("dict[str, object]", found)[name]
    return str(found)


def _in_both(*path: str) -> str:
    return " · ".join(_text(language, *path) for language in LANGUAGES)


def _entry(metric: Metric) -> str:
    helps = "\n".join(f"- {_text(language, metric.key, 'help')}" for language in LANGUAGES)
    heading = f"### `{metric.key}`\n\n**{_in_both(metric.key, 'label')}** ({metric.unit.value})\n"
    return f"{heading}\n{helps}\n- {_formula(metric.estimator, metric.source.key)}\n"


def _formula(estimator: Estimator, source: str) -> str:
    """The formula in one line of Markdown."""
    if isinstance(estimator, ReturnedWithin):
        return f"Kaplan–Meier over `{source}`, share back by day {estimator.days}, Greenwood 95 % interval"
    if isinstance(estimator, DayOfReturn):
        return f"Kaplan–Meier over `{source}`, first day with a share of {estimator.share:g} back"
    if isinstance(estimator, PeakOfReturn):
        peak = f"the day of the highest smoothed hazard over `{source}` (`crm_core.analysis.hazard`)"
        return f"share of the returns within ±{NEAR_DAYS} days of {peak}" if estimator.is_share else peak
    if isinstance(estimator, Computed):
        read = estimator.read.func if isinstance(estimator.read, partial) else estimator.read
        return f"computed by `{read.__module__}`"
    return _aggregate_formula(estimator, source)


def _aggregate_formula(formula: Aggregate, source: str) -> str:
    below = f" / `{formula.denominator}`" if formula.denominator else ""
    interval = f"; {INTERVALS[formula.interval]}" if formula.interval in INTERVALS else ""
    return f"`{formula.numerator}`{below} over `{source}`{interval}"


def _table_entry(name: str) -> str:
    spec = TABLES[name]
    columns = ", ".join(f"`{column.key}` ({column.unit.value})" for column in spec.columns)
    options = f"\n- options: {', '.join(f'`{option}`' for option in spec.options)}" if spec.options else ""
    return f"### `{name}`\n\n**{_in_both('table', name, 'title')}**\n\n- columns: {columns}{options}\n"


if __name__ == "__main__":
    sys.stdout.write(metrics_page())

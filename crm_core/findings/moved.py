"""What moved beyond the shop's normal variation, in words, out of the table movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from crm_core.charts.model import records
from crm_core.i18n import Translator
from crm_core.metrics.movements import Kind, Verdict
from crm_core.metrics.spec import Unit

MOVED = (Verdict.HIGH, Verdict.LOW)


@dataclass(frozen=True)
class Movement:
    """One row of the table movements."""

    kind: str
    key: str
    name: str
    unit: str
    value: float | None
    usual: float | None
    weeks: int
    verdict: str

    @property
    def is_up(self) -> bool:
        """Whether it is higher than usual."""
        return self.verdict == Verdict.HIGH

    def words(self, t: Translator, currency: str) -> str:
        """Its value beside what is usual: of products the number of orders."""
        if self.kind == Kind.PRODUCT and self.value is not None:
            return t.plural("change.normal.orders", self.value, usual=t.number(self.usual, 1))
        now, usual = (t.value(value, Unit(self.unit), currency) for value in (self.value, self.usual))
        return t("change.normal.value", now=now, usual=usual)

    def title(self, t: Translator) -> str:
        """What it is called: numbers by their labels."""
        return t(f"metrics.{self.key}.label") if self.kind == Kind.NUMBER else self.name


def all_movements(frame: pd.DataFrame) -> list[Movement]:
    """The rows of the table."""
    return records(frame, Movement)


def moved(rows: Sequence[Movement], kinds: Sequence[Kind]) -> list[Movement]:
    """Those of the kinds that are out of the ordinary, in the order of the table."""
    return [row for row in rows if row.kind in kinds and row.verdict in MOVED]


def is_judged(rows: Sequence[Movement]) -> bool:
    """Whether there are enough weeks to call anything normal."""
    return any(row.verdict != Verdict.UNKNOWN for row in rows)

"""The pieces that answers are worded from."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.i18n import Translator, is_defined
from crm_core.metrics.spec import Change
from crm_core.params import Comparison


@dataclass(frozen=True)
class Answer:
    """The sentence that answers a page's question, and how sure it is."""

    sentence: str
    how_sure: str = ""


def change_words(t: Translator, key: str, change: Change | None, comparison: Comparison) -> str:
    """A change of a share in words, from the texts ``<key>.up``, ``down``, ``same`` and ``none`` of the comparison."""
    if change is None or not is_defined(change.absolute):
        return t(f"{key}.none.{comparison.value}")
    points = t.fixed(abs(float(change.absolute)) * 100, 1)
    if not float(points.replace(",", "")):
        return t(f"{key}.same.{comparison.value}")
    way = "up" if change.absolute > 0 else "down"
    return t(f"{key}.{way}.{comparison.value}", points=t("app.format.percentage_points", n=points))

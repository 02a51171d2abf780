"""Charts of products: who buys them, and who buys them again."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_core.charts.dots import add_dot
from crm_core.charts.model import SQUARE, Chart, heading, nice_ticks, records, row_names, rows_figure, share_axis
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

ROWS = 12
BARS, RATES = (0.0, 0.54), (0.66, 1.0)


@dataclass(frozen=True)
class ProductRow:
    """One product: who bought it, who bought it again, and the rate with its 95 % interval (shares 0..1)."""

    name: str
    buyers: int
    repurchasers: int
    repurchase_rate: float | None
    low: float | None
    high: float | None


def repurchased_products(frame: pd.DataFrame, t: Translator, theme: Theme, rows: int = ROWS) -> Chart:
    """Buyers and, inside them, repurchasers as bars from zero; beside them the rate with its 95 % whiskers.

    The frame has the columns of :class:`ProductRow` and is in the order to be shown.
    """
    seen = records(frame.head(rows), ProductRow)
    figure = rows_figure(theme, [product.name for product in seen], top=34, axis=54)
    if not seen:
        return Chart(figure, t("charts.empty"))
    y = [-row for row in range(len(seen))]
    for heights, colour in (([r.buyers for r in seen], theme.first), ([r.repurchasers for r in seen], theme.repeat)):
        bar = {"orientation": "h", "width": 0.34, "marker_color": colour, "hoverinfo": "skip"}
        figure.add_bar(x=heights, y=y, **bar)
    row_names(figure, theme, [(product.name, _numbers(product, t)) for product in seen])
    for row, product in enumerate(seen):
        if product.repurchase_rate is not None:
            rate, low, high = product.repurchase_rate, product.low, product.high
            add_dot(figure, theme, rate, low, high, row, colour=theme.accent, axis="x2")
    ticks = [tick for tick in nice_ticks(max(product.buyers for product in seen), 2) if tick.is_integer()]
    figure.update_layout(barmode="overlay", xaxis2={**figure.layout.xaxis.to_plotly_json(), "anchor": "y"})
    figure.update_layout(
        xaxis={
            "domain": BARS,
            "range": [0, ticks[-1]],
            "tickvals": ticks,
            "ticktext": [t.number(tick) for tick in ticks],
            "title_text": t("charts.products.people"),
        },
        xaxis2={"domain": RATES, "title_text": t("charts.products.rate"), **_few_ticks(share_axis(t, _highest(seen)))},
    )
    key = [
        (theme.first, SQUARE, t("charts.products.buyers")),
        (theme.repeat, SQUARE, t("charts.products.repurchasers")),
    ]
    heading(figure, theme, "", key)
    best = seen[0]
    words = t(
        "charts.products.alt",
        n=len(seen),
        name=best.name,
        buyers=t.number(best.buyers),
        repurchasers=t.number(best.repurchasers),
        rate=t.share(best.repurchase_rate),
    )
    return Chart(figure, words)


def _few_ticks(axis: dict[str, object]) -> dict[str, object]:
    """Every second tick of an axis of shares: the narrow plot of the rates has no room for more on a phone."""
    return {
        key: value[::2] if isinstance(value, list) and key.startswith("tick") else value for key, value in axis.items()
    }


def _numbers(product: ProductRow, t: Translator) -> str:
    counts = f"{t.number(product.repurchasers)} / {t.number(product.buyers)}"
    return f"{counts} · <b>{t.share(product.repurchase_rate)}</b>"


def _highest(seen: list[ProductRow]) -> float:
    return max([product.high for product in seen if product.high is not None], default=1.0)

"""Charts of one product: when its buyers are back, what it brought each month, in which segments its buyers are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.analysis.survival import ReturnCurve
from crm_core.charts.model import (
    SQUARE,
    Chart,
    blank,
    day_axis,
    heading,
    nice_ticks,
    records,
    row_name,
    rows_figure,
    share_axis,
)
from crm_core.charts.return_line import draw_return_line, marks_listed, marks_of
from crm_core.charts.theme import Theme
from crm_core.i18n import Translator

CURVE_DAYS = 365
MARKS = (30, 90, 180, 365)


def product_curve(curve: ReturnCurve, t: Translator, theme: Theme) -> Chart:
    """The share of a product's buyers who have bought it again by each day, as steps with a 95 % band.

    An upright line marks the day by which a quarter is back.
    """
    figure = blank(theme, 400)
    end = min(CURVE_DAYS, curve.longest_wait)
    if not any(point.returned for point in curve.points if point.days <= end):
        return Chart(figure, t("charts.empty"))
    marks = marks_of(curve, MARKS, end)
    draw_return_line(figure, curve, end, marks, t, theme)
    figure.update_xaxes(
        range=[0, max(1, end) * 1.03],
        tickvals=[day for day in (0, *MARKS) if day <= end],
        title_text=t("product.curve.days"),
    )
    heading(figure, theme, t("product.curve.unit"), [(theme.band, SQUARE, t("charts.band"))])
    return Chart(figure, t("product.curve.alt", n=t.number(curve.customers), marks=marks_listed(marks, t) or "—"))


@dataclass(frozen=True)
class Month:
    """What one month brought, and whether it is over."""

    start: date
    revenue: float
    is_complete: bool


def month_bars(frame: pd.DataFrame, t: Translator, theme: Theme, currency: str) -> Chart:
    """One bar per month from zero; a month that is not over is grey. The frame has the columns of :class:`Month`."""
    figure = blank(theme, 260)
    months = records(frame, Month)
    if not months:
        return Chart(figure, t("charts.empty"))
    days = [month.start for month in months]
    figure.add_bar(
        x=days,
        y=[month.revenue for month in months],
        marker_color=[theme.repeat if month.is_complete else theme.immature for month in months],
        hovertext=[f"{t.month(month.start)}<br>{t.money(month.revenue, currency)}" for month in months],
        hoverinfo="text",
    )
    day_axis(figure, days, t)
    figure.update_xaxes(ticktext=[t.year_month(day) for day in figure.layout.xaxis.tickvals])
    ticks = nice_ticks(max(month.revenue for month in months))
    least = min(0.0, *(month.revenue for month in months)) if len(months) > 1 else min(0.0, months[0].revenue)
    figure.update_yaxes(
        range=[least * 1.05, ticks[-1]], tickvals=ticks, ticktext=[t.compact_money(tick, currency) for tick in ticks]
    )
    running = [] if months[-1].is_complete else [(theme.immature, SQUARE, t("product.months.running"))]
    heading(figure, theme, t("product.months.unit"), running)
    best = max(months, key=lambda month: month.revenue)
    best_words = t.money(best.revenue, currency)
    return Chart(figure, t("product.months.alt", n=len(months), month=t.month(best.start), revenue=best_words))


@dataclass(frozen=True)
class SegmentShare:
    """A segment: its share of the product's buyers, and of all customers (0..1)."""

    segment: str
    buyers: int
    share: float | None
    customer_share: float | None


def segment_bars(frame: pd.DataFrame, t: Translator, theme: Theme) -> Chart:
    """One bar per segment, its share of the buyers; an upright stroke is its share of all customers."""
    segments = [row for row in records(frame, SegmentShare) if row.share is not None]
    figure = rows_figure(theme, [t(f"segments.{row.segment}.name") for row in segments], top=34, axis=54)
    if not segments:
        return Chart(figure, t("charts.empty"))
    for row, segment in enumerate(segments):
        numbers = f"<b>{t.share(segment.share, 0)}</b> · n={t.number(segment.buyers)}"
        row_name(figure, theme, row, t(f"segments.{segment.segment}.name"), numbers)
        colour = theme.segments[segment.segment]
        figure.add_bar(x=[segment.share], y=[-row], orientation="h", width=0.34, marker_color=colour, hoverinfo="skip")
        stroke = {"symbol": "line-ns", "size": 18, "line": {"color": theme.ink, "width": 2}}
        figure.add_scatter(x=[segment.customer_share], y=[-row], mode="markers", marker=stroke, hoverinfo="skip")
    top = max(max(segment.share or 0.0, segment.customer_share or 0.0) for segment in segments)
    figure.update_xaxes(title_text=t("product.segments.axis"), **share_axis(t, top))
    heading(figure, theme, "", [(theme.ink, "┃", t("product.segments.all"))])
    listed = t("charts.comma").join(
        f"{t(f'segments.{row.segment}.name')} {t.share(row.share, 0)} ({t.share(row.customer_share, 0)})"
        for row in segments
    )
    return Chart(figure, f"{t('product.segments.axis')}: {listed}")

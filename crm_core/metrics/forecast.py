"""What customers are likely to do next: the fitted models of METRICS §7, and whether they would have been right before.

Fitted on the shop's own customers as of a date (with a channel: those whose first purchase was in it), times in days,
money in the reporting currency, stand-alone returns left out. With many customers the histories are grouped by weeks of
days, each group with its mean: what that changes is far below what chance does.

The check fits the same model on the first three quarters of the time and holds what it expects of the customers known
by then against what they did in the rest.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from crm_core.analysis import bg_nbd, gamma_gamma
from crm_core.analysis.bg_nbd import BgNbd, Histories
from crm_core.analysis.gamma_gamma import Averages, GammaGamma
from crm_core.db import Cursor, data_version, model
from crm_core.metrics.query import Row, frame_of, rows_of
from crm_core.params import Params

FEWEST_REPEAT_CUSTOMERS = 100
LEARNED_PART = 0.75
DAYS_IN_A_WEEK = 7
# From so many repeat customers on, histories are grouped by weeks.
MANY = 50_000
# A model whose check misses by more than this part says nothing that a shop could rely on.
MOST_MISSED = 0.5

Refusal = Literal["few", "unfit", "missed"]


@dataclass(frozen=True)
class CheckWeek:
    """Purchases from the split to the end of a week: how many there were, and how many the model had expected."""

    week_no: int
    actual: int
    expected: float


@dataclass(frozen=True)
class Check:
    """The model of the first part of the time against the rest; the last week may be cut by the as-of date."""

    first_on: date
    split_on: date
    until_on: date
    customers: int
    weeks: tuple[CheckWeek, ...]

    @property
    def missed_by(self) -> float | None:
        """Expected / actual purchases − 1 over the whole rest: 0.05 is 5 % too many; ``None`` where there were none."""
        last = self.weeks[-1] if self.weeks else None
        return last.expected / last.actual - 1 if last and last.actual else None


@dataclass(frozen=True)
class Forecast:
    """The fitted models; ``refusal`` tells why there is no forecast.

    ``correlation`` is that of the number of repeat purchases with their average value: the value model takes it for
    granted that there is hardly any. ``check`` is ``None`` where the first part of the time has too few to learn from.
    """

    customers: int
    repeat_customers: int
    purchases: BgNbd | None
    worth: GammaGamma | None
    correlation: float | None
    check: Check | None

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing is forecast: too few repeat customers, no model fits, or the check misses by more than half."""
        if self.repeat_customers < FEWEST_REPEAT_CUSTOMERS:
            return "few"
        if self.purchases is None:
            return "unfit"
        missed = self.check.missed_by if self.check else None
        return "missed" if missed is not None and abs(missed) > MOST_MISSED else None

    @property
    def terms(self) -> dict[str, float | None]:
        """What the macros of ``sql/views/customer_forecasts.sql`` take as the model, as one value to bind."""
        names = {"purchases": ("r", "alpha", "a", "b"), "worth": ("p", "q", "gamma")}
        return {name: getattr(getattr(self, part), name, None) for part, of_part in names.items() for name in of_part}


def forecast_of(cursor: Cursor, params: Params) -> Forecast:
    """The models as of a date, fitted once per version of the data on the same cursor."""
    asked: Row = {"version": data_version(cursor), "as_of": params.as_of, "channel": params.channel}
    cursor.execute(model("metrics/kept_forecasts"))
    kept = rows_of(cursor, model("metrics/kept_forecast"), asked)
    if kept:
        return _from_json(str(kept[0]["forecast"]))
    found = _fitted(cursor, params)
    cursor.execute(
        "insert into kept_forecasts values ($version, $as_of, $channel, $text)", asked | {"text": _json(found)}
    )
    return found


def _fitted(cursor: Cursor, params: Params) -> Forecast:
    asked: Row = {"as_of": params.as_of, "channel": params.channel}
    extent = rows_of(cursor, model("metrics/forecast_extent"), asked)[0]
    repeaters = int(str(extent["repeat_customers"]))
    found = Forecast(int(str(extent["customers"])), repeaters, None, None, None, None)
    if repeaters < FEWEST_REPEAT_CUSTOMERS:
        return found
    first_on = extent["first_on"]
    assert isinstance(first_on, date)
    split_on = first_on + timedelta(days=round((params.as_of - first_on).days * LEARNED_PART))
    correlation = extent["correlation"]
    return replace(
        found,
        purchases=bg_nbd.fit(histories_of(cursor, asked, repeaters)),
        worth=gamma_gamma.fit(_averages(cursor, asked)),
        correlation=None if correlation is None else float(str(correlation)),
        check=_check(cursor, params, split_on),
    )


def histories_of(cursor: Cursor, asked: Row, repeaters: int) -> Histories:
    """The histories as of a date, grouped by days, with many repeat customers by weeks."""
    step = DAYS_IN_A_WEEK if repeaters > MANY else 1
    frame = frame_of(cursor, model("metrics/forecast_histories"), {**asked, "step": step})
    return Histories(*(frame[name].to_numpy(float) for name in ("repeats", "last_days", "observed_days", "customers")))


def _averages(cursor: Cursor, asked: Row) -> Averages:
    frame = frame_of(cursor, model("metrics/forecast_values"), asked)
    return Averages(*(frame[name].to_numpy(float) for name in ("repeats", "average", "log_average", "customers")))


def _check(cursor: Cursor, params: Params, split_on: date) -> Check | None:
    """The check at a day; ``None`` where too few had come back by then, or no model fits what was known."""
    known: Row = {"as_of": split_on, "channel": params.channel}
    extent = rows_of(cursor, model("metrics/forecast_extent"), known)[0]
    repeaters, rest = int(str(extent["repeat_customers"])), (params.as_of - split_on).days
    if repeaters < FEWEST_REPEAT_CUSTOMERS or not rest:
        return None
    histories = histories_of(cursor, known, repeaters)
    fitted = bg_nbd.fit(histories)
    if fitted is None:
        return None
    bought = rows_of(
        cursor,
        model("metrics/forecast_check"),
        {"split_on": split_on, "as_of": params.as_of, "channel": params.channel},
    )
    by_week = {int(str(row["week_no"])): int(str(row["purchases"])) for row in bought}
    weeks = range(1, -(-rest // DAYS_IN_A_WEEK) + 1)
    expected = expected_by(fitted, histories, [min(week * DAYS_IN_A_WEEK, rest) for week in weeks])
    so_far = np.cumsum([by_week.get(week, 0) for week in weeks])
    points = zip(weeks, so_far, expected, strict=True)
    told = tuple(CheckWeek(week, int(actual), round(total, 3)) for week, actual, total in points)
    first_on = extent["first_on"]
    assert isinstance(first_on, date)
    return Check(first_on, split_on, params.as_of, int(str(extent["customers"])), told)


def expected_by(fitted: BgNbd, histories: Histories, days: list[int]) -> list[float]:
    """The purchases of all customers together expected within each number of days."""
    active = histories.customers * fitted.active(histories.repeats, histories.last, histories.observed)
    # What somebody active still does depends on x and T alone, so the costly function runs over those only.
    ages, place = np.unique(np.stack([histories.repeats, histories.observed]), axis=1, return_inverse=True)
    weights = np.bincount(place.ravel(), weights=active)
    return [float((weights * fitted.purchases_if_active(ages[0], ages[1], float(day))).sum()) for day in days]


def _json(forecast: Forecast) -> str:
    return json.dumps(asdict(forecast), default=str)


def _from_json(text: str) -> Forecast:
    told = json.loads(text)
    check = told["check"]
    if check:
        days = {name: date.fromisoformat(check[name]) for name in ("first_on", "split_on", "until_on")}
        weeks = tuple(CheckWeek(**week) for week in check["weeks"])
        check = Check(**{**check, **days, "weeks": weeks})
    purchases = BgNbd(**told["purchases"]) if told["purchases"] else None
    worth = GammaGamma(**told["worth"]) if told["worth"] else None
    return Forecast(**{**told, "purchases": purchases, "worth": worth, "check": check})

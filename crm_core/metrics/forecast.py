"""What customers are likely to do next: the fitted models of METRICS §7, and whether they would have been right before.

Fitted on the shop's own customers as of a date (with a channel: those whose first purchase was in it), times in days,
money in the reporting currency, stand-alone returns left out. With many customers similar histories and values are put
together, each group with its mean: what that changes is far below what chance does.

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
from crm_core.metrics.query import Row, frame_of, rows_of, tuples_of, value_of
from crm_core.params import Params

FEWEST_REPEAT_CUSTOMERS = 100
LEARNED_PART = 0.75
DAYS_IN_A_WEEK = 7
# From so many customers on, histories are grouped by two weeks, and average values by hundredths, not thousandths.
MANY = 100_000
FINE, COARSE = 1_000, 100
DAYS_TOGETHER = 14
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
    found = fitted(cursor, params)
    cursor.execute(
        "insert into kept_forecasts values ($version, $as_of, $channel, $text)", asked | {"text": _json(found)}
    )
    return found


def fitted(cursor: Cursor, params: Params) -> Forecast:
    """The models and their check, fitted anew."""
    known = _Known.on(cursor, params.as_of, params.channel)
    found = Forecast(known.customers, known.repeat_customers, None, None, None, None)
    if known.repeat_customers < FEWEST_REPEAT_CUSTOMERS:
        return found
    split_on = known.first_on + timedelta(days=round((params.as_of - known.first_on).days * LEARNED_PART))
    averages, whole = _averages(cursor, params), bg_nbd.fit(known.histories)
    return replace(
        found,
        purchases=whole,
        worth=gamma_gamma.fit(averages),
        correlation=_correlation(averages),
        check=_check(cursor, params, split_on, whole),
    )


def _are_many(cursor: Cursor) -> bool:
    everyone = value_of(cursor, "select count(*) from customer_mart")
    return isinstance(everyone, int) and everyone > MANY


@dataclass(frozen=True)
class _Known:
    """The customers known on a day, as histories, and since when there is one."""

    histories: Histories
    first_on: date

    @classmethod
    def on(cls, cursor: Cursor, day: date, channel: str | None) -> _Known:
        """With many customers grouped by two weeks, else by days."""
        step = DAYS_TOGETHER if _are_many(cursor) else 1
        asked = {"as_of": day, "channel": channel, "step": step}
        frame = frame_of(cursor, model("metrics/forecast_histories"), asked)
        names = ("repeats", "last_days", "observed_days", "customers")
        longest = int(frame["longest"].max()) if len(frame) else 0
        return cls(Histories(*(frame[name].to_numpy(float) for name in names)), day - timedelta(days=longest))

    @property
    def customers(self) -> int:
        """Everyone who has bought."""
        return int(self.histories.customers.sum())

    @property
    def repeat_customers(self) -> int:
        """Those who have bought on two days or more."""
        return int(self.histories.customers[self.histories.repeats > 0].sum())


def _averages(cursor: Cursor, params: Params) -> Averages:
    parts = COARSE if _are_many(cursor) else FINE
    asked = {"as_of": params.as_of, "channel": params.channel, "parts": parts}
    frame = frame_of(cursor, model("metrics/forecast_values"), asked)
    return Averages(*(frame[name].to_numpy(float) for name in ("repeats", "average", "log_average", "customers")))


def _correlation(averages: Averages) -> float | None:
    """Pearson's correlation of how often with how much; ``None`` where one of the two is the same for everyone."""
    people = averages.customers
    if not len(people):
        return None
    often, much = (column - np.average(column, weights=people) for column in (averages.repeats, averages.average))
    spread = float(np.sqrt((people * often**2).sum() * (people * much**2).sum()))
    return float((people * often * much).sum()) / spread if spread else None


def _check(cursor: Cursor, params: Params, split_on: date, whole: BgNbd | None) -> Check | None:
    """The check at a day; ``None`` where too few had come back by then, or no model fits what was known.

    ``whole`` is the model of all the time: only where the search starts, not what it finds.
    """
    known, rest = _Known.on(cursor, split_on, params.channel), (params.as_of - split_on).days
    if known.repeat_customers < FEWEST_REPEAT_CUSTOMERS or not rest:
        return None
    fitted = bg_nbd.fit(known.histories, near=whole)
    if fitted is None:
        return None
    asked = {"split_on": split_on, "as_of": params.as_of, "channel": params.channel}
    bought = dict(tuples_of(cursor, model("metrics/forecast_check"), asked))
    weeks = range(1, -(-rest // DAYS_IN_A_WEEK) + 1)
    expected = expected_by(fitted, known.histories, [min(week * DAYS_IN_A_WEEK, rest) for week in weeks])
    so_far = np.cumsum([bought.get(week, 0) for week in weeks])
    told = tuple(
        CheckWeek(week, int(actual), round(total, 3))
        for week, actual, total in zip(weeks, so_far, expected, strict=True)
    )
    return Check(known.first_on, split_on, params.as_of, known.customers, told)


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

"""The forecast of a shop: SQL says what the model says, sums add up, groups hold the people of their bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from crm_core.analysis.bg_nbd import BgNbd
from crm_core.db import Cursor, Database
from crm_core.lists.groups import group_of, group_size
from crm_core.metrics import forecast
from crm_core.metrics.forecast import Check, CheckWeek, Forecast, forecast_of
from crm_core.metrics.forecast_tables import BANDS, EXPECTED
from crm_core.metrics.measure import measure
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core.builders import Shop
from tests.core.mart_rows import Bought, fill, on, params, shop

SETTINGS = ShopSettings()
CUSTOMERS = 1500
LAST_DAY = 272
UNTIL = on(LAST_DAY)
ASKED = params(LAST_DAY)
CDNOW = Params(date(1997, 9, 30), Period(date(1997, 1, 1), date(1997, 9, 30)))


def drawn_purchases() -> list[Bought]:
    """Customers as the models take them to be: each with a rate, a chance to leave after a purchase, and a worth."""
    chance = np.random.default_rng(4)
    found = []
    for number in range(CUSTOMERS):
        day, rate = float(chance.integers(0, 120)) if number else 0.0, chance.gamma(0.6, 1 / 30)
        leaves, worth = chance.beta(0.8, 2.5), chance.gamma(4, 100)
        days = {int(day)}
        while day <= LAST_DAY:
            days.add(int(day))
            if day > min(days) and chance.random() < leaves:
                break
            day += chance.exponential(1 / rate)
        amounts = [Decimal(round(float(amount), 2)) for amount in chance.gamma(6, worth / 6, len(days))]
        found += [Bought(f"c{number}", day, amount) for day, amount in zip(sorted(days), amounts, strict=True)]
    return found


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("drawn")) as opened:
        fill(opened, drawn_purchases())
        yield opened


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    shop = Shop(tmp_path_factory.mktemp("cdnow") / "huike.duckdb")
    shop.take_in("orders", shared_data / "orders" / "cdnow_sample.csv")
    database = Database(shop.path)
    with database.cursor() as cursor:
        yield cursor
    database.close()


def test_the_published_models_come_out_of_the_shop(cdnow: Cursor) -> None:
    row = table(cdnow, "forecast_model", CDNOW, SETTINGS).frame.iloc[0]
    assert (row["customers"], row["repeat_customers"]) == (2357, 946)
    assert [round(row[name], 3) for name in ("r", "a", "b")] == [0.243, 0.793, 2.426]
    assert row["alpha"] / 7 == pytest.approx(4.414, abs=0.001)
    assert [round(row[name], 2) for name in ("p", "q", "gamma")] == pytest.approx([6.25, 3.74, 15.44], abs=0.011)
    assert abs(row["correlation"]) < 0.15


def test_every_customer_is_told_what_the_model_says(cursor: Cursor) -> None:
    found = forecast_of(cursor, ASKED)
    assert found.purchases is not None
    assert found.worth is not None
    rows = cursor.execute(
        "select customer_id, repeats, last_days, observed_days, spent_again from customer_histories(?, null)", [UNTIL]
    ).df()
    x, last, observed = (rows[name].to_numpy(float) for name in ("repeats", "last_days", "observed_days"))
    spent = rows["spent_again"].to_numpy(float)
    rows = rows.assign(
        active=found.purchases.active(x, last, observed),
        buys_within_90d=found.purchases.buys(x, last, observed, 90),
        expected_purchases_365d=found.purchases.purchases(x, last, observed, 365.0),
        purchase_value=found.worth.value(x, spent / np.maximum(x, 1)),
    ).set_index("customer_id")
    told = table(cursor, "forecast_customers", ASKED, SETTINGS, limit=0).frame.set_index("customer_id")
    assert len(told) == CUSTOMERS
    for name in ("active", "buys_within_90d", "expected_purchases_365d", "purchase_value"):
        assert told[name].to_numpy(float) == pytest.approx(rows.loc[told.index, name].to_numpy(float), rel=1e-9)
    assert list(told["expected_revenue_365d"]) == sorted(told["expected_revenue_365d"], reverse=True)


def test_a_band_holds_the_probabilities_that_it_says(cursor: Cursor) -> None:
    bands = table(cursor, "forecast_bands", ASKED, SETTINGS).frame.set_index("band")
    everyone = table(cursor, "forecast_customers", ASKED, SETTINGS, limit=0).frame
    again = everyone.loc[everyone["frequency"] > 1, "active"]
    for band, (low, high) in BANDS.items():
        if low is None or high is None:
            assert bands.loc[band, "customers"] == CUSTOMERS - len(again)
        else:
            within = (again >= low) & ((again < high) | (high == 1.0))
            assert bands.loc[band, "customers"] == within.sum() > 0


def test_segments_bands_customers_and_metrics_add_up(cursor: Cursor) -> None:
    segments, bands = (table(cursor, name, ASKED, SETTINGS).frame for name in ("forecast", "forecast_bands"))
    everyone = table(cursor, "forecast_customers", ASKED, SETTINGS, limit=0).frame
    readings = measure(cursor, list(EXPECTED), ASKED, SETTINGS)
    assert segments["customers"].sum() == bands["customers"].sum() == CUSTOMERS
    for key in EXPECTED:
        assert segments[key].sum() == pytest.approx(bands[key].sum())
        assert readings[key].value == pytest.approx(segments[key].sum())
    for key in ("expected_purchases_365d", "expected_revenue_365d"):
        assert segments[key].sum() == pytest.approx(everyone[key].astype(float).sum())
    assert (segments["expected_purchases_90d"] <= segments["expected_purchases_365d"]).all()
    again = everyone[everyone["frequency"] > 1]
    assert segments["expected_active_customers"].sum() == pytest.approx(again["active"].sum())
    assert readings["expected_active_customers"].sample_size == len(again)


def test_the_people_of_a_band_are_as_many_as_its_bar_says(cursor: Cursor) -> None:
    terms = forecast_of(cursor, ASKED).terms
    fitted = {name: float(terms[name] or 0) for name in ("r", "alpha", "a", "b")}
    bands = table(cursor, "forecast_bands", ASKED, SETTINGS).frame
    for band, customers in zip(bands["band"], bands["customers"], strict=True):
        assert (
            group_size(cursor, group_of("forecast_band", band=band, **fitted), ASKED, SETTINGS).customers == customers
        )
    everyone = table(cursor, "forecast_customers", ASKED, SETTINGS, limit=0).frame
    likely = group_of("likely_to_buy", at_least=0.5, days=90, **fitted)
    assert group_size(cursor, likely, ASKED, SETTINGS).customers == (everyone["buys_within_90d"] >= 0.5).sum() > 0
    lost = group_of("lost_best", less_than=0.5, top_share=0.2, **fitted)
    gone = bands.loc[bands["band"].isin(["fading", "lost"]), "customers"].sum()
    assert 0 < group_size(cursor, lost, ASKED, SETTINGS).customers < gone


def test_the_check_counts_what_happened_after_the_split_and_nothing_else(cursor: Cursor) -> None:
    check = forecast_of(cursor, ASKED).check
    assert check is not None
    assert check.split_on == on(round(LAST_DAY * 0.75))
    happened = cursor.execute(
        "select count(*) from purchase_mart where purchased_on > ? and purchased_on <= ? and customer_id in "
        "(select customer_id from purchase_mart where purchase_no = 1 and purchased_on <= ?)",
        [check.split_on, UNTIL, check.split_on],
    ).fetchone()
    assert happened is not None
    assert check.weeks[-1].actual == happened[0]
    assert check.missed_by is not None
    assert abs(check.missed_by) < 0.2
    learned = forecast_of(cursor, replace(ASKED, as_of=check.split_on)).purchases
    assert learned is not None
    rows = cursor.execute(
        "select repeats, last_days, observed_days from customer_histories(?, null)", [check.split_on]
    ).fetchnumpy()
    x, last, observed = (np.asarray(rows[name], dtype=float) for name in ("repeats", "last_days", "observed_days"))
    rest = float((UNTIL - check.split_on).days)
    assert check.weeks[-1].expected == pytest.approx(learned.purchases(x, last, observed, rest).sum(), rel=1e-4)


def test_grouped_more_coarsely_nearly_the_same_comes_out(cdnow: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "MANY", 100)
    coarse = forecast.fitted(cdnow, CDNOW)
    fine = forecast_of(cdnow, CDNOW)
    for name, value in fine.terms.items():
        assert coarse.terms[name] == pytest.approx(value, rel=0.05)
    assert fine.check is not None
    assert coarse.check is not None
    assert coarse.check.missed_by == pytest.approx(fine.check.missed_by, abs=0.01)


def test_a_forecast_is_kept_for_its_question_only(cursor: Cursor) -> None:
    found = forecast_of(cursor, ASKED)
    assert forecast_of(cursor, ASKED) == found
    assert forecast_of(cursor, replace(ASKED, as_of=on(240))) != found
    assert forecast_of(cursor, replace(ASKED, channel="nowhere")).customers == 0


def test_of_few_repeat_customers_nothing_is_forecast(cursor: Cursor) -> None:
    early = replace(ASKED, as_of=on(20))
    found = forecast_of(cursor, early)
    assert found.refusal == "few"
    assert 0 < found.repeat_customers < 100
    assert table(cursor, "forecast", early, SETTINGS).frame["expected_revenue_365d"].isna().all()
    assert table(cursor, "forecast_customers", early, SETTINGS).frame.empty
    assert all(reading.value is None for reading in measure(cursor, list(EXPECTED), early, SETTINGS).values())


def test_a_model_that_missed_by_more_than_half_forecasts_nothing() -> None:
    def refusal(expected: float) -> str | None:
        check = Check(UNTIL, UNTIL, UNTIL, 500, (CheckWeek(1, 100, expected),))
        model = forecast_of_one()
        return replace(model, check=check).refusal

    assert [refusal(expected) for expected in (40, 60, 149, 151)] == ["missed", None, None, "missed"]
    assert replace(forecast_of_one(), purchases=None).refusal == "unfit"
    assert Check(UNTIL, UNTIL, UNTIL, 500, (CheckWeek(1, 0, 3.0),)).missed_by is None


def forecast_of_one() -> Forecast:
    return Forecast(500, 300, BgNbd(0.2, 30.0, 0.8, 2.4), None, None, None)

"""The step ladder, the cohorts and the people behind them, against plain Python on random purchases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import nan
from statistics import median

import pandas as pd
import pytest

from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.findings.repurchase import worth_words
from crm_core.i18n import Translator
from crm_core.lists.groups import Value, group_of, group_size
from crm_core.lists.sources import source_members
from crm_core.metrics.measure import BY_CHANNEL, breakdown, measure
from crm_core.metrics.tables import table
from crm_core.params import Params
from crm_core.settings import ShopSettings
from tests import oracle
from tests.core.mart_rows import Bought, Returned, fill, on, params, shop

SETTINGS = ShopSettings()
SUNDAYS = ShopSettings(week_starts_on_sunday=True)
LAST_DAY = 480
CUSTOMERS = 240
# The second of an order that is not in the data: before the first purchase.
RETURNS = (Returned("c3", 200, Decimal(-70)), Returned("c5", 20, Decimal(-30)))


def random_purchases() -> list[Bought]:
    """Customers who come again after some weeks, or do not; a few buy in the other channel first."""
    chance = random.Random(20)
    found = []
    for number in range(CUSTOMERS):
        day, channel = chance.randrange(LAST_DAY), chance.choice(["site", "site", "store"])
        while day <= LAST_DAY:
            found.append(Bought(f"c{number}", day, Decimal(chance.randrange(50, 900)), channel))
            if chance.random() < 0.3:
                break
            day, channel = day + round(chance.gauss(30, 9)) % 90 + 1, chance.choice(["site", "store"])
    return found


PURCHASES = random_purchases()


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("ladder")) as opened:
        fill(opened, PURCHASES, RETURNS)
        yield opened


def histories(last: int, channel: str | None = None) -> dict[str, list[Bought]]:
    """The purchases of every customer up to a day, in order; with a channel, of those whose first was there."""
    found = defaultdict(list)
    for row in sorted(PURCHASES, key=lambda row: row.day):
        if row.day <= last:
            found[row.customer_id].append(row)
    return {customer: own for customer, own in found.items() if channel in (None, own[0].channel)}


def day_of(cell: object) -> date:
    return pd.Timestamp(str(cell)).date()


# ---- the ladder ----


@pytest.mark.parametrize(("last", "channel", "days"), [(LAST_DAY, None, 365), (300, None, 90), (400, "store", 180)])
def test_every_step_is_what_plain_python_counts(cursor: Cursor, last: int, channel: str | None, days: int) -> None:
    frame = table(cursor, "purchase_ladder", params(last, channel=channel), SETTINGS, days=days, steps=6).frame
    people = list(histories(last, channel).values())
    assert frame["step"].tolist() == list(range(1, 7))
    for row in frame.to_dict("records"):
        step = int(row["step"])
        reached = [own for own in people if len(own) >= step]
        came = [len(own) > step for own in reached]
        waits = [(own[step].day if len(own) > step else last) - own[step - 1].day for own in reached]
        gaps = [wait for wait, is_back in zip(waits, came, strict=True) if is_back]
        assert (row["customers"], row["went_on"]) == (len(reached), sum(came))
        expected = oracle.back_within(waits, came, days)
        assert row["return_rate"] == pytest.approx(nan if expected is None else expected, nan_ok=True)
        assert row["observed_gap_median"] == pytest.approx(median(gaps) if gaps else nan, nan_ok=True)
        amounts = [own[step - 1].amount for own in reached]
        assert row["average_order_value"] == pytest.approx(float(sum(amounts)) / len(amounts))
        assert row["is_thin"] == (len(reached) < SETTINGS.thin_below)


def test_the_first_step_is_the_curve_of_the_shop(cursor: Cursor) -> None:
    keys = ["repurchase_within_365d", "reminder_day", "reminder_day_share", "one_time_customers", "repeat_customers"]
    found = measure(cursor, keys, params(LAST_DAY), SETTINGS)
    first = table(cursor, "purchase_ladder", params(LAST_DAY), SETTINGS).frame.iloc[0]
    within = found["repurchase_within_365d"]
    assert (first["return_rate"], first["low"], first["high"]) == (within.value, within.low, within.high)
    assert first["reminder_day"] == found["reminder_day"].value
    assert first["went_on"] == found["repeat_customers"].value
    assert first["customers"] - first["went_on"] == found["one_time_customers"].value


def test_the_reminder_day_is_counted_in_the_second_purchases(cursor: Cursor) -> None:
    found = measure(cursor, ["reminder_day", "reminder_day_share"], params(LAST_DAY), SETTINGS)
    day, share = found["reminder_day"], found["reminder_day_share"]
    gaps = [own[1].day - own[0].day for own in histories(LAST_DAY).values() if len(own) > 1]
    assert isinstance(day.value, int)
    assert day.sample_size == share.sample_size == len(gaps)
    assert share.value == sum(abs(gap - day.value) <= 7 for gap in gaps) / len(gaps)
    assert 20 <= day.value <= 45  # they come again after thirty days or so
    early = measure(cursor, ["reminder_day"], params(60), SETTINGS)["reminder_day"]
    assert (early.value, early.low, early.is_thin) == (None, None, True)
    assert early.sample_size == sum(len(own) > 1 for own in histories(60).values())


def test_every_channel_has_its_own_reminder_day(cursor: Cursor) -> None:
    keys = ["reminder_day", "reminder_day_share"]
    by_channel = breakdown(cursor, keys, params(LAST_DAY), BY_CHANNEL, SETTINGS)
    for channel in ("site", "store"):
        alone = measure(cursor, keys, params(LAST_DAY, channel=channel), SETTINGS)
        assert {key: by_channel[key][channel] for key in keys} == alone


@pytest.mark.parametrize("options", [{"days": 0}, {"days": 9999}, {"steps": 0}, {"steps": 1000}, {"latest": 1}])
def test_a_ladder_of_nonsense_is_refused(cursor: Cursor, options: dict[str, int]) -> None:
    with pytest.raises(InvalidParams):
        table(cursor, "purchase_ladder", params(LAST_DAY), SETTINGS, **options)


# ---- the cohorts ----


def month_of(day: date) -> date:
    return day.replace(day=1)


def week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def sunday_week_of(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7)


def since(start: date, cohort: date, *, by_month: bool) -> int:
    if by_month:
        return (start.year - cohort.year) * 12 + start.month - cohort.month
    return (start - cohort).days // 7


def end_of(cohort: date, k: int, *, by_month: bool) -> date:
    if not by_month:
        return cohort + timedelta(days=7 * k + 6)
    months = cohort.year * 12 + cohort.month + k
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)


CASES = {
    "month": ("cohorts", "cohort", "months_since", month_of, SETTINGS),
    "week": ("cohorts_by_week", "cohort_week", "weeks_since", week_of, SETTINGS),
    "sunday": ("cohorts_by_week", "cohort_week", "weeks_since", sunday_week_of, SUNDAYS),
}


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("channel", [None, "store"])
def test_every_cell_is_what_plain_python_counts(cursor: Cursor, case: str, channel: str | None) -> None:
    name, first_key, since_key, start_of, settings = CASES[case]
    asked = params(400, channel=channel)
    frame = table(cursor, name, asked, settings).frame
    sizes: dict[date, int] = defaultdict(int)
    active: dict[tuple[date, int], set[str]] = defaultdict(set)
    revenue: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for customer, own in histories(400, channel).items():
        cohort = start_of(on(own[0].day))
        sizes[cohort] += 1
        for row in own:
            k = since(start_of(on(row.day)), cohort, by_month=case == "month")
            active[cohort, k].add(customer)
            revenue[cohort, k] += row.amount
        for back in [each for each in RETURNS if each.customer_id == customer]:
            k = since(start_of(on(back.day)), cohort, by_month=case == "month")
            revenue[cohort, max(k, 0)] += back.amount
    cells = {(day_of(row[first_key]), int(row[since_key])): row for row in frame.to_dict("records")}
    last = start_of(asked.as_of)
    assert len(cells) == len(frame) == sum(since(last, cohort, by_month=case == "month") + 1 for cohort in sizes)
    so_far: dict[date, Decimal] = defaultdict(Decimal)
    for (cohort, k), cell in cells.items():
        so_far[cohort] += revenue[cohort, k]
        is_over = end_of(cohort, k, by_month=case == "month") <= asked.as_of
        assert (cell["customers"], cell["active_customers"]) == (sizes[cohort], len(active[cohort, k]))
        assert cell["revenue"] == pytest.approx(float(revenue[cohort, k]))
        assert cell["is_complete"] == is_over
        if is_over:
            assert cell["share"] == len(active[cohort, k]) / sizes[cohort]
            assert cell["cumulative_revenue_per_customer"] == pytest.approx(float(so_far[cohort]) / sizes[cohort])
        else:
            assert pd.isna(cell["share"])
            assert pd.isna(cell["cumulative_revenue_per_customer"])


def test_what_a_customer_has_brought_is_counted_over_months_that_have_ended(cursor: Cursor) -> None:
    asked = params(400)
    frame = table(cursor, "lifetime_value", asked, SETTINGS).frame
    first = {who: month_of(on(own[0].day)) for who, own in histories(400, None).items()}
    paid = [(who, row.day, row.amount) for who, own in histories(400, None).items() for row in own]
    paid += [(back.customer_id, back.day, back.amount) for back in RETURNS]
    for row in frame.to_dict("records"):
        k = int(row["months_since"])
        known = {who for who, month in first.items() if end_of(month, k, by_month=True) <= asked.as_of}
        spent = sum(
            amount
            for who, day, amount in paid
            if who in known and since(month_of(on(day)), first[who], by_month=True) <= k
        )
        assert row["customers"] == len(known)
        assert row["cumulative_revenue_per_customer"] == pytest.approx(float(spent) / len(known))
    assert len(frame) > 12
    told = worth_words(frame, 1, Translator("en"), "TWD")
    assert told.startswith("By the end of month 12 after the first purchase a customer has brought NT$")
    assert worth_words(frame, 10_000, Translator("en"), "TWD") == ""


@pytest.mark.parametrize("name", ["cohorts", "cohorts_by_week"])
def test_the_newest_cohorts_are_the_end_of_all(cursor: Cursor, name: str) -> None:
    every = table(cursor, name, params(LAST_DAY), SETTINGS).frame
    key = every.columns[0]
    newest = sorted(every[key].unique())[-3:]
    expected = every[every[key] >= newest[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(table(cursor, name, params(LAST_DAY), SETTINGS, latest=3).frame, expected)
    with pytest.raises(InvalidParams):
        table(cursor, name, params(LAST_DAY), SETTINGS, latest=0)


def test_ladder_cohorts_and_customers_agree(cursor: Cursor) -> None:
    asked = params(LAST_DAY)
    ladder = table(cursor, "purchase_ladder", asked, SETTINGS, steps=100).frame
    for name in ("cohorts", "cohorts_by_week"):
        frame = table(cursor, name, asked, SETTINGS).frame
        first = frame[frame[frame.columns[1]] == 0]
        assert (first["active_customers"] == first["customers"]).all()
        assert first["customers"].sum() == ladder["customers"].iloc[0] == len(histories(LAST_DAY))
    assert ladder["customers"].sum() == len(PURCHASES)
    assert ladder["went_on"].tolist() == [*ladder["customers"].tolist()[1:], 0]


# ---- the people ----


def size_of(cursor: Cursor, asked: Params, key: str, **values: Value) -> int:
    return group_size(cursor, group_of(key, **values), asked, SETTINGS).customers


@pytest.mark.parametrize("channel", [None, "store"])
def test_behind_every_figure_stand_that_many_people(cursor: Cursor, channel: str | None) -> None:
    asked = params(400, channel=channel)
    for row in table(cursor, "purchase_ladder", asked, SETTINGS, steps=3).frame.to_dict("records"):
        staying = row["customers"] - row["went_on"]
        assert size_of(cursor, asked, "ladder_step", step=int(row["step"])) == staying
    for name, key, since_key in (
        ("cohorts", "cohort", "months_since"),
        ("cohorts_by_week", "cohort_week", "weeks_since"),
    ):
        cells = table(cursor, name, asked, SETTINGS, latest=6).frame
        for cell in cells.sample(4, random_state=1).to_dict("records"):
            first_on, k = day_of(cell[cells.columns[0]]), int(cell[since_key])
            assert size_of(cursor, asked, key, cohort_on=first_on) == cell["customers"]
            active = size_of(cursor, asked, f"{key}_cell", cohort_on=first_on, **{since_key: k})
            assert active == cell["active_customers"]


def test_whose_reminder_is_due_this_week(cursor: Cursor) -> None:
    asked = params(400)
    group = group_of("reminder_due", day=30)
    found = source_members(cursor, group, asked, SETTINGS, ["customer_id"]).frame["customer_id"]
    due = {c for c, own in histories(400).items() if len(own) == 1 and 23 <= 400 - own[0].day <= 37}
    assert due
    assert set(found) == due
    assert size_of(cursor, asked, "reminder_due", day=3) == sum(
        len(own) == 1 and 400 - own[0].day <= 10 for own in histories(400).values()
    )


def names(found: Sequence[Bought]) -> set[str]:
    return {row.customer_id for row in found}


def test_who_bought_first_and_again_in_a_period(cursor: Cursor) -> None:
    span = {"from_on": on(300), "to_on": on(500)}
    people = histories(350).values()
    first = [own[0] for own in people if own[0].day >= 300]
    again = [row for own in people for row in own[1:] if row.day >= 300]
    assert size_of(cursor, params(350), "first_buyers", **span) == len(names(first))
    assert size_of(cursor, params(350), "repeat_buyers", **span) == len(names(again))

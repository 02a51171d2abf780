"""RFM figures, cut points and scores against rows one can check by hand and against NumPy on random shops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest

from crm_core.db import Cursor
from crm_core.metrics import rfm
from crm_core.metrics.segments import SEGMENT_KEYS, segment_of
from crm_core.params import Params
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Returned, fill, on, params, shop

SETTINGS = ShopSettings()


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("rfm")) as opened:
        yield opened


def scores(cursor: Cursor, asked: Params, settings: ShopSettings = SETTINGS) -> dict[str, str]:
    """The three scores of every customer."""
    frame = rfm.rfm(cursor, asked, settings).frame
    return dict(zip(frame["customer_id"], frame["rfm_score"], strict=True))


def every_ten_days(customers: str, purchases: int = 2) -> list[Bought]:
    """Customers a, b, c …: each later in the alphabet bought ten days earlier, and for 100 less."""
    return [
        Bought(customer, 100 - 10 * place - purchase, Decimal(500 - 50 * place))
        for place, customer in enumerate(customers)
        for purchase in range(purchases)
    ]


# Known rows ---------------------------------------------------------------------------------------


def test_figures_of_one_customer(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 0, Decimal("10.5")), Bought("a", 7, Decimal("20.25")), Bought("a", 40, Decimal(5))])
    row = rfm.rfm(cursor, params(9), SETTINGS).frame.iloc[0]
    assert (row["recency_days"], row["frequency"], row["monetary"]) == (2, 2, 30.75)
    assert (row["first_on"].date(), row["last_on"].date(), row["name"]) == (on(0), on(7), "Name a")


def test_scores_by_hand(cursor: Cursor) -> None:
    # Recency 1, 11, 21, 31, 41 days: type-7 quartiles 11, 21, 31. A value on a cut point takes the lower side.
    # Everyone bought twice, so all cut points of frequency are 2 and nobody is above one of them.
    fill(cursor, every_ten_days("abcde"))
    result = rfm.rfm(cursor, params(101), SETTINGS)
    assert result.cuts == rfm.RfmCuts((11, 21, 31), (2, 2, 2), (700, 800, 900), "quantiles", 5)
    assert scores(cursor, params(101)) == {"a": "414", "b": "313", "c": "212", "d": "111", "e": "111"}


def test_frequency_is_cut_by_counts_when_more_than_half_bought_once(cursor: Cursor) -> None:
    once = [Bought(f"once{number}", 10) for number in range(8)]
    more = [Bought(f"times{times}", day) for times in range(2, 8) for day in range(times)]
    fill(cursor, once + more)
    four = rfm.rfm(cursor, params(20), SETTINGS)
    five = rfm.rfm(cursor, params(20), ShopSettings(rfm_bins=5))
    assert (four.cuts.frequency, four.cuts.frequency_rule) == ((1, 2, 3), "counts")
    assert (five.cuts.frequency, five.cuts.frequency_rule) == ((1, 2, 3, 5), "counts")
    assert f_scores(four) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4, 7: 4}
    assert f_scores(five) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5, 7: 5}


def test_exactly_half_bought_once_is_not_more_than_half(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 1), Bought("b", 1), Bought("b", 2)])
    assert rfm.rfm_cuts(cursor, params(5), SETTINGS).frequency_rule == "quantiles"


def f_scores(result: rfm.RfmResult) -> dict[int, int]:
    return dict(zip(result.frame["frequency"], result.frame["f_score"], strict=True))


def test_the_owners_cut_points_win(cursor: Cursor) -> None:
    fill(cursor, every_ten_days("abcde"))
    settings = ShopSettings(
        rfm_recency_cuts=(5, 15, 25), rfm_frequency_cuts=(0, 1, 9), rfm_monetary_cuts=(650.5, 750.5, 999.99)
    )
    result = rfm.rfm(cursor, params(101), settings)
    assert result.cuts == rfm.RfmCuts((5, 15, 25), (0, 1, 9), (650.5, 750.5, 999.99), "owner", 5)
    assert scores(cursor, params(101), settings) == {"a": "434", "b": "333", "c": "233", "d": "132", "e": "131"}


def test_a_return_lowers_monetary_on_its_day_and_not_before(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 1, Decimal(300))], [Returned("a", 5, Decimal("-120.5")), Returned("x", 5, Decimal(-9))])
    assert list(rfm.rfm_table(cursor, params(4), SETTINGS)["monetary"]) == [300]
    assert list(rfm.rfm_table(cursor, params(5), SETTINGS)["monetary"]) == [179.5]


def test_monetary_can_be_the_mean_per_purchase(cursor: Cursor) -> None:
    thirds = [Bought("a", day, Decimal("0.1")) for day in range(3)]
    fill(cursor, [*thirds, Bought("b", 1, Decimal("0.1")), Bought("c", 1, Decimal(1)), Bought("c", 2, Decimal(2))])
    frame = rfm.rfm_table(cursor, params(9), ShopSettings(rfm_monetary_mean=True)).set_index("customer_id")
    assert frame["monetary"].to_dict() == {"a": 0.1, "b": 0.1, "c": 1.5}
    assert frame["m_score"]["a"] == frame["m_score"]["b"]


def test_the_window_holds_its_first_and_its_last_day(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 3), Bought("a", 4), Bought("a", 10), Bought("b", 3), Bought("c", 11)])
    frame = rfm.rfm_table(cursor, params(10, window_days=7), SETTINGS)
    assert frame[["customer_id", "frequency"]].to_numpy().tolist() == [["a", 2]]
    assert frame["first_on"][0].date() == on(3)


def test_a_channel_shows_its_customers_with_the_scores_of_the_whole_shop(cursor: Cursor) -> None:
    rows = [row._replace(channel="shopee" if row.customer_id in "bd" else "site") for row in every_ten_days("abcde")]
    fill(cursor, [*rows, Bought("a", 101, channel="shopee")])
    whole = scores(cursor, params(101))
    assert scores(cursor, params(101, channel="shopee")) == {key: whole[key] for key in "bd"}
    assert rfm.rfm_cuts(cursor, params(101, channel="shopee"), SETTINGS).customers == 5


def test_an_empty_shop_has_empty_tables_and_no_share(cursor: Cursor) -> None:
    fill(cursor, [])
    result = rfm.rfm(cursor, params(1), SETTINGS)
    assert result.frame.empty
    assert result.cuts == rfm.RfmCuts((), (), (), "quantiles", 0)
    assert rfm.pareto(cursor, params(1), SETTINGS).empty
    assert rfm.segments(cursor, params(1), SETTINGS)["customers"].tolist() == [0] * 8
    reading = rfm.top20_revenue_share(cursor, params(1), SETTINGS)
    assert (reading.value, reading.sample_size, reading.is_thin) == (None, 0, True)


def test_a_later_purchase_changes_nothing_before_its_day(cursor: Cursor) -> None:
    rows = every_ten_days("abcdefgh")
    fill(cursor, rows)
    before = rfm.rfm_table(cursor, params(101), SETTINGS)
    fill(cursor, [*rows, Bought("h", 102), Bought("z", 102)])
    pd.testing.assert_frame_equal(rfm.rfm_table(cursor, params(101), SETTINGS), before)


# Revenue curve ------------------------------------------------------------------------------------


def test_top_fifth_is_rounded_up(cursor: Cursor) -> None:
    fill(
        cursor, [Bought(name, 1, Decimal(amount)) for name, amount in zip("abcdef", (50, 30, 10, 5, 3, 2), strict=True)]
    )
    reading = rfm.top20_revenue_share(cursor, params(2), SETTINGS)  # 20 % of 6 customers are 2 customers
    assert (reading.value, reading.sample_size) == (0.8, 6)


def test_revenue_curve_of_few_customers(cursor: Cursor) -> None:
    fill(cursor, [Bought(name, 1, Decimal(amount)) for name, amount in zip("abcd", (10, 60, 30, 0), strict=True)])
    curve = rfm.pareto(cursor, params(2), SETTINGS)
    assert curve["customers"].tolist() == [0, 1, 2, 3, 4]
    assert curve["revenue_share"].tolist() == [0, 0.6, 0.9, 1, 1]


# Segments and map ---------------------------------------------------------------------------------


def test_tables_add_up_to_the_customers(cursor: Cursor) -> None:
    fill(cursor, random_purchases(Random(5), 120))
    result = rfm.rfm(cursor, params(200), SETTINGS)
    table, drawn = rfm.segments(cursor, params(200), SETTINGS), rfm.rfm_map(cursor, params(200), SETTINGS)
    counted = result.frame["segment"].value_counts()
    assert table["segment"].tolist() == list(SEGMENT_KEYS)
    assert table["customers"].tolist() == [counted.get(key, 0) for key in SEGMENT_KEYS]
    assert rfm.segment_counts(cursor, params(200), SETTINGS) == dict(
        zip(table["segment"], table["customers"], strict=True)
    )
    assert table["share"].sum() == pytest.approx(1)
    assert table["revenue_share"].sum() == pytest.approx(1)
    assert table["revenue"].sum() == pytest.approx(result.frame["monetary"].sum())
    assert drawn["revenue"].sum() == pytest.approx(result.frame["monetary"].sum())
    assert (len(drawn), drawn["customers"].sum()) == (16, len(result.frame))


@pytest.mark.parametrize("name", rfm.RFM_TABLES)
def test_a_named_table_has_exactly_its_columns(cursor: Cursor, name: str) -> None:
    fill(cursor, every_ten_days("abc"))
    table = rfm.RFM_TABLES[name](cursor, params(101), SETTINGS)
    assert [column.key for column in table.columns] == table.frame.columns.tolist()


def test_averages_of_a_segment(cursor: Cursor) -> None:
    fill(cursor, random_purchases(Random(6), 80))
    frame = rfm.rfm_table(cursor, params(200), SETTINGS)
    table = rfm.segments(cursor, params(200), SETTINGS).set_index("segment")
    expected = frame.groupby("segment")[["recency_days", "frequency", "monetary"]].mean()
    columns = ["average_recency_days", "average_frequency", "average_monetary"]
    found = table.loc[expected.index.tolist(), columns]
    np.testing.assert_allclose(found.to_numpy(dtype=float), expected.to_numpy(dtype=float))


def test_a_split_cell_names_its_larger_segment_first(cursor: Cursor) -> None:
    rows = random_purchases(Random(7), 150)
    fill(cursor, rows)
    frame = rfm.rfm_table(cursor, params(200), SETTINGS)
    for cell in rfm.rfm_map(cursor, params(200), SETTINGS).itertuples():
        inside = frame[(frame["r_score"] == cell.r_score) & (frame["f_score"] == cell.f_score)][
            "segment"
        ].value_counts()
        assert inside.sum() == cell.customers
        assert set(inside.index) <= {cell.segment, cell.other_segment}
        assert inside.get(cell.segment, 0) >= inside.get(cell.other_segment, 0)


# Oracle on random shops ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    recency: dict[str, int]
    frequency: dict[str, int]
    monetary: dict[str, Fraction]


def random_purchases(random: Random, customers: int) -> list[Bought]:
    """Few distinct amounts and days, so that ties are common."""
    rows = {
        (f"c{random.randrange(customers):03}", random.randrange(0, 200, random.choice((1, 10))))
        for _ in range(customers * random.choice((1, 2, 4)))
    }
    return [
        Bought(who, day, Decimal(random.choice((0, 99, 100, 1280, 33.3333))).quantize(Decimal("0.0001")))
        for who, day in rows
    ]


def figures(rows: list[Bought], returns: list[Returned], as_of: int, mean: bool) -> Figures:
    """The three figures in plain Python."""
    mine: dict[str, list[Bought]] = {}
    for row in rows:
        if row.day <= as_of:
            mine.setdefault(row.customer_id, []).append(row)
    back = {key: sum(Fraction(r.amount) for r in returns if r.customer_id == key and r.day <= as_of) for key in mine}
    money = {key: sum((Fraction(row.amount) for row in mine[key]), Fraction(0)) + back[key] for key in mine}
    return Figures(
        {key: as_of - max(row.day for row in group) for key, group in mine.items()},
        {key: len(group) for key, group in mine.items()},
        {key: total / len(mine[key]) if mean else total for key, total in money.items()},
    )


def type_7(values: list[Fraction], share: Fraction) -> Fraction:
    """Hyndman and Fan's seventh quantile, exactly."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def expected_scores(values: dict[str, Fraction], bins: int, *, fewer_is_better: bool = False) -> dict[str, int]:
    cuts = [type_7(list(values.values()), Fraction(cut, bins)) for cut in range(1, bins)]
    if fewer_is_better:
        return {key: 1 + sum(cut > value for cut in cuts) for key, value in values.items()}
    return {key: 1 + sum(cut < value for cut in cuts) for key, value in values.items()}


def expected_frequency_scores(frequency: dict[str, int], bins: int) -> dict[str, int]:
    if 2 * sum(times == 1 for times in frequency.values()) <= len(frequency):
        return expected_scores({key: Fraction(times) for key, times in frequency.items()}, bins)
    cuts = (1, 2, 3) if bins == 4 else (1, 2, 3, 5)
    return {key: 1 + sum(cut < times for cut in cuts) for key, times in frequency.items()}


@pytest.mark.parametrize("bins", [4, 5])
@pytest.mark.parametrize("seed", range(6))
def test_scores_agree_with_exact_arithmetic(cursor: Cursor, seed: int, bins: int) -> None:
    random = Random(seed)
    rows = random_purchases(random, random.choice((3, 17, 60)))
    returns = [Returned(row.customer_id, row.day + 3, Decimal("-50.0001")) for row in random.sample(rows, 2)]
    fill(cursor, rows, returns)
    mean = seed % 2 == 1
    told = figures(rows, returns, 150, mean)
    rounded = {key: Fraction(round(value * 10_000), 10_000) for key, value in told.monetary.items()}
    r = expected_scores({key: Fraction(days) for key, days in told.recency.items()}, bins, fewer_is_better=True)
    f = expected_frequency_scores(told.frequency, bins)
    m = expected_scores(rounded, bins)
    settings = ShopSettings(rfm_bins=bins, rfm_monetary_mean=mean)
    assert scores(cursor, params(150), settings) == {key: f"{r[key]}{f[key]}{m[key]}" for key in told.recency}


@pytest.mark.parametrize("bins", [4, 5])
def test_cut_points_agree_with_numpy(cursor: Cursor, bins: int) -> None:
    fill(cursor, random_purchases(Random(11), 70))
    result = rfm.rfm(cursor, params(199), ShopSettings(rfm_bins=bins))
    shares = [cut / bins for cut in range(1, bins)]
    np.testing.assert_allclose(result.cuts.recency, np.quantile(result.frame["recency_days"], shares))
    np.testing.assert_allclose(result.cuts.monetary, np.quantile(result.frame["monetary"], shares), atol=0.0001)


def test_row_order_is_irrelevant_and_equal_customers_score_equal(cursor: Cursor) -> None:
    rows = random_purchases(Random(3), 50)
    twins = [row._replace(customer_id=f"twin-{row.customer_id}") for row in rows]
    fill(cursor, rows + twins)
    first = rfm.rfm(cursor, params(199), SETTINGS)
    cursor.execute("create or replace temp table shuffled as select * from purchase_mart order by hash(customer_id)")
    cursor.execute("delete from purchase_mart")
    cursor.execute("insert into purchase_mart select * from shuffled order by purchased_on desc")
    again = rfm.rfm(cursor, params(199), SETTINGS)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    told = scores(cursor, params(199))
    assert all(told[row.customer_id] == told[f"twin-{row.customer_id}"] for row in rows)


def test_segment_in_sql_is_that_of_the_map(cursor: Cursor) -> None:
    fill(cursor, random_purchases(Random(4), 90))
    for bins in (4, 5):
        frame = rfm.rfm_table(cursor, params(199), ShopSettings(rfm_bins=bins))
        cells = zip(frame["r_score"], frame["f_score"], frame["m_score"], strict=True)
        assert frame["segment"].tolist() == [segment_of(r, f, m, bins) for r, f, m in cells]


def test_nothing_after_the_as_of_date_is_used(cursor: Cursor) -> None:
    fill(cursor, [Bought("a", 0), Bought("b", 50)])
    assert rfm.rfm_table(cursor, params(49), SETTINGS)["customer_id"].tolist() == ["a"]
    assert params(49).as_of == date(2024, 2, 19)


# Published data -----------------------------------------------------------------------------------

CDNOW = Path(__file__).parents[2].parent / "shared" / "data" / "orders" / "cdnow_sample.csv"


@pytest.mark.skipif(not CDNOW.exists(), reason="the published order files are not beside the project")
def test_revenue_share_of_the_best_fifth_of_cdnow(cursor: Cursor) -> None:
    file = pd.read_csv(CDNOW, dtype=str)
    file["amount"] = file["amount"].map(Decimal)
    days = file.groupby(["customer_id", "ordered_on"], as_index=False)["amount"].sum()
    first = date(1997, 1, 1)
    rows = [
        Bought(who, (date.fromisoformat(day) - first).days, amount)
        for who, day, amount in days.itertuples(index=False, name=None)
    ]
    fill(cursor, rows)
    reading = rfm.top20_revenue_share(cursor, params((date(1997, 9, 30) - first).days), SETTINGS)
    assert (round(reading.value or 0, 4), reading.sample_size) == (0.6335, 2357)

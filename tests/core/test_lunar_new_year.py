"""Lunar New Year against the astronomy that defines it, and the days it makes comparable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import radians, sin

import pytest

from crm_core.analysis.lunar_new_year import NEW_YEAR_DAYS, matching_last_year, season_of
from crm_core.db import Cursor, Database
from crm_core.findings.week import week_answer, week_findings
from crm_core.i18n import Translator
from crm_core.metrics.change import revenue_change
from crm_core.metrics.measure import compare
from crm_core.metrics.repurchase_tables import revenue_by_week
from crm_core.params import Comparison, Params, Period
from crm_core.periods import data_extent
from crm_core.settings import ShopSettings
from tests.shop_rows import fill_marts

J2000 = datetime(2000, 1, 1, 12)
BEIJING = timedelta(hours=8)
MEAN_MONTH = 29.530588861


def new_moon(number: int) -> datetime:
    """The new moon of that number (0: January 2000) in Beijing: Meeus, Astronomical Algorithms, chapter 49."""
    k, t = number, number / 1236.85
    e = 1 - 0.002516 * t
    sun = radians(2.5534 + 29.1053567 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2)
    latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    node = radians(124.7746 - 1.56375588 * k)
    mean = 2451550.09766 + MEAN_MONTH * k + 0.00015437 * t**2
    bent = (
        -0.40720 * sin(moon) + 0.17241 * e * sin(sun) + 0.01608 * sin(2 * moon) + 0.01039 * sin(2 * latitude)
        + 0.00739 * e * sin(moon - sun) - 0.00514 * e * sin(moon + sun) + 0.00208 * e * e * sin(2 * sun)
        - 0.00111 * sin(moon - 2 * latitude) - 0.00057 * sin(moon + 2 * latitude) + 0.00056 * e * sin(2 * moon + sun)
        - 0.00042 * sin(3 * moon) + 0.00042 * e * sin(sun + 2 * latitude) + 0.00038 * e * sin(sun - 2 * latitude)
        - 0.00024 * e * sin(2 * moon - sun) - 0.00017 * sin(node)
        + 0.000325 * sin(radians(299.77 + 0.107408 * k)) + 0.000165 * sin(radians(251.88 + 0.016321 * k))
    )  # fmt: skip
    return J2000 + timedelta(days=mean + bent - 2451545) - timedelta(seconds=70) + BEIJING


def sun_longitude(moment: datetime) -> float:
    """The sun's apparent longitude in degrees at a moment of Beijing: Meeus, chapter 25, low accuracy."""
    t = (moment - BEIJING - J2000) / timedelta(days=36525)
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (1.914602 - 0.004817 * t) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    node = radians(125.04 - 1934.136 * t)
    true = 280.46646 + 36000.76983 * t + centre
    return (true - 0.00569 - 0.00478 * sin(node)) % 360


def month_starts(year: int) -> list[date]:
    """The days with a new moon from October of a year to March after the next."""
    first = round((year - 2000 + 0.75) * 12.3685)
    return [new_moon(number).date() for number in range(first, first + 20)]


def part_of_the_sky(day: date) -> int:
    """Which twelfth of its way the sun is in at the start of a day; a new one begins with each principal term."""
    return int(sun_longitude(datetime(day.year, day.month, day.day)) // 30)


def first_month(year: int) -> date:
    """New Year's Day by the rule of 1645: the solstice is in month 11; the first month without a principal term is the
    leap month where there are 13 between two of them."""
    starts = month_starts(year - 1)
    # Month 11 holds the winter solstice, longitude 270° = 9 x 30°; a month can hold two principal terms.
    elevenths = [
        number
        for number in range(len(starts) - 1)
        if part_of_the_sky(starts[number]) in (7, 8) and part_of_the_sky(starts[number + 1]) in (9, 10)
    ]
    from_eleventh, to_eleventh = elevenths[:2]
    months = range(from_eleventh, to_eleventh)
    empty = [n for n in months if part_of_the_sky(starts[n]) == part_of_the_sky(starts[n + 1])]
    leap = empty[0] if len(months) == 13 else None
    ordinary = [n for n in months if n != leap]
    return starts[ordinary[2]]


@pytest.mark.parametrize("year", NEW_YEAR_DAYS)
def test_the_days_are_those_of_the_moon_and_the_sun(year: int) -> None:
    assert first_month(year) == NEW_YEAR_DAYS[year]


def test_fifty_one_years_with_known_anchors() -> None:
    assert list(NEW_YEAR_DAYS) == list(range(2000, 2051))
    # The late one after the leap month 11 of 2033, the latest and the earliest.
    assert NEW_YEAR_DAYS[2034] == date(2034, 2, 19)
    assert max(day.replace(year=2001) for day in NEW_YEAR_DAYS.values()) == date(2001, 2, 19)
    assert min(day.replace(year=2001) for day in NEW_YEAR_DAYS.values()) == date(2001, 1, 22)


def matched(start: str, days: int = 7, country: str = "TW") -> Period | None:
    first = date.fromisoformat(start)
    period = Period(first, first + timedelta(days=days - 1))
    return matching_last_year(period, period.last_year(), country)


def test_a_week_before_the_festival_meets_the_one_as_far_before_it() -> None:
    # 17 February 2026 and 29 January 2025 are 384 days apart.
    assert matched("2026-02-09") == Period(date(2025, 1, 21), date(2025, 1, 27))
    # 22 January 2023 and 1 February 2022: the season reaches to the turn of the year.
    assert matched("2022-12-30") == Period(date(2022, 1, 9), date(2022, 1, 15))


def test_an_ordinary_week_does_not_meet_a_festive_one() -> None:
    # Five weeks before New Year's Day 2026 is no season, but 52 weeks back from it is.
    assert season_of(2026) == Period(date(2026, 1, 27), date(2026, 3, 3))
    assert matched("2026-01-12") == Period(date(2024, 12, 24), date(2024, 12, 30))
    assert matched("2023-12-25") is None  # Christmas against Christmas
    assert matched("2026-06-01") is None
    assert matched("2026-03-09") is None


def test_only_where_the_festival_is_kept_and_the_stretch_is_short() -> None:
    assert matched("2026-02-09", country="GB") is None
    assert matched("2026-02-09", country="HK") is not None
    assert matched("2026-01-19", days=42) is not None
    assert matched("2026-01-19", days=43) is None
    assert matched("2051-02-06") is None


# -------------------------------------------------------------------------------------------------- what is compared

FIRST = date(2024, 12, 23)
TAIWAN, ELSEWHERE = ShopSettings(), ShopSettings(country="GB")
FESTIVE = Period(date(2026, 2, 9), date(2026, 2, 15))  # the eighth to the second day before 17 February 2026
MATCHING = Period(date(2025, 1, 21), date(2025, 1, 27))  # as far before 29 January 2025
SAME_WEEK = Period(date(2025, 2, 10), date(2025, 2, 16))  # 52 weeks back


def worth(day: date) -> int:
    """What the day's only order is worth: another amount every day."""
    return 1000 + (day - FIRST).days


def worth_of(period: Period) -> int:
    return sum(worth(period.start + timedelta(days=n)) for n in range(period.days))


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    database = Database(tmp_path_factory.mktemp("shop") / "huike.duckdb")
    days = [FIRST + timedelta(days=n) for n in range((date(2026, 3, 15) - FIRST).days)]
    lines = [
        {
            "order_id": f"o{day}",
            "customer": f"c{day.weekday()}",
            "ordered_at": datetime.combine(day, time(12)),
            "channel": "site",
            "status": "valid",
            "qty": 1,
            "price": Decimal(worth(day)),
            "refund": Decimal(0),
            "sku": "TEA",
        }
        for day in days
    ]
    with database.write() as writing:
        fill_marts(writing, lines)
    with database.cursor() as reading:
        yield reading
    database.close()


@pytest.mark.parametrize(("settings", "earlier"), [(TAIWAN, MATCHING), (ELSEWHERE, SAME_WEEK)])
def test_every_comparison_with_last_year_takes_the_matching_days(
    cursor: Cursor, settings: ShopSettings, earlier: Period
) -> None:
    params = Params(FESTIVE.end, FESTIVE)
    (row,) = revenue_change(cursor, params, settings, compare="last_year").to_dict("records")
    assert (row["revenue"], row["revenue_before"]) == (worth_of(FESTIVE), worth_of(earlier))
    change = compare(cursor, ["revenue"], params, settings)["revenue"].last_year
    assert change is not None
    assert (change.period, change.reading.value) == (earlier, worth_of(earlier))
    weeks = revenue_by_week(cursor, Params(FESTIVE.end, Period(date(2025, 12, 29), FESTIVE.end)), settings)
    assert weeks["revenue_last_year"].iloc[-1] == worth_of(earlier)
    assert weeks["revenue_last_year"].iloc[0] == worth_of(Period(date(2024, 12, 30), date(2025, 1, 5)))


def test_a_festive_week_that_is_cut_meets_as_many_days(cursor: Cursor) -> None:
    params = Params(FESTIVE.start + timedelta(days=2), FESTIVE)
    (row,) = revenue_change(cursor, params, TAIWAN, compare="last_year").to_dict("records")
    assert row["revenue_before"] == worth_of(Period(MATCHING.start, MATCHING.start + timedelta(days=2)))


@pytest.mark.parametrize(("language", "days"), [("en", "Jan 21"), ("zh-TW", "2025年1月21日至27日")])
def test_the_page_says_which_days_last_year_means(cursor: Cursor, language: str, days: str) -> None:
    extent = data_extent(cursor)
    assert extent is not None
    t, params = Translator(language), Params(FESTIVE.end, FESTIVE)
    found = week_findings(cursor, params, TAIWAN, extent)
    said = week_answer(found, Comparison.LAST_YEAR, t).how_sure
    assert days in said
    assert t("change.festive", days="|").split("|")[0] in said
    assert days not in week_answer(found, Comparison.PREVIOUS, t).how_sure
    assert days not in week_answer(week_findings(cursor, params, ELSEWHERE, extent), Comparison.LAST_YEAR, t).how_sure

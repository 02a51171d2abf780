"""The day's call sheet: whom, in which order, how many; against plain Python, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from random import Random

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.findings.calls import list_words, pace_words
from crm_core.findings.contacts import source_name
from crm_core.i18n import Translator
from crm_core.lists.assumed import assumed_for
from crm_core.lists.call_sheet import (
    AT_RISK,
    Basis,
    CallSheet,
    Pace,
    SheetPlan,
    call_sheet,
    calls_that_fit,
    pace_of,
    reach_of,
)
from crm_core.lists.call_sheet_file import (
    ListWords,
    headings,
    list_names,
    sheet_csv,
    sheet_page,
    sheet_rows,
    sheet_xlsx,
)
from crm_core.lists.campaigns import CampaignPlan, arm_of, freeze
from crm_core.lists.conditions import All, condition
from crm_core.lists.contactable import Channel
from crm_core.lists.groups import group_of
from crm_core.lists.saved import save_list
from crm_core.lists.sources import Source, source_members, source_text
from crm_core.lists.workload import weekly_sizes, workload
from crm_core.metrics.customers import customer_reference
from crm_core.settings import ShopSettings
from tests.core.mart_rows import Bought, Row, fill, insert, on, params, shop

SETTINGS = ShopSettings(contact_failed_calls=3, contact_cap_days=10)
TODAY = 300
ASKED = params(TODAY)
LISTS: tuple[Source, ...] = ("win_back", "top_spenders", "silent_best", "care_7", "one_time_30_60")


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("sheet")) as opened:
        yield opened


def plan(*sources: Source, hours: float = 2, people: int = 1, **assumed: float) -> SheetPlan:
    return SheetPlan(on(TODAY), sources, people, hours, {f"list:{key}": share for key, share in assumed.items()})


def call(number: int, who: str, day: int, outcome: str, at: time = time(9), source: str | None = None) -> Row:
    return {
        "contact_key": f"call-{number:05}",
        "customer_id": who,
        "contacted_at": datetime.combine(on(day), at),
        "contacted_on": on(day),
        "has_time": True,
        "is_day_told": True,
        "channel": "phone",
        "outcome": outcome,
        "agent": "Mei",
        "source": source,
    }


def open_shop(cursor: Cursor, purchases: list[Bought], calls: list[Row] = []) -> None:  # noqa: B006
    fill(cursor, purchases)
    for table in ("contact_mart", "campaigns", "campaign_members", "campaign_identifiers", "identities", "saved_lists"):
        cursor.execute(f"delete from {table}")
    cursor.execute("update customer_mart set phone = '+8869' || right('0000000' || hash(customer_id) % 100000000, 8)")
    insert(cursor, "contact_mart", calls)


def random_purchases(random: Random) -> list[Bought]:
    days = {(f"c{int(60 * random.random() ** 2):02}", random.randrange(0, TODAY + 10)) for _ in range(150)}
    amounts = (Decimal(0), Decimal(100), Decimal("99.5"), Decimal(5000))
    return [Bought(who, day, random.choice(amounts)) for who, day in sorted(days)]


def random_calls(random: Random) -> list[Row]:
    told = [
        (f"c{random.randrange(60):02}", random.randrange(TODAY - 90, TODAY), random.choice(RESULTS)) for _ in range(90)
    ]
    return [call(number, *row) for number, row in enumerate(told)]


RESULTS = ("reached", "not_reached", "not_reached", "refused")


def expected_rows(
    cursor: Cursor, purchases: list[Bought], calls: list[Row], sheet: CallSheet
) -> dict[str, tuple[float, str, set[str]]]:
    """Stake × chance × reach, the list, and the other lists of everyone who may be called."""
    bought: dict[str, list[Bought]] = {}
    for row in sorted(purchases, key=lambda row: row.day):
        if row.day <= TODAY:
            bought.setdefault(row.customer_id, []).append(row)
    everything = [float(row.amount) for rows in bought.values() for row in rows]
    mean = sum(everything) / len(everything)
    found: dict[str, tuple[float, str, set[str]]] = {}
    lists = {
        key: set(source_members(cursor, key, ASKED, SETTINGS, ["customer_id"]).frame["customer_id"]) for key in LISTS
    }
    for who, rows in bought.items():
        on_lists = {str(key) for key, people in lists.items() if who in people}
        if not on_lists or not may_be_called(who, calls):
            continue
        usual = (sum(float(row.amount) for row in rows) + 3 * mean) / (len(rows) + 3)
        year = sum(float(row.amount) for row in rows if row.day >= rows[-1].day - 364)
        reach = sheet.reach[min(in_vain(who, calls), 3)]
        worth = {key: (max(year, usual) if key in AT_RISK else usual) * assumed_for(key) for key in on_lists}
        best = max((str(key) for key in LISTS if key in on_lists), key=lambda key: worth[key])
        found[who] = (worth[best] * reach, best, on_lists - {best})
    return found


def calls_of(who: str, calls: list[Row]) -> list[Row]:
    own = [row for row in calls if row["customer_id"] == who]
    return sorted(own, key=lambda row: (row["contacted_at"], row["contact_key"]), reverse=True)


def in_vain(who: str, calls: list[Row]) -> int:
    outcomes = [row["outcome"] for row in calls_of(who, calls)]
    return next((place for place, told in enumerate(outcomes) if told != "not_reached"), len(outcomes))


def may_be_called(who: str, calls: list[Row]) -> bool:
    own = calls_of(who, calls)
    is_capped = any(row["outcome"] in ("reached", "refused") and row["contacted_on"] > on(TODAY - 10) for row in own)  # type: ignore[operator]
    return in_vain(who, calls) < 3 and not is_capped and not any(row["outcome"] == "refused" for row in own)


@pytest.mark.parametrize("seed", range(5))
def test_the_sheet_agrees_with_plain_python(cursor: Cursor, seed: int) -> None:
    random = Random(seed)
    purchases, calls = random_purchases(random), random_calls(random)
    open_shop(cursor, purchases, calls)
    sheet = call_sheet(cursor, plan(*LISTS, hours=24), ASKED, SETTINGS)
    expected = expected_rows(cursor, purchases, calls, sheet)
    rows = sheet.rows
    assert set(rows["customer_id"]) == set(expected)
    assert rows["customer_id"].is_unique
    assert sheet.callable == len(expected) < sheet.fits
    assert len(expected) > 5
    for who, told, place, also in zip(rows["customer_id"], rows["priority"], rows["list"], rows["also"], strict=True):
        priority, best, others = expected[who]
        assert told == pytest.approx(priority)
        assert LISTS[place] == best
        assert {LISTS[other] for other in also} == others
    assert rows["priority"].is_monotonic_decreasing
    short = call_sheet(cursor, plan(*LISTS, hours=0.2), ASKED, SETTINGS)
    assert short.fits == calls_that_fit(short.pace, 1, 0.2)
    assert short.rows["customer_id"].tolist() == rows["customer_id"].tolist()[: short.fits]
    asked = sum(sheet.left_out.values()) + sheet.callable
    assert asked == len(set().union(*(set(people_on(cursor, key)) for key in LISTS)))


def test_a_group_that_asks_about_two_days_is_told_of_both(cursor: Cursor) -> None:
    open_shop(cursor, random_purchases(Random(1)), [])
    move = group_of("segment_move", then_on=on(TODAY - 60), from_segment="not_yet", to_segment="new")
    expected = set(people_on(cursor, move))
    assert expected
    call_sheet(cursor, plan("silent_best", move), ASKED, SETTINGS)
    called = cursor.execute("select customer_id from called_people where place = 1").fetchall()
    assert {who for (who,) in called} == expected


def people_on(cursor: Cursor, key: Source) -> list[str]:
    return list(source_members(cursor, key, ASKED, SETTINGS, ["customer_id"]).frame["customer_id"])


def test_a_single_purchase_is_drawn_towards_the_shops_mean(cursor: Cursor) -> None:
    """Shop mean (1000 + 100 + 100 + 100) / 4 = 325; (1000 + 3 × 325) / 4 = 493.75; (300 + 3 × 325) / 6 = 212.5."""
    regular = [Bought("b", day) for day in (TODAY - 50, TODAY - 20, TODAY - 7)]
    open_shop(cursor, [Bought("a", TODAY - 7, Decimal(1000)), *regular])
    rows = call_sheet(cursor, plan("care_7", care_7=0.2), ASKED, SETTINGS).rows
    assert rows["customer_id"].tolist() == ["a", "b"]
    assert rows["stake"].tolist() == [493.75, 212.5]
    assert rows["priority"].tolist() == pytest.approx([98.75, 42.5])


def test_where_somebody_may_be_lost_a_year_is_at_stake(cursor: Cursor) -> None:
    """Only the year up to the last purchase counts: three times 900, not the 900 of 366 days before."""
    days = (TODAY - 130 - 366, TODAY - 130 - 364, TODAY - 132, TODAY - 130)
    later = [Bought(f"z{number}", TODAY - 5, Decimal(10)) for number in range(4)]
    open_shop(cursor, [*(Bought("a", day, Decimal(900)) for day in days), *later, *gapped()])
    rows = call_sheet(cursor, plan("silent_best"), ASKED, SETTINGS).rows.set_index("customer_id")
    assert rows.loc["a", "stake"] == 2700


def gapped() -> list[Bought]:
    """Many who come back after ten days, so that the shop has a rhythm."""
    return [Bought(f"y{number}", day, Decimal(1)) for number in range(9) for day in (TODAY - 20, TODAY - 10)]


def test_pace_is_the_setting_until_the_log_tells_it(cursor: Cursor) -> None:
    """Thirty calls in two hours of the clock are 15 an hour; older ones and those without a time say nothing."""
    calls = [call(n, "a", TODAY - 3, "not_reached", time(9 + n % 2, n)) for n in range(30)]
    old = [call(100 + n, "a", TODAY - 28, "reached", time(15)) for n in range(50)]
    open_shop(cursor, [Bought("a", 1)], calls[:29] + old)
    assert pace_of(cursor, on(TODAY), SETTINGS) == Pace(12.0, 0)
    open_shop(cursor, [Bought("a", 1)], calls + old)
    assert pace_of(cursor, on(TODAY), SETTINGS) == Pace(15.0, 30)
    assert calls_that_fit(Pace(15.0, 30), 2, 1.5) == 45
    assert calls_that_fit(Pace(0.1, 0), 1, 0.1) == 1


def test_times_that_were_filled_in_tell_no_pace(cursor: Cursor) -> None:
    """Forty calls in one minute and seventy in one hour were not timed; 45 calls in four other hours were."""
    at_once = [call(n, "a", TODAY - 1, "not_reached", time(18)) for n in range(40)]
    too_many = [call(50 + n, "a", TODAY - 2, "reached", time(10, n * 50 // 60, n * 50 % 60)) for n in range(70)]
    open_shop(cursor, [Bought("a", 1)], at_once + too_many)
    found = pace_of(cursor, on(TODAY), SETTINGS)
    assert found == Pace(12.0, 0, 110)
    assert "110" in pace_words(found, Translator("en"))
    others = [{**call(200 + n, "a", TODAY - 1, "reached", time(18, n)), "agent": f"agent {n % 3}"} for n in range(30)]
    twice = [call(300 + n, "a", TODAY - 3, "reached", time(9, n // 2)) for n in range(15)]
    open_shop(cursor, [Bought("a", 1)], at_once + too_many + others + twice)
    assert pace_of(cursor, on(TODAY), SETTINGS) == Pace(45 / 4, 45, 110)


def test_chance_to_be_reached_falls_with_calls_in_vain(cursor: Cursor) -> None:
    """Of 40 first calls 20 are answered; of the 20 called again 5, too few calls to tell."""
    first = [call(n, f"p{n:02}", TODAY - 60, "reached" if n < 20 else "not_reached") for n in range(40)]
    second = [call(100 + n, f"p{n:02}", TODAY - 50, "reached" if n < 25 else "not_reached") for n in range(20, 40)]
    open_shop(cursor, [Bought("a", 1)], first + second)
    assert reach_of(cursor, on(TODAY)) == (0.5, 0.5, 0.5, 0.5)
    more = [call(200 + n, f"q{n:02}", TODAY - day, "not_reached") for n in range(10) for day in (60, 50)]
    open_shop(cursor, [Bought("a", 1)], first + second + more)
    assert reach_of(cursor, on(TODAY)) == (0.4, 5 / 30, 5 / 30, 5 / 30)


def test_chance_of_a_list_comes_from_its_own_calls_once_there_are_thirty(cursor: Cursor) -> None:
    """Thirty reached, the first six bought within 14 days, one a day too late."""
    people = [f"p{number:02}" for number in range(30)]
    calls = [call(n, who, TODAY - 100, "reached", source="list:care_7") for n, who in enumerate(people)]
    back = [Bought(who, TODAY - 100 + days) for who, days in zip(people, (0, 1, 5, 9, 13, 14, 15), strict=False)]
    open_shop(cursor, [*(Bought(who, TODAY - 107) for who in people), *back], calls)
    asked = plan("care_7", "care_30", care_7=0.9, care_30=0.3)
    found = call_sheet(cursor, asked, ASKED, SETTINGS).chances
    assert [(each.chance, each.basis, each.sample_size) for each in found] == [
        (0.2, Basis.LOG, 30),
        (0.3, Basis.ASSUMED, 0),
    ]
    fewer = call_sheet(cursor, asked, replace(ASKED, as_of=on(TODAY - 87)), SETTINGS)
    assert fewer.chances[0].basis is Basis.ASSUMED


def test_the_sheet_of_a_campaign_holds_its_contacted_group_and_nobody_else(cursor: Cursor) -> None:
    people = [f"c{number}" for number in range(20)]
    open_shop(cursor, [Bought(who, TODAY - 40) for who in people])
    cursor.execute(
        "insert into identities select customer_id, 'shop:' || customer_id, null, phone, name, customer_id "
        "from customer_mart"
    )
    wanted = CampaignPlan("Calls", Channel.PHONE, on(TODAY), seed=7, holdout_share=0.5)
    number = freeze(cursor, All(()), ASKED, SETTINGS, wanted, by="Mei", moment=datetime(2024, 10, 27, 9))
    held_out = set(people_on(cursor, arm_of(number, "held_out")))
    assert len(held_out) == 10
    everyone = plan(arm_of(number, "contacted"), "one_time_30_60", hours=24)
    sheet = call_sheet(cursor, everyone, ASKED, SETTINGS)
    assert set(sheet.rows["customer_id"]) == set(people) - held_out
    assert sheet.left_out == {"held_out": 10}
    other = call_sheet(cursor, plan("one_time_30_60", hours=24), ASKED, SETTINGS)
    assert other.rows.empty
    reached, in_vain, *_ = sorted(set(people) - held_out)
    insert(cursor, "contact_mart", [call(0, reached, TODAY, "reached"), call(1, in_vain, TODAY, "not_reached")])
    twice = replace(SETTINGS, contact_cap_count=2)
    left = call_sheet(cursor, plan(arm_of(number, "contacted"), hours=24), ASKED, twice)
    assert set(left.rows["customer_id"]) == set(people) - held_out - {reached}
    assert other.left_out == {"held_out": 10, "contacted_lately": 10}


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    for sources, hours, share in (((), 1.0, 0.1), (("care_7",), 0.0, 0.1), (("care_7",), 1.0, 1.2)):
        with pytest.raises(InvalidParams):
            SheetPlan(on(TODAY), sources, 1, hours, {"list:care_7": share})


def test_contacts_tell_their_list_by_its_name(cursor: Cursor) -> None:
    open_shop(cursor, [Bought("a", TODAY - 40)])
    t = Translator("en")
    wanted = CampaignPlan("Calls", Channel.PHONE, on(TODAY), seed=7)
    number = freeze(cursor, All(()), ASKED, SETTINGS, wanted, by="Mei", moment=datetime(2024, 10, 27, 9))
    tree = All((condition("purchases", "at_least", 3),))
    save_list(cursor, "Our best", tree, "Mei", datetime(2024, 10, 27, 9))
    unknown = arm_of(number + 1, "contacted")
    names = {
        "list:win_back": t("lists.win_back.name"),
        source_text(arm_of(number, "contacted")): t("calls.form.campaign", name="Calls"),
        source_text(tree): "Our best",
        source_text(unknown): list_words(cursor, unknown, t, "TWD").name,
        **{
            text: text for text in ("Promo 12:30", "list:gone", "group:cohort:5", 'group:cohort:{"cohort_on": 5}', "茶")
        },
    }
    assert {text: source_name(cursor, text, t, "TWD") for text in names} == names


# Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_files_hold_harmless_texts_and_what_comes_back(cursor: Cursor, language: str) -> None:
    open_shop(cursor, [Bought("a", TODAY - 7, Decimal(1000)), Bought("b", TODAY - 7)])
    cursor.execute(
        "update customer_mart set name = '=HYPERLINK(\"x\")<b>', phone = '+886912345678' where customer_id = 'a'"
    )
    t = Translator(language)
    sheet = call_sheet(cursor, plan("care_7", "top_spenders"), ASKED, SETTINGS)
    words = [list_words(cursor, source, t, "TWD") for source in sheet.plan.sources]
    rows = sheet_rows(sheet, words, t, datetime(2024, 10, 27, 9, 30, 5))
    heads = headings(t)
    assert len(set(heads.values())) == len(heads)
    told = list(csv.DictReader(io.StringIO(sheet_csv(rows, t).decode("utf-8-sig"))))
    assert [row[heads["name"]] for row in told] == ['\'=HYPERLINK("x")<b>', "Name b"]
    assert told[0][heads["phone"]] == "0912-345-678"
    assert told[0][heads["source"]] == t("lists.care_7.name")
    assert told[0][heads["also"]] == t("lists.top_spenders.name")
    assert told[0][heads["contact_id"]] == "20241027-093005-1"
    assert told[0][heads["customer_ref"]] == customer_reference("a")
    assert (told[0][heads["contacted_on"]], told[0][heads["outcome"]]) == (on(TODAY).isoformat(), "")
    book = load_workbook(io.BytesIO(sheet_xlsx(rows, t)))
    page = book.active
    place = list(heads).index("outcome") + 1
    (offered,) = page.data_validations.dataValidation
    assert str(offered.sqref) == f"{get_column_letter(place)}2:{get_column_letter(place)}3"
    assert t("contacts.outcome.not_reached") in offered.formula1
    assert page.cell(2, 2).value == '=HYPERLINK("x")<b>'
    assert page.cell(2, 2).data_type == "s"
    printed = sheet_page(rows, t, "T", "N", "TWD").decode()
    assert "&lt;b&gt;" in printed
    assert "<b>" not in printed
    assert "0912-345-678" in printed


def test_a_sheet_calls_no_two_lists_the_same() -> None:
    names = list_names([ListWords(name, "") for name in ("Spring", "Spring\n(2)", "Spring", " Spring", "x" * 300)])
    assert names == ["Spring", "Spring (2)", "Spring (3)", "Spring (4)", "x" * 199 + "…"]


# Workload ---------------------------------------------------------------------------------------


def test_workload_counts_the_lists_week_by_week(cursor: Cursor) -> None:
    """One bought 7 days ago, two 14 days ago, one 9 days ago: 30 in three weeks."""
    days = (7, 14, 14, 9)
    open_shop(cursor, [Bought(f"c{n}", TODAY - ago) for n, ago in enumerate(days)])
    found = workload(cursor, ASKED, replace(SETTINGS, contacts_per_hour=2, contact_hours=1))
    assert (found.fits, found.pace) == (2, Pace(2, 0))
    told = {entry.key: entry for entry in found.lists}
    assert told["care_7"].customers == {-28: 0, -21: 0, -14: 0, -7: 2, 0: 1, 7: 0, 14: 0, 21: 0}
    assert told["care_30"].customers == {-28: 0, -21: 0, -14: 0, -7: 0, 0: 0, 7: 0, 14: 0, 21: 1}
    assert (told["care_7"].days, told["care_7"].growth) == (0.5, 1)
    assert not any(key.startswith("segment_") for key in told)
    few = workload(cursor, ASKED, SETTINGS, ["care_30"])
    weeks = {entry.key: entry.customers for entry in few.lists}
    assert weeks == {
        "top_spenders": {0: told["top_spenders"].customers[0]},
        "care_7": {0: 1},
        "care_30": told["care_30"].customers,
    }
    for key in told:
        assert (
            dict(weekly_sizes(cursor, ASKED, SETTINGS, [key])[key]) | {0: told[key].customers[0]} == told[key].customers
        )

"""What customers say, held against rows that can be checked by hand."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal

import pandas as pd
import pytest

from crm_core.analysis.intervals import AttitudeCounts, nps_difference, wilson
from crm_core.analysis.survival import WaitCount, return_curve
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.lists.groups import Value, group_of
from crm_core.lists.sources import source_members
from crm_core.metrics.attitude_tables import attitude_curves
from crm_core.metrics.measure import default_as_of, measure
from crm_core.metrics.nps_tables import kinds_known
from crm_core.metrics.tables import table
from crm_core.metrics.themes import (
    OTHER,
    Theme,
    are_own,
    forget_themes,
    marked,
    save_themes,
    theme_of,
    themes,
)
from crm_core.metrics.voice_tables import comment_page
from crm_core.params import Params, Period
from crm_core.periods import answers_extent
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import take_in
from tests.core.mart_rows import Bought, fill, insert, on, params, shop
from tests.shop_rows import attitude_of

SETTINGS = ShopSettings(thin_below=3)
LAST = 200  # the last day with an order

# Who bought on which day; the best fifth of the ten is ann and bob, whose revenue is the highest.
PURCHASES = [
    *(Bought("ann", day, Decimal(900)) for day in (0, 40, 190)),
    *(Bought("bob", day, Decimal(800)) for day in (0, 100)),
    *(Bought("cat", day) for day in (10, 60, 70)),
    *(Bought("dan", day) for day in (20, 120, 160)),
    *(Bought(name, 30) for name in ("eve", "fay", "gus", "hal", "ida")),
    Bought("joe", LAST),
]
PRODUCTS = [
    ("ann", 0, "tea"),
    ("ann", 40, "cake"),
    ("ann", 40, "cup"),
    ("ann", 190, "tea"),
    ("cat", 60, "cake"),
    ("dan", 20, "tea"),
]
# Customer, day, score, comment. Waves: days 50–62, then 100–110 after a silence of more than 21 days, then 230.
ANSWERS: list[tuple[str | None, int, int | None, str | None]] = [
    ("ann", 50, 2, "The delivery was late, 包裝破了"),
    ("cat", 60, 9, "I am happy"),
    ("dan", 62, 8, None),
    (None, 62, 10, "The APP is slow"),
    ("ann", 100, 3, "太貴"),
    ("ann", 110, 4, None),
    ("dan", 110, 9, "不便宜"),
    ("eve", 110, None, "出貨快、價格好"),
    ("joe", 230, 10, None),
]
# Told twice, in other words: the latest counts.
SOURCES: dict[tuple[str | None, int], str] = {("dan", 62): "Instagram", ("dan", 110): "朋友介紹 "}
CITIES = {"ann": "台北市", "cat": "台北市", "dan": "高雄市"}


def at(day: int) -> datetime:
    return datetime.combine(on(day), time(12))


def answer_rows() -> list[dict[str, object]]:
    return [
        {
            "answer_key": f"a{number}",
            "customer_id": customer,
            "submitted_at": at(day),
            "answered_on": on(day),
            "channel": None,
            "nps": score,
            "attitude": attitude_of(score),
            "is_nps_asked": True,
            "nps_text": None if score is None else str(score),
            "comment": comment,
            "source_heard": SOURCES.get((customer, day)),
            "answers": "{}",
        }
        for number, (customer, day, score, comment) in enumerate(ANSWERS)
    ]


def complaint(
    key: str, customer: str | None, opened: int, closed: int | None, topic: str = "破損"
) -> dict[str, object]:
    return {
        "service_key": key,
        "customer_id": customer,
        "opened_at": at(opened),
        "opened_on": on(opened),
        "closed_at": None if closed is None else at(closed),
        "closed_on": None if closed is None else on(closed),
        "topic": topic,
        "is_closed": closed is not None,
        "is_complaint": True,
    }


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cursor]:
    with shop(tmp_path_factory.mktemp("opinions")) as opened:
        fill(opened, PURCHASES)
        plain = {"purchase_no": 1, "product_purchase_no": 1, "quantity": 1, "net_amount": 1}
        bought = [
            {"customer_id": who, "product_key": what, "purchased_on": on(day), **plain} for who, day, what in PRODUCTS
        ]
        insert(opened, "product_purchase_mart", bought)
        insert(opened, "answer_mart", answer_rows())
        for who, city in CITIES.items():
            opened.execute(
                "update customer_mart set city = ?, email = ? where customer_id = ?", [city, f"{who}@x", who]
            )
        opened.execute("update customer_mart set source_heard = 'Google 搜尋' where customer_id = 'eve'")
        opened.execute("update customer_mart set source_heard = '朋友' where customer_id in ('fay', 'gus')")
        cases = [
            complaint("c1", "ann", 10, 35),  # bought on day 40: within one cycle
            complaint("c2", "bob", 90, 101),  # bought on day 100, before it was closed, and never since
            complaint("c3", "cat", 5, 10),  # bought on the day of closing, and again on day 60
            complaint("c4", "joe", 195, 199),  # bought on day 200, but the cycle has not passed
            complaint("c5", "eve", 60, None, "太慢"),
            complaint("c6", None, 20, 25),
        ]
        insert(opened, "service_mart", cases)
        yield opened


def rows(cursor: Cursor, name: str, asked: Params, **options: str) -> pd.DataFrame:
    return table(cursor, name, asked, SETTINGS, **options).frame


def people(cursor: Cursor, key: str, **values: Value) -> set[str]:
    found = source_members(cursor, group_of(key, **values), params(LAST), SETTINGS, ["customer_id"])
    return set(found.frame["customer_id"])


PERIOD = {"from_on": on(0), "to_on": on(250)}
ALL = params(250)


# ------------------------------------------------------------------------------------------------------ who says what


def counts_of(frame: pd.DataFrame, group: str | None) -> tuple[int, int, int]:
    found = frame[frame["group"].isna() if group is None else frame["group"] == group].iloc[0]
    return int(found["promoters"]), int(found["passives"]), int(found["detractors"])


def test_the_products_are_those_of_the_last_purchase_before_the_answer(cursor: Cursor) -> None:
    frame = rows(cursor, "nps_by", ALL, by="product")
    # ann's last answer is of day 110, after cake and cup on day 40; her tea of day 190 came later. dan had bought tea.
    assert set(frame["group"].dropna()) == {"cake", "cup", "tea"}
    assert counts_of(frame, "tea") == (1, 0, 0)
    assert counts_of(frame, "cake") == (1, 0, 1)
    assert counts_of(frame, "cup") == (0, 0, 1)
    assert people(cursor, "attitude_after_product", attitude="detractor", product_key="cup", **PERIOD) == {"ann"}
    cup = frame[frame["group"] == "cup"].iloc[0]
    everyone = AttitudeCounts(4, 0, 1)
    test = nps_difference(AttitudeCounts(0, 0, 1), AttitudeCounts(everyone.promoters, 0, 0))
    assert test is not None
    assert (cup["difference"], cup["p_value"]) == (pytest.approx(test.difference), pytest.approx(test.p_value))


def test_city_and_tenure_group_the_latest_answer_of_everyone(cursor: Cursor) -> None:
    cities = rows(cursor, "nps_by", ALL, by="city")
    assert counts_of(cities, "台北市") == (1, 0, 1)
    assert counts_of(cities, "高雄市") == (1, 0, 0)
    assert counts_of(cities, None) == (2, 0, 0)
    assert people(cursor, "attitude_in_city", attitude="promoter", city="台北市", **PERIOD) == {"cat"}
    tenures = rows(cursor, "nps_by", ALL, by="tenure")
    assert list(tenures["group"].dropna()) == ["up_to_90_days", "up_to_1_year"]
    assert counts_of(tenures, "up_to_1_year") == (1, 0, 1)  # ann after 110 days, dan after 90
    assert people(cursor, "attitude_by_tenure", attitude="detractor", tenure="up_to_1_year", **PERIOD) == {"ann"}


def test_without_an_option_every_kind_is_listed_and_each_adds_up(cursor: Cursor) -> None:
    frame = rows(cursor, "nps_by", ALL)
    total = measure(cursor, ["nps_answers"], ALL, SETTINGS)["nps_answers"].value
    sums = frame.groupby("by")["answers"].sum()
    assert set(sums[["segment", "channel", "first_channel", "city", "tenure"]]) == {total}
    assert not frame["is_different"].any()  # so few answers cannot be told apart
    assert set(kinds_known(cursor, ALL)) == {"segment", "product", "city", "tenure", "wave"}
    with pytest.raises(InvalidParams):
        rows(cursor, "nps_by", ALL, by="shoe size")


# -------------------------------------------------------------------------------------------------------------- waves


def test_a_wave_ends_with_a_silence_and_counts_everyone_once(cursor: Cursor) -> None:
    frame = rows(cursor, "survey_waves", ALL)
    assert list(frame["start"]) == [on(50), on(100), on(230)]
    assert list(frame["end"]) == [on(62), on(110), on(230)]
    assert list(frame["answers"]) == [4, 2, 1]  # ann once in the second wave, anonymous answers each
    assert list(frame["respondents"]) == [3, 3, 1]
    assert frame["response_rate"].isna().all()  # nobody knows who was asked
    # Known with an address by the first day: ann, cat and dan.
    assert list(frame["reachable"]) == [3, 3, 3]
    # Who joins on the first day of a wave was not known before it.
    joined = {"customer_id": "new", "email": "new@x", "joined_on": on(50), "has_line": False, "purchase_count": 0}
    insert(cursor, "customer_mart", [joined])
    assert list(rows(cursor, "survey_waves", ALL)["reachable"]) == [3, 4, 4]
    cursor.execute("delete from customer_mart where customer_id = 'new'")
    first = measure(cursor, ["nps"], Params(on(250), Period(on(50), on(62))), SETTINGS)["nps"]
    assert frame["nps"][0] == first.value
    by_wave = rows(cursor, "nps_by", ALL, by="wave")
    assert list(by_wave["group"]) == [str(on(day)) for day in (50, 100, 230)]


def test_the_response_rate_is_of_those_who_were_sent_a_survey(cursor: Cursor) -> None:
    def sent(customer: str, day: int, subject: str) -> dict[str, object]:
        when = {"acted_at": at(day), "acted_on": on(day)}
        what = {"channel": "edm", "subject": subject, "action": "send", "action_count": 1}
        return {"activity_key": f"{customer}{day}", "action_no": 1, "customer_id": customer, **when, **what}

    # The first wave starts on day 50: an invitation counts from two weeks before it.
    asked = [sent(name, day, "滿意度調查") for name, day in (("ann", 49), ("bob", 49), ("cat", 36), ("hal", 62))]
    others = [sent("eve", 49, "母親節特價"), sent("dan", 35, "滿意度調查")]
    insert(cursor, "activity_mart", [*asked, *others])
    try:
        wave = rows(cursor, "survey_waves", ALL).iloc[0]
        assert (wave["invited"], wave["response_rate"]) == (4, 0.5)
        assert (wave["response_low"], wave["response_high"]) == wilson(2, 4)
    finally:
        cursor.execute("delete from activity_mart")


def test_answers_that_never_pause_are_cut_by_month(database: Database) -> None:
    plain = answer_rows()[1]
    days = range(0, 100, 5)
    steady = [{**plain, "answer_key": f"s{day}", "submitted_at": at(day), "answered_on": on(day)} for day in days]
    with database.write() as cursor:
        insert(cursor, "answer_mart", steady)
        frame = rows(cursor, "survey_waves", ALL)
    assert [(day.month, day.day) for day in frame["start"]] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert list(frame["answers"]) == [1, 1, 1, 1]  # the same customer, once in each


# ------------------------------------------------------------------------------------------------- answers and money


def test_the_best_who_never_answered_are_silent_and_not_happy(cursor: Cursor) -> None:
    frame = rows(cursor, "nps_by_money", ALL).set_index(["worth", "attitude"])["customers"]
    assert dict(frame["best"]) == {"promoter": 0, "passive": 0, "detractor": 1, "silent": 1}
    # eve wrote a comment without a score: silent too.
    assert dict(frame["others"]) == {"promoter": 3, "passive": 0, "detractor": 0, "silent": 5}
    assert people(cursor, "attitude_by_money", worth="best", attitude="silent") == {"bob"}
    assert people(cursor, "attitude_by_money", worth="best", attitude="detractor") == {"ann"}


def test_repurchase_is_counted_from_the_latest_answer_to_the_last_day_of_orders(cursor: Cursor) -> None:
    found = attitude_curves(cursor, ALL, SETTINGS).curves
    # ann: 110 → 190; cat: 60 → 70 (the purchase on day 60 is none after it); dan: 110 → 120; joe answered after the
    # last order, the anonymous answer is nobody's, and eve gave no score.
    assert found["detractor"] == return_curve([WaitCount(80, 1, 0)])
    assert found["promoter"] == return_curve([WaitCount(10, 2, 0)])
    assert "passive" not in found
    assert people(cursor, "not_back_since_answer", attitude="promoter", **PERIOD) == set()
    # As of day 105 the last order is of day 100: dan, who answered on day 62, was not back by then.
    early = attitude_curves(cursor, params(105), SETTINGS).curves
    assert early["passive"] == return_curve([WaitCount(38, 0, 1)])
    frame = rows(cursor, "repurchase_by_attitude", ALL).set_index("attitude")
    assert frame.loc["promoter", "returned"] == 2
    assert frame["share"].isna()["promoter"]  # nobody was waited for 90 days


# ------------------------------------------------------------------------------------------------------------ comments


def test_a_comment_speaks_of_several_themes_or_of_none(cursor: Cursor) -> None:
    frame = rows(cursor, "comment_themes", ALL).set_index("theme")
    assert dict(frame["comments"][["delivery", "packaging", "price", "site", OTHER]]) == {
        "delivery": 2,
        "packaging": 1,
        "price": 3,
        "site": 1,
        OTHER: 1,  # "I am happy" holds no app
    }
    assert list(frame.loc["price", ["promoters", "detractors", "unscored"]]) == [1, 1, 1]
    assert frame.loc["price", "share"] == pytest.approx(3 / 6)
    assert frame.index[-1] == OTHER
    found = comment_page(cursor, ALL, SETTINGS, theme="delivery").frame
    assert set(found["comment"]) == {"The delivery was late, 包裝破了", "出貨快、價格好"}
    assert people(cursor, "theme_commenters", theme="delivery", attitude="any", **PERIOD) == {"ann", "eve"}
    assert people(cursor, "theme_commenters", theme="delivery", attitude="detractor", **PERIOD) == {"ann"}


def test_the_owner_changes_the_themes_and_takes_it_back(database: Database) -> None:
    with database.write() as cursor:
        usual = themes(cursor)
        save_themes(cursor, [theme_of("送貨員", "司機，Driver\n司機"), usual[0]])
        assert themes(cursor) == (Theme("送貨員", ("司機", "driver")), usual[0])
        assert are_own(cursor)
        for nonsense in ([], [Theme("a", ())], [Theme(OTHER, ("x",))], [Theme("a", ("x",)), Theme("A", ("y",))]):
            with pytest.raises(InvalidParams):
                save_themes(cursor, nonsense)
        forget_themes(cursor)
        assert themes(cursor) == usual
        assert not are_own(cursor)


def test_what_is_marked_is_what_is_counted(cursor: Cursor) -> None:
    """The database counts, Python marks: on random texts both find the same words."""
    chance = random.Random(6)
    pieces = [
        "c++",
        "app",
        "happy",
        "價格",
        "late",
        "chocolate",
        "out of stock",
        "out-of  stock",
        "CP值",
        " ",
        "，",
        "-",
        "X",
        "貴",
        "1",
    ]
    words = ("app", "late", "out of stock", "cp值", "價格", "貴", "c++", "x")
    texts = ["".join(chance.choices(pieces, k=6)) for _ in range(300)]
    sql = """
    select text, word from (select unnest($texts) as text) cross join (select unnest($words) as word)
    where case when is_latin_word(word) then contains(latin_words(text), latin_words(word))
        else contains(lower(text), lower(word)) end"""
    found = set(cursor.execute(sql, {"texts": texts, "words": list(words)}).fetchall())
    expected = {
        (text, word) for text in texts for word in words if re.search(Theme("t", (word,)).pattern, text.lower())
    }
    assert found == expected
    assert len({word for _, word in found}) == len(words)


def test_marks_join_words_that_overlap() -> None:
    assert (
        marked("太貴了，真的貴", [Theme("p", ("太貴", "貴了", "貴")).pattern], "【", "】") == "【太貴】了，真的【貴】"
    )
    assert marked("ababa", ["aba", "bab"], "[", "]") == "[abab]a"
    assert marked("nothing", ["", "x"], "[", "]") == "nothing"


# --------------------------------------------------------------------------------------- sources, complaints, activity


@pytest.mark.parametrize(
    ("source", "is_friend"),
    [
        ("朋友或家人介紹", True),
        ("同事推薦", True),
        ("收到別人送的禮盒", True),
        ("A friend", True),
        ("Word of mouth", True),
        ("網紅推薦", False),
        ("Google 搜尋", False),
        ("評價網站推薦", False),
        ("Facebook 廣告", False),
        ("friendly advert", False),
        ("befriended", False),
        ("路過門市", False),
    ],
)
def test_a_friend_is_told_from_an_advertisement(cursor: Cursor, source: str, is_friend: bool) -> None:
    assert cursor.execute("select is_by_a_friend(?)", [source]).fetchall() == [(is_friend,)]


def test_the_share_of_friends_is_of_those_whose_source_is_known(cursor: Cursor) -> None:
    found = measure(cursor, ["referred_customer_share"], ALL, SETTINGS)["referred_customer_share"]
    assert (found.value, found.sample_size) == (0.75, 4)  # dan by the answer, fay, gus; eve searched
    later = Params(on(250), Period(on(100), on(250)))
    assert measure(cursor, ["referred_customer_share"], later, SETTINGS)["referred_customer_share"].value is None
    frame = rows(cursor, "acquisition_sources", ALL)
    assert frame["customers"].sum() == 10
    assert people(cursor, "came_by_source", source="朋友", **PERIOD) == {"fay", "gus"}
    the_day_before = source_members(
        cursor, group_of("came_by_source", source="朋友", **PERIOD), params(29), SETTINGS, ["customer_id"]
    )
    assert the_day_before.frame.empty  # both came on day 30


def test_the_profile_and_the_sources_of_new_customers_say_the_same(cursor: Cursor) -> None:
    sources = rows(cursor, "acquisition_sources", ALL)
    profile = rows(cursor, "customer_profile", ALL, by="source")
    told = [
        dict(zip(frame[key].fillna(""), frame["customers"], strict=True))
        for frame, key in ((sources, "source"), (profile, "group"))
    ]
    assert told[0] == told[1] == {"朋友": 2, "朋友介紹": 1, "Google 搜尋": 1, "": 6}


def test_a_complaint_is_recovered_by_a_purchase_within_one_cycle_after_it_was_closed(cursor: Cursor) -> None:
    gaps = [
        gap for (gap,) in cursor.execute("select gap_days from purchase_mart where gap_days is not null").fetchall()
    ]
    assert sorted(gaps) == [10, 40, 40, 50, 100, 100, 150]  # so the cycle is 50 days
    keys = ["complaints", "complaints_closed", "complaint_recovery_rate"]
    found = measure(cursor, keys, ALL, SETTINGS)
    assert [found[key].value for key in keys[:2]] == [6, 5]
    # ann after 5 days, cat after 50; bob only while it was open; joe's cycle has not passed; the sixth is nobody known.
    assert (found[keys[2]].value, found[keys[2]].sample_size) == (2 / 3, 3)
    topics = rows(cursor, "complaint_topics", ALL).set_index("topic")
    assert list(topics.loc["破損", ["complaints", "closed", "mature", "recovered"]]) == [5, 5, 3, 2]
    assert topics["recovery_rate"].isna()["太慢"]
    assert rows(cursor, "complaints_by_month", ALL)["complaints"].sum() == 6
    assert people(cursor, "complained", outcome="not_back", **PERIOD) == {"bob"}
    assert people(cursor, "complainers", topic="太慢", outcome="open", **PERIOD) == {"eve"}


def test_open_rates_count_only_messages_whose_receivers_are_known(database: Database) -> None:
    def row(who: str, day: int, action: str, subject: str) -> dict[str, object]:
        return {"acted_at": at(day), "customer_id": who, "channel": "edm", "action": action, "subject": subject}

    log = [
        *(row(who, day, "sent", "news") for who in ("ann", "bob", "cat", "dan") for day in (1, 31)),
        row("ann", 2, "open", "news"),
        row("ann", 2, "click", "news"),
        row("ann", 33, "click", "news"),  # of the second mailing
        row("bob", 40, "open", "news"),
        row("eve", 5, "open", "nobody knows who got it"),
        row("fay", 5, "unsubscribe", "news"),
    ]
    with database.cursor() as cursor:
        assert rows(cursor, "community", ALL).empty
        keys = ["community_activity_rate", "open_rate", "click_rate"]
        assert [reading.value for reading in measure(cursor, keys, ALL, SETTINGS).values()] == [None] * 3
    take_in(database, Kind.ACTIVITY, log, "subject")
    with database.cursor() as cursor:
        found = measure(cursor, keys, ALL, SETTINGS)
        assert (found["open_rate"].value, found["open_rate"].sample_size) == (3 / 8, 8)
        assert found["click_rate"].value == 2 / 8
        assert (found["community_activity_rate"].value, found["community_activity_rate"].sample_size) == (3 / 6, 6)
    report = [
        {"customer_id": who, "subject": "sale", "open_count": n} for who, n in (("ann", 2), ("bob", 0), ("cat", 0))
    ]
    take_in(database, Kind.ACTIVITY, report, "subject", "open_count")
    with database.cursor() as cursor:
        assert measure(cursor, ["open_rate"], ALL, SETTINGS)["open_rate"].value == 4 / 11


# -------------------------------------------------------------------------------------------------------- the last day


def test_a_survey_newer_than_the_orders_is_within_reach(cursor: Cursor, database: Database) -> None:
    extent = answers_extent(cursor, None)
    assert extent is not None
    assert (extent.first_on, extent.last_on) == (on(0), on(230))
    assert default_as_of(cursor, SETTINGS) == on(LAST)  # everywhere else
    with database.write() as empty:
        assert answers_extent(empty, on(7)) is None
        undated = {**answer_rows()[0], "submitted_at": None, "answered_on": None}
        insert(empty, "answer_mart", [undated])
        found = answers_extent(empty, on(7))
        assert found is not None
        assert found.last_on == on(7)


def test_nothing_after_the_as_of_date_is_used(cursor: Cursor) -> None:
    early = Params(on(63), Period(on(0), on(63)))
    assert list(rows(cursor, "survey_waves", early)["answers"]) == [4]
    money = rows(cursor, "nps_by_money", early).set_index(["worth", "attitude"])["customers"]
    assert money["others", "passive"] == 1
    assert money["best"].sum() == 2  # a fifth of nine, rounded up
    assert measure(cursor, ["complaints_closed"], early, SETTINGS)["complaints_closed"].value == 3

"""The log of contacts: files as people keep them, the call sheet that comes back, what is entered, and its numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from crm_core.analysis.intervals import wilson
from crm_core.checks import check
from crm_core.db import Database
from crm_core.errors import InvalidParams, UnknownName
from crm_core.i18n import Translator, languages
from crm_core.ingest.platforms import platforms
from crm_core.ingest.values import parse_contact_channel, parse_outcome
from crm_core.lists.campaigns import CampaignPlan, freeze
from crm_core.lists.conditions import condition
from crm_core.lists.contact_log import (
    Entry,
    add_contact,
    change_contact,
    contact_history,
    refused_channels,
    remove_contact,
)
from crm_core.lists.contactable import Channel, left_out, rules_on
from crm_core.lists.outcome_columns import GIVEN_COLUMNS, OUTCOME_COLUMNS, PERSON_COLUMNS, contact_id, outcomes_of
from crm_core.metrics.contact_tables import DIMENSIONS
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.measure import measure
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.schema import CONTACT_CHANNELS, CONTACT_OUTCOMES, Kind
from crm_core.settings import ShopSettings
from tests.core.builders import Row, Shop, random_contacts, run, take_in, text_file, undo

ORDERS = """訂單編號,訂單日期,會員編號,手機,電子郵件,商品名稱,數量,單價
A1,2024-03-01,m1,0912000001,,茶,1,100
A2,2024-03-02,,0922000002,,茶,1,100
A3,2024-03-03,m3,,ann@example.com,茶,1,100
A4,2024-03-03,,,ben@example.com,茶,1,100
"""
LOG = """撥打時間,客人手機,通話結果,原因,備註,撥打人員
2024-03-05 10:00,0912-000-001,未接,,,小美
2024-03-05 15:00,0912-000-001,已接,太忙,下週再打,小美
2024-03-06 10:00,0922000002,空號,,,小美
2024-03-07,,接通。,價格太高,,阿明
2024-03-07,0922000002,講很久,,,阿明
2024-03-07,0922000002,,,,
"""
TRIED, REACHED = ("reached", "not_reached", "refused", "invalid"), ("reached", "refused")
DAY = date(2024, 3, 9)
NOW = datetime(2024, 3, 9, 4)
SETTINGS = ShopSettings()
MARCH = Params(date(2024, 3, 31), Period(date(2024, 3, 1), date(2024, 3, 31)))


@pytest.fixture
def database(shop: Shop) -> Iterator[Database]:
    database = Database(shop.path)
    yield database
    database.close()


def sheet(folder: Path, language: str, told: dict[str, dict[str, object]], name: str = "sheet.xlsx") -> Path:
    """A call sheet as the product makes it, with columns of its own, filled in by a spreadsheet program."""
    t = Translator(language)
    keys = [*GIVEN_COLUMNS, *PERSON_COLUMNS, *OUTCOME_COLUMNS]
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([*(t(f"contacts.sheet.{key}") for key in keys), "姓名", "訂單總額", "原因"])
    for number, (customer, cells) in enumerate(told.items(), 1):
        row: dict[str, object] = {
            "contact_id": contact_id(datetime(2024, 3, 8, 9), number),
            "customer_ref": customer_reference(customer),
            "source": "一次客",
            "channel": t("contacts.channel.phone"),
            "contacted_on": date(2024, 3, 8),
            **cells,
        }
        page.append([*(row.get(key) for key in keys), "王小明", 1200, "45 天沒有回來"])
    path = folder / name
    book.save(path)
    return path


# ---- words ----


@pytest.mark.parametrize("language", languages())
def test_the_sheet_and_its_reading_agree(language: str) -> None:
    """Every heading of the sheet stands in the platform file, and every word of its choices is read as what it is."""
    t = Translator(language)
    columns = platforms()["call_sheet"].columns
    for key in (*GIVEN_COLUMNS, *PERSON_COLUMNS, *OUTCOME_COLUMNS):
        field = "contacted_at" if key.startswith("contacted_") else key
        assert t(f"contacts.sheet.{key}") in columns[field]
    assert {parse_outcome(t(f"contacts.outcome.{key}")): key for key in CONTACT_OUTCOMES} == {
        key: key for key in CONTACT_OUTCOMES
    }
    assert [parse_contact_channel(t(f"contacts.channel.{key}")) for key in CONTACT_CHANNELS] == list(CONTACT_CHANNELS)
    assert all(set(outcomes_of(channel)) <= set(CONTACT_OUTCOMES) for channel in CONTACT_CHANNELS)


@pytest.mark.parametrize(
    ("outcome", "words"),
    {
        "reached": ["已接", "有接通", "接通。", "1.已接", "婉拒", "Reached", "Connected", "已接（下週再打）"],
        "not_reached": ["未接", "沒接", "拒接", "忙線", "未接-語音信箱", "No Answer", "voicemail", "無法接通"],
        "refused": ["拒絕", "請勿再打", "勿擾", "Do not call", "refused", "退訂"],
        "invalid": ["空號", "打錯", "號碼錯誤", "Wrong number", "bounced"],
        "sent": ["已發送", "Sent", "delivered", "已讀"],
        None: ["-", "無", "  "],
        "講很久": ["講很久"],
    }.items(),
)
def test_words_for_outcomes(outcome: str | None, words: list[str]) -> None:
    assert [parse_outcome(word) for word in words] == [outcome] * len(words)


@pytest.mark.parametrize(
    "words",
    [
        "請勿再聯絡",
        "有接，請勿再打",
        "已接-客人說不要再打來了",
        "Unsubscribe",
        "Answered, please don’t call again",
        "Remove from list",
        "不要再聯繫",
    ],
)
def test_a_wish_for_no_more_contact_is_found_in_free_words(words: str) -> None:
    assert parse_outcome(words) == "refused"


def test_other_free_words_are_no_such_wish() -> None:
    assert [parse_outcome(words) for words in ("拒接", "婉拒，再考慮", "可以再聯絡", "Not interested", "Opt in")] == [
        "not_reached", "reached", "allowed", "reached", "allowed",
    ]  # fmt: skip


# ---- files ----


def test_a_log_as_a_shop_keeps_it(shop: Shop, tmp_path: Path) -> None:
    receipt = shop.take_in("auto", text_file(tmp_path, "log.csv", LOG))
    told = ("kind", "platform", "rows_read", "rows_loaded", "records", "reached", "open_rows", "customers", "anonymous")
    assert [receipt[name] for name in told] == ["contacts", "generic", 5, 5, 5, 2, 1, 2, 1]
    assert {each["rule"]: each["count"] for each in receipt["problems"]} == {"unknown_outcome": 1}
    assert shop.query(
        "select customer_id, contacted_at, has_time, channel, outcome, reason, note, agent, address from contact_mart "
        "order by contacted_at, contact_key, customer_id"
    )[:3] == [
        ("m1", datetime(2024, 3, 5, 10), True, "phone", "not_reached", None, None, "小美", "+886912000001"),
        ("m1", datetime(2024, 3, 5, 15), True, "phone", "reached", "太忙", "下週再打", "小美", "+886912000001"),
        ("+886922000002", datetime(2024, 3, 6, 10), True, "phone", "invalid", None, None, "小美", "+886922000002"),
    ]
    rest = "select customer_id, has_time, outcome from contact_mart where contacted_on = '2024-03-07'"
    assert set(shop.query(rest)) == {(None, False, "reached"), ("+886922000002", False, None)}
    assert shop.query("select outcome_text from contact_versions where outcome_text is not null") == [("講很久",)]
    again = shop.take_in("contacts", text_file(tmp_path, "again.csv", LOG.replace(",講很久", ",已接")))
    assert (again["rows_loaded"], again["rows_unchanged"]) == (1, 4)
    assert shop.run("check").status == 0


@pytest.mark.parametrize("language", languages())
def test_the_sheet_comes_back_with_more_and_more_filled_in(shop: Shop, tmp_path: Path, language: str) -> None:
    """Every kind of reference resolves to its customer, and what is filled in later replaces what stood there."""
    t = Translator(language)
    word = {key: t(f"contacts.outcome.{key}") for key in CONTACT_OUTCOMES}
    people: dict[str, dict[str, object]] = {"m1": {}, "+886922000002": {}, "m3": {}, "ben@example.com": {}}
    refused = run("import", "auto", sheet(tmp_path, language, people), "--db", shop.path)
    assert refused.status != 0
    people["m1"] = {"outcome": word["not_reached"]}
    people["m3"] = {"outcome": word["reached"], "contacted_time": "14:30", "reason": "太忙", "product": "烏龍茶"}
    first = shop.take_in("auto", sheet(tmp_path, language, people))
    told = ("kind", "platform", "rows_read", "rows_loaded", "rows_unchanged", "open_rows", "anonymous")
    assert [first[name] for name in told] == ["contacts", "call_sheet", 2, 2, 0, 2, 0]
    assert first["problems"] == []
    assert shop.ask("health")["problems"] == []
    people["m1"] = {"outcome": word["reached"], "contacted_time": "18:05", "agent": "小美"}
    people["ben@example.com"] = {"outcome": word["refused"]}
    people["+886922000002"] = {"outcome": word["invalid"], "phone": "0922000002"}
    later = shop.take_in("auto", sheet(tmp_path, language, people, "later.xlsx"))
    assert [later[name] for name in told] == ["contacts", "call_sheet", 4, 3, 1, 0, 0]
    told_of = "customer_id, contacted_at, has_time, outcome, reason, product, agent, source"
    seen = f"select {told_of} from contact_mart order by 1"
    untimed = datetime(2024, 3, 8)
    expected = [
        ("+886922000002", untimed, False, "invalid", None, None, None, "一次客"),
        ("ben@example.com", untimed, False, "refused", None, None, None, "一次客"),
        ("m1", datetime(2024, 3, 8, 18, 5), True, "reached", None, None, "小美", "一次客"),
        ("m3", datetime(2024, 3, 8, 14, 30), True, "reached", "太忙", "烏龍茶", None, "一次客"),
    ]
    assert shop.query(seen) == expected
    assert shop.query("select count(distinct customer_id) from customer_mart") == [(4,)]
    blank = {customer: {} if customer == "m1" else cells for customer, cells in people.items()}
    left_open = shop.run("import", "auto", sheet(tmp_path, language, blank, "blank.xlsx"))
    assert Translator("en").plural("upload.result.open_note", 1) in left_open.out.decode()
    assert shop.query(seen) == expected  # a row left blank takes nothing back
    assert shop.run("check").status == 0
    assert shop.run("undo", str(later["import_id"])).status == 0
    assert [row[3] for row in shop.query(seen) if row[0] == "m1"] == ["not_reached"]


def test_a_time_that_cannot_be_read_does_not_take_the_day_with_it(shop: Shop, tmp_path: Path) -> None:
    times = {"m1": "下午2點半", "m3": "about noon", "+886922000002": "14:05"}
    told = {who: {"outcome": "Reached", "contacted_time": time} for who, time in times.items()}
    receipt = shop.take_in("auto", sheet(tmp_path, "en", told))  # type: ignore[arg-type]
    assert {each["rule"]: each["count"] for each in receipt["problems"]} == {"unreadable": 2}
    assert shop.query("select customer_id, contacted_at, has_time from contact_mart order by 1") == [
        ("+886922000002", datetime(2024, 3, 8, 14, 5), True),
        ("m1", datetime(2024, 3, 8), False),
        ("m3", datetime(2024, 3, 8), False),
    ]


def test_a_reference_stays_with_who_has_merged_since(shop: Shop, tmp_path: Path) -> None:
    merged = "訂單編號,訂單日期,會員編號,手機,商品名稱,數量,單價\nB1,2024-03-09,m1,0922000002,茶,1,100\n"
    shop.take_in("orders", text_file(tmp_path, "merged.csv", merged))
    shop.take_in("auto", sheet(tmp_path, "en", {"+886922000002": {"outcome": "Reached"}}))
    assert shop.query("select customer_id from contact_mart") == [("m1",)]


def test_a_contact_without_a_day_counts_by_its_first_file(database: Database) -> None:
    taken = take_in(database, Kind.CONTACTS, [{"email": "ann@example.com", "outcome": "refused", "channel": "phone"}])
    with database.cursor() as cursor:
        found = cursor.execute("select is_day_told, contacted_on, outcome from contact_mart").fetchall()
        imported = cursor.execute("select imported_at::date from imports where import_id = ?", [taken.import_id])
        assert found == [(False, imported.fetchall()[0][0], "refused")]
    assert [problem.rule for problem in taken.problems] == ["no_contact_day"]


# ---- entered on screen ----


def entered(database: Database, customer_id: str, **told: object) -> int:
    values: dict[str, object] = {"outcome": "not_reached", "channel": "phone", "contacted_at": datetime(2024, 3, 8, 10)}
    with database.write_beside() as cursor:
        return add_contact(cursor, customer_id, Entry(**{**values, **told}), NOW)  # type: ignore[arg-type]


def test_what_is_entered_can_be_changed_and_goes_with_the_person(database: Database) -> None:
    number = entered(database, "m1", note=" = 1+1 ", agent=" 小  美 ")
    entered(database, "m1", outcome="refused", channel=None, contacted_at=datetime(2024, 3, 8, 12))
    with database.cursor() as cursor:
        history = contact_history(cursor, "m1", DAY)
        assert refused_channels(cursor, "m1") == list(CONTACT_CHANNELS)
    assert [(each.outcome, each.channel, each.note, each.agent) for each in history] == [
        ("refused", None, None, None),
        ("not_reached", "phone", "= 1+1", "小 美"),
    ]
    with database.write_beside() as cursor:
        change_contact(cursor, number, Entry("reached", "phone", datetime(2024, 3, 8, 11)))
    merged = take_in(
        database, Kind.CUSTOMERS, [{"customer_id": "m1", "email": "ben@example.com"}, {"customer_id": "m3"}]
    )
    with database.cursor() as cursor:
        assert [each.outcome for each in contact_history(cursor, "m1", DAY)] == ["refused", "reached"]
        assert contact_history(cursor, "m1", date(2024, 3, 7)) == []
    undo(database, merged.import_id)
    with database.write_beside() as cursor:
        remove_contact(cursor, number)
        assert [each.outcome for each in contact_history(cursor, "m1", DAY)] == ["refused"]
        with pytest.raises(UnknownName):
            remove_contact(cursor, number)
        with pytest.raises(UnknownName):
            add_contact(cursor, "nobody", Entry("reached", "phone", NOW), NOW)
    for channel, outcome in (("phone", "sent"), ("sms", "reached"), (None, "reached"), ("pigeon", "reached")):
        with pytest.raises(InvalidParams):
            entered(database, "m1", channel=channel, outcome=outcome)
    assert check(database) == []


def test_who_is_called_in_vain_is_called_no_more(database: Database) -> None:
    """After the shop's number of failed calls in a row the customer is left out of calls, and of nothing else."""
    people = "select customer_id from customer_mart"

    def reasons(channel: Channel) -> dict[str, int]:
        with database.cursor() as cursor:
            return left_out(cursor, people, {}, rules_on(DAY, ShopSettings(contact_cap_count=30), channel))

    no_phone = reasons(Channel.PHONE)
    for number in range(SETTINGS.contact_failed_calls):
        assert reasons(Channel.PHONE) == no_phone
        entered(database, "m1", contacted_at=datetime(2024, 3, 8, 10 + number))
    assert reasons(Channel.PHONE) == {**no_phone, "not_reached_before": 1}
    assert "not_reached_before" not in reasons(Channel.SMS)
    entered(database, "m1", outcome="reached", contacted_at=datetime(2024, 3, 8, 20))
    assert reasons(Channel.PHONE) == no_phone
    entered(database, "m1", outcome="refused", contacted_at=datetime(2024, 3, 8, 21))
    assert reasons(Channel.PHONE) == {**no_phone, "refused": 1}
    entered(database, "m1", outcome="allowed", channel=None, contacted_at=datetime(2024, 3, 8, 22))
    assert reasons(Channel.PHONE) == no_phone


# ---- who said no ----

SAID_NO = ("K", "2024-03-08", "refused")
FAR = (None, "2024-03-20", "reached")


@pytest.mark.parametrize(
    ("files", "stands"),
    [
        ([[SAID_NO], [("K", "2024-03-08", "reached")]], True),  # an older copy of the sheet
        ([[SAID_NO], [("K", "2024-03-08", "reached"), FAR]], False),  # a later one, which corrects it
        ([[SAID_NO], [("K", "2024-03-08", "說不清"), FAR]], True),  # in words that say nothing
        ([[SAID_NO, FAR], [("K", "2024-03-08", "allowed")]], True),
        ([[SAID_NO], [(None, None, "allowed"), (None, None, "reached")]], True),  # a log without days
        ([[(None, None, "refused")], [(None, None, "reached")]], True),
        ([[SAID_NO], [("L", "2024-03-08", "allowed")]], True),  # of the same day: nobody knows which was first
        ([[SAID_NO], [("L", "2024-03-09", "allowed")]], False),
        ([[("L", "2024-03-09", "allowed")], [SAID_NO]], False),
        ([[("L", "2024-03-07", "allowed")], [SAID_NO]], True),
    ],
)
def test_a_refusal_outlives_older_files(
    database: Database, files: list[list[tuple[str | None, str | None, str]]], stands: bool
) -> None:
    imports = [take_in(database, Kind.CONTACTS, [call(*row) for row in rows], "contact_id").import_id for rows in files]
    assert is_refused(database) is stands
    assert check(database) == []
    for import_id, rows in zip(imports, files, strict=True):
        if any(outcome == "refused" for _, _, outcome in rows):
            undo(database, import_id)
    assert is_refused(database) is False
    assert check(database) == []


def test_what_is_entered_after_a_file_said_no_lets_contact_be_fine_again(database: Database) -> None:
    """The log shows both things that files told. What is entered before the file came in takes nothing back."""
    take_in(database, Kind.CONTACTS, [call("K", "2024-06-03", "refused")], "contact_id")
    take_in(database, Kind.CONTACTS, [call("K", "2024-06-03", "reached")], "contact_id")
    with database.cursor() as cursor:
        told = [each.outcome for each in contact_history(cursor, "m1", date(2024, 6, 3))]
    assert sorted(map(str, told)) == ["reached", "refused"]
    for entered_at, stands in ((datetime(2024, 6, 1, 8), True), (datetime(2024, 6, 1, 10), False)):  # files: at 9
        with database.write_beside() as cursor:
            add_contact(cursor, "m1", Entry("allowed", None, datetime(2024, 6, 2, 9)), entered_at)
        assert is_refused(database) is stands


def call(contact_id: str | None, day: str | None, outcome: str) -> Row:
    """A row of a log: a call with the first customer."""
    phone = {"phone": "0912000001", "channel": "phone"}
    return {"contact_id": contact_id, "contacted_at": day, "outcome": outcome, **phone}


def is_refused(database: Database) -> bool:
    """Whether calls leave the first customer out as one who wants none; the view of the customer says the same."""
    with database.cursor() as cursor:
        found = left_out(cursor, "select 'm1' as customer_id", {}, rules_on(DAY, UNCAPPED, Channel.PHONE))
        assert ("phone" in refused_channels(cursor, "m1")) == ("refused" in found)
        return "refused" in found


# ---- what counts against the cap ----

UNCAPPED = ShopSettings(contact_cap_count=30)


def test_a_message_of_a_campaign_counts_once(database: Database) -> None:
    """A campaign by e-mail, what the mail tool says of it, and the log: one contact. Another day is one more."""
    as_of = Params(date(2024, 3, 5), Period(date(2024, 3, 1), date(2024, 3, 5)))
    with database.write_beside() as cursor:
        plan = CampaignPlan("Spring", Channel.EMAIL, date(2024, 3, 6), seed=1, holdout_share=0)
        everyone = condition("purchases", "at_least", 1)
        freeze(cursor, everyone, as_of, UNCAPPED, plan, by="Mei", moment=NOW)
    assert times_contacted(database) == 1
    ann = {"email": "ann@example.com", "channel": "電子報"}
    sent = {**ann, "action": "sent", "acted_at": "2024-03-06 10:00"}
    take_in(database, Kind.ACTIVITY, [sent, {**sent, "acted_at": "2024-03-06 11:00"}, {**sent, "action": "opened"}])
    assert times_contacted(database) == 1
    entered(database, "m3", channel="email", outcome="sent", contacted_at=datetime(2024, 3, 6, 12))
    assert times_contacted(database) == 1
    take_in(database, Kind.ACTIVITY, [{**sent, "acted_at": "2024-03-08"}, {**sent, "acted_at": "2024-02-01"}])
    assert times_contacted(database) == 2
    take_in(
        database, Kind.ACTIVITY, [{**sent, "acted_at": "2024-03-08", "channel": way} for way in ("SMS", None, "FB")]
    )
    assert times_contacted(database) == 3
    entered(database, "m3", outcome="reached", contacted_at=datetime(2024, 3, 8, 12))
    assert times_contacted(database) == 4


def times_contacted(database: Database) -> int:
    """How often the third customer was contacted lately: the highest cap that leaves the customer out."""
    with database.cursor() as cursor:
        for cap in range(1, 10):
            rules = rules_on(DAY, ShopSettings(contact_cap_count=cap))
            if "contacted_lately" not in left_out(cursor, "select 'm3' as customer_id", {}, rules):
                return cap - 1
    raise AssertionError


# ---- numbers ----


def test_rates_by_hand(database: Database) -> None:
    """Of four calls two reached somebody; the one in unknown words counts for nothing, the message for no call."""
    phone = {"phone": "0912000001", "agent": "小美", "channel": "電話"}
    rows = [
        {**phone, "contacted_at": "2024-03-05 10:00", "outcome": "未接"},
        {**phone, "contacted_at": "2024-03-05 15:00", "outcome": "已接", "reason": "太忙"},
        {**phone, "contacted_at": "2024-03-06 10:00", "outcome": "空號"},
        {"contacted_at": "2024-03-07", "outcome": "接通", "reason": "價格太高", "agent": "阿明", "channel": "電話"},
        {"contacted_at": "2024-03-07", "outcome": "講很久", "agent": "阿明", "channel": "電話"},
    ]
    take_in(database, Kind.CONTACTS, rows)
    entered(database, "m3", channel="email", outcome="sent")
    with database.cursor() as cursor:
        found = measure(cursor, ("contacts_made", "calls_tried", "reached_rate", "not_reached_rate"), MARCH, SETTINGS)
        by_agent = table(cursor, "contacts_by", MARCH, SETTINGS, by="agent").frame
        reasons = table(cursor, "contact_reasons", MARCH, SETTINGS).frame
        weeks = table(cursor, "contacts_by_week", MARCH, SETTINGS).frame
    assert [found[key].value for key in ("contacts_made", "calls_tried")] == [6, 4]
    assert (found["reached_rate"].value, found["not_reached_rate"].value) == (0.5, 0.5)
    assert (found["reached_rate"].low, found["reached_rate"].high) == wilson(2, 4)
    named = by_agent.assign(group=by_agent["group"].fillna(""))
    counts = named[["group", "contacts", "tried", "reached"]].itertuples(index=False, name=None)
    assert set(counts) == {("小美", 3, 3, 1), ("阿明", 2, 1, 1), ("", 1, 0, 0)}
    assert list(reasons[["reason", "contacts", "share", "customers"]].itertuples(index=False, name=None)) == [
        ("價格太高", 1, 0.5, 0),
        ("太忙", 1, 0.5, 1),
    ]
    assert (weeks["contacts"].sum(), weeks["tried"].sum(), weeks["reached"].sum()) == (6, 4, 2)


@pytest.mark.parametrize("seed", range(3))
def test_tables_agree_with_plain_python(empty: Database, seed: int) -> None:
    rows = random_contacts(random.Random(seed), 120)
    take_in(empty, Kind.CONTACTS, rows)
    params = Params(date(2024, 5, 20), Period(date(2024, 2, 1), date(2024, 4, 30)))
    inside = [row for row in rows if "2024-02-01" <= str(row["contacted_at"])[:10] <= "2024-04-30"]
    with empty.cursor() as cursor:
        found = {by: table(cursor, "contacts_by", params, SETTINGS, by=by).frame for by in DIMENSIONS}
        reasons = table(cursor, "contact_reasons", params, SETTINGS).frame
    for by, frame in found.items():
        counted = Counter(group_of(row, by) for row in inside if by != "hour" or len(str(row["contacted_at"])) > 10)
        groups = [None if group != group else group for group in frame["group"]]
        assert dict(zip(groups, frame["contacts"], strict=True)) == counted, by
        for group, tried, reached, rate in zip(
            groups, frame["tried"], frame["reached"], frame["reached_rate"], strict=True
        ):
            calls = [row for row in inside if group_of(row, by) == group and row["channel"] == "phone"]
            if by == "hour":
                calls = [row for row in calls if len(str(row["contacted_at"])) > 10]
            outcomes = [row["outcome"] for row in calls if row["outcome"] in TRIED]
            assert (tried, reached) == (len(outcomes), sum(outcome in REACHED for outcome in outcomes))
            assert rate == reached / tried if tried else rate != rate
    given = Counter(str(row["reason"]).strip() for row in inside if row["reason"])
    assert dict(zip(reasons["reason"], reasons["contacts"], strict=True)) == given
    assert reasons["share"].sum() == pytest.approx(1)


def group_of(row: Row, by: str) -> str | None:
    at = str(row["contacted_at"])
    if by == "hour":
        return str(int(at[11:13])) if len(at) > 10 else ""
    if by == "weekday":
        return str(date.fromisoformat(at[:10]).isoweekday())
    told: str | None = row[by]
    return told


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "empty.duckdb")
    yield database
    database.close()


def test_another_grouping_is_refused(empty: Database) -> None:
    with empty.cursor() as cursor, pytest.raises(InvalidParams):
        table(cursor, "contacts_by", MARCH, SETTINGS, by="moon")

"""Files of customers that leave: never with somebody who may not be contacted, and never with a formula in them."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import duckdb
import openpyxl
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.db import Cursor, Database, model
from crm_core.decisions import identifiers_of
from crm_core.errors import InvalidParams, UnknownName
from crm_core.export import BOM, FORMULA_STARTS, csv_chunks
from crm_core.i18n import Translator
from crm_core.lists.conditions import All, AnyOf, Not, condition, to_json
from crm_core.lists.contactable import Channel, ContactRules, rules_on
from crm_core.lists.exports import (
    Export,
    FileFormat,
    Remaining,
    choose_columns,
    chosen_columns,
    export_log,
    made_file,
    remaining,
    write_file,
)
from crm_core.lists.groups import GROUPS, Group, GroupValue, Value, group_of
from crm_core.lists.layouts import LAYOUTS, PhoneForm, channel_for, layout_of
from crm_core.lists.ready_made import READY_MADE
from crm_core.lists.saved import save_list
from crm_core.lists.sources import Source, people_of
from crm_core.metrics.measure import default_params
from crm_core.params import Params, Period
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core import builders
from tests.core.mart_rows import insert

SETTINGS = ShopSettings()
T = Translator("en")
DAY = date(2024, 7, 1)
MOMENT = datetime(2024, 7, 1, 9)
PEOPLE = 45
BEGINNINGS = ("", "=1+1 ", "+", "-", "@", "＝", "\t", "\r\n", '"', "a,b ", "line\nbreak ", "'", " =", "王小明")
PHONES = ("+8869{:08}", "+88622{:07}", "+85291{:06}", "+8869{:08}", None)
LINE_ID = "U" + "0123456789abcdef" * 2
FILLED_GROUPS = 30  # at least so many kinds of groups have members in this shop


@dataclass
class Person:
    """What the test knows of a customer, and what has happened with them."""

    customer_id: str
    name: str
    email: str | None
    phone: str | None
    consents: dict[str, bool | None]
    line_id: str | None = None
    contacts: list[tuple[date, str | None, str]] = field(default_factory=list)  # day, channel, outcome


@dataclass(frozen=True)
class Campaign:
    """A campaign and who is in it, held out or not."""

    campaign_id: int
    starts_on: date
    window_days: int
    is_stopped: bool
    members: Mapping[str, bool]


@dataclass(frozen=True)
class Shop:
    """A random shop with everything that the rules look at, as plain Python."""

    database: Database
    params: Params
    people: Mapping[str, Person]
    campaigns: tuple[Campaign, ...]
    lists: tuple[tuple[Source, frozenset[str]], ...]  # every list that has customers, and who they are


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    chance = random.Random(20240701)
    database = Database(tmp_path_factory.mktemp("exports") / "shop.duckdb")
    orders = builders.random_orders(chance, orders=220, customers=PEOPLE)
    builders.take_in(database, Kind.ORDERS, [builders.order_cells(row) for row in orders])
    answers = builders.random_answers(chance, count=120, customers=PEOPLE)
    builders.take_in(database, Kind.SURVEY, [builders.answer_cells(no, row) for no, row in enumerate(answers)])
    builders.take_in(database, Kind.SERVICE, builders.random_cases(chance))
    with database.write() as cursor:
        ids = [row[0] for row in cursor.execute("select customer_id from customer_mart order by 1").fetchall()]
        people = {customer_id: random_person(chance, number, customer_id) for number, customer_id in enumerate(ids)}
        for person in people.values():
            write_person(cursor, chance, person)
        campaigns = random_campaigns(chance, ids)
        for campaign in campaigns:
            write_campaign(cursor, campaign)
        params = default_params(cursor, SETTINGS)
        assert params is not None
        found = [(source, members(cursor, source, params)) for source in every_list()]
    yield Shop(database, params, people, campaigns, tuple(each for each in found if each[1]))
    database.close()


def members(cursor: Cursor, source: Source, params: Params) -> frozenset[str]:
    people = people_of(cursor, source, params, SETTINGS)
    return frozenset(row[0] for row in cursor.execute(people.sql, dict(people.binds)).fetchall() if row[0] is not None)


def random_person(chance: random.Random, number: int, customer_id: str) -> Person:
    start = PHONES[number % len(PHONES)]
    person = Person(
        customer_id,
        f"{BEGINNINGS[number % len(BEGINNINGS)]}{number:03}",
        chance.choice([None, f"person{number}@example.com", f"person{number}@example.com"]),
        start.format(number + 12_000_000 if "{:08}" in start else number) if start else None,
        {channel: chance.choice([None, True, False]) for channel in ("email", "sms", "line")},
        f"{LINE_ID[:-3]}{number:03}" if number % 7 == 0 else None,
    )
    for _ in range(chance.choice([0, 0, 1, 2])):
        day = DAY - timedelta(days=chance.choice([0, 3, 13, 14, 40]))
        channel = chance.choice(["phone", "sms", "email", "line", None])
        outcomes = (
            ["refused", "allowed"] if channel is None else ["reached", "not_reached", "refused", "sent", "allowed"]
        )
        person.contacts.append((day, channel, chance.choice(outcomes)))
    person.contacts.sort(key=lambda contact: contact[0])
    return person


def write_person(cursor: Cursor, chance: random.Random, person: Person) -> None:
    consents = [person.consents[channel] for channel in ("email", "sms", "line")]
    cursor.execute(
        "update customer_mart set name = ?, email = ?, phone = ?, consent_email = ?, consent_sms = ?, consent_line = ?,"
        " tags = ?, birthday = date '1990-05-01', city = '-臺北市' where customer_id = ?",
        [person.name, person.email, person.phone, *consents, chance.choice(["+vip", "a;b", None]), person.customer_id],
    )
    if person.line_id is not None:
        row = {"identity_key": f"line {person.customer_id}", "account": f"shop:{person.line_id}"}
        insert(cursor, "identities", [{**row, "customer_id": person.customer_id}])
    ((last,),) = cursor.execute("select coalesce(max(entry_id), 0) from contact_entries").fetchall()
    for number, (day, channel, outcome) in enumerate(person.contacts, start=last + 1):
        moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=9, minutes=number % 60)
        entry = {"entry_id": number, "contacted_at": moment, "channel": channel, "outcome": outcome, "agent": "Mei"}
        insert(cursor, "contact_entries", [{**entry, "entered_at": moment}])
        insert(cursor, "contact_entry_identifiers", [{"entry_id": number, **name} for name in named(cursor, person)])
    person.contacts.sort(key=lambda contact: contact[0])


def named(cursor: Cursor, person: Person) -> list[dict[str, str]]:
    found = identifiers_of(cursor, person.customer_id)
    return [{"kind": name.kind, "identifier": name.identifier} for name in found]


def random_campaigns(chance: random.Random, ids: list[str]) -> tuple[Campaign, ...]:
    def one(number: int, days_ago: int, window_days: int, *, is_stopped: bool) -> Campaign:
        members = {customer_id: chance.random() < 0.3 for customer_id in chance.sample(ids, 14)}
        return Campaign(number, DAY - timedelta(days=days_ago), window_days, is_stopped, members)

    return (
        one(1, 5, 30, is_stopped=False),
        one(2, 40, 39, is_stopped=False),  # its window ended yesterday
        one(3, 40, 40, is_stopped=False),  # its last day is today
        one(4, 2, 30, is_stopped=True),
    )


def write_campaign(cursor: Cursor, campaign: Campaign) -> None:
    row = {
        "campaign_id": campaign.campaign_id,
        "name": "Spring",
        "source": "list:top_spenders",
        "channel": "phone",
        "starts_on": campaign.starts_on,
        "window_days": campaign.window_days,
        "cost": 0,
        "holdout_share": 0.3,
        "seed": 1,
        "as_of": campaign.starts_on,
        "frozen_by": "Mei",
        "frozen_at": MOMENT,
        "stopped_at": MOMENT if campaign.is_stopped else None,
    }
    insert(cursor, "campaigns", [row])
    for number, (customer_id, is_held_out) in enumerate(campaign.members.items()):
        member = {"campaign_id": campaign.campaign_id, "member_no": number}
        insert(cursor, "campaign_members", [{**member, "is_held_out": is_held_out}])
        names = [{"kind": name.kind, "identifier": name.identifier} for name in identifiers_of(cursor, customer_id)]
        insert(cursor, "campaign_identifiers", [{**member, **name} for name in names])


# ---- the oracle: the same rules in plain Python ----


def may_be_contacted(shop: Shop, person: Person, rules: ContactRules) -> bool:
    return not (
        is_held_out(shop, person, rules)
        or refused(person, rules.channel)
        or contacts_lately(shop, person, rules) >= rules.cap_count
        or (rules.channel is not None and not is_within_reach(person, rules))
    )


def is_held_out(shop: Shop, person: Person, rules: ContactRules) -> bool:
    return any(
        campaign.members.get(person.customer_id, False)
        and not campaign.is_stopped
        and rules.day <= campaign.starts_on + timedelta(days=campaign.window_days)
        for campaign in shop.campaigns
    )


def refused(person: Person, channel: Channel | None) -> bool:
    """By the last word on a channel or on all; advertising asks for both that its addresses are of."""
    asked = ("email", "sms") if channel is Channel.ADS else (channel,)
    for one in asked:
        said = [
            outcome for _, on, outcome in person.contacts if on in {None, one} and outcome in {"refused", "allowed"}
        ]
        if said and said[-1] == "refused":
            return True
    return False


def contacts_lately(shop: Shop, person: Person, rules: ContactRules) -> int:
    first, last = (rules.day + timedelta(days=sign * (rules.cap_days - 1)) for sign in (-1, 1))
    counted = sum(1 for day, _, outcome in person.contacts if outcome in COUNTING and first <= day <= rules.day)
    return counted + sum(
        1
        for campaign in shop.campaigns
        if campaign.members.get(person.customer_id) is False
        and not campaign.is_stopped
        and campaign.campaign_id != rules.campaign_id
        and first <= campaign.starts_on <= last
    )


COUNTING = {"reached", "refused", "sent"}


def is_within_reach(person: Person, rules: ContactRules) -> bool:
    if rules.channel is Channel.PHONE:
        return person.phone is not None and failed_calls(person) < rules.failed_calls
    if rules.channel is Channel.ADS:
        return bool(for_ads(person, rules))
    consent = person.consents[str(rules.channel)]
    if consent is False or (consent is None and rules.needs_consent):
        return False
    if rules.channel is Channel.EMAIL:
        return person.email is not None
    if rules.channel is Channel.LINE:
        return person.line_id is not None or person.phone is not None
    return person.phone is not None and takes_messages(person.phone)


def failed_calls(person: Person) -> int:
    calls = [outcome for _, channel, outcome in person.contacts if channel == "phone" and outcome != "sent"]
    failed = 0
    for outcome in reversed(calls):
        if outcome != "not_reached":
            break
        failed += 1
    return failed


def takes_messages(phone: str) -> bool:
    number = phonenumbers.parse(phone)
    return number.country_code != 886 or phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def for_ads(person: Person, rules: ContactRules) -> dict[str, str]:
    """The addresses that an advertising platform may be given, by channel."""
    return {
        channel: address
        for channel, address in (("email", person.email), ("sms", person.phone))
        if address is not None
        and person.consents[channel] is not False
        and (person.consents[channel] or not rules.needs_consent)
    }


# ---- every list, every layout ----


def some_value(kind: str, name: str, expected: GroupValue) -> Value:
    """A value with which many kinds of groups have members."""
    usual: dict[str, Value] = {
        "from_on": date(2024, 1, 1), "to_on": date(2024, 12, 31), "then_from_on": date(2024, 1, 1),
        "then_to_on": date(2024, 2, 15), "then_on": date(2024, 3, 31), "cohort_on": date(2024, 1, 1), "kind": "product",
        "product_key": "SKU1", "next_key": "SKU2", "step": 1, "day": 10, "days": 90, "top_share": 0.2, "at_least": 0.0,
        "r": 0.5, "alpha": 10.0, "a": 0.5, "b": 1.0, "threshold": 100.0, "window_days": 365,
        "channel": "web", "channel_name": "web", "first_channel": "web", "less_than": 1.0, "from_days": 0,
        "to_days": 400, "topic": "客訴",
    }  # fmt: skip
    value = usual.get(name)
    if value is not None and type(value) is expected.type and (not expected.options or value in expected.options):
        return value
    if expected.options:
        return expected.options[0]
    fallback: dict[type, Value] = {str: "x", int: 1, float: 0.5, date: date(2024, 1, 1)}
    return fallback[expected.type]


def every_list() -> list[Source]:
    groups = [
        group_of(key, **{name: some_value(key, name, expected) for name, expected in kind.values.items()})
        for key, kind in GROUPS.items()
    ]
    often = condition("purchases", "at_least", 3)
    recent = condition("recency_days", "at_most", 60)
    trees: list[Source] = [
        All(()),
        AnyOf(()),
        Not(often),
        All((often, recent)),
        AnyOf((Not(recent), often)),
        Not(All((Not(often),))),
    ]
    return [*READY_MADE, *groups, *trees]


def in_csv(cursor: Cursor, export: Export, folder: Path) -> list[list[str]]:
    """The rows of the CSV file, without the headings."""
    path = folder / "list.csv"
    count = write_file(cursor, export, T, FileFormat.CSV, path)
    content = path.read_bytes()
    assert content.startswith(BOM) == export.layout.has_bom
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert count == len(rows)
    return rows


def in_workbook(cursor: Cursor, export: Export, folder: Path) -> list[list[object]]:
    """The cells of the workbook, without the headings; none of them is a formula."""
    path = folder / "list.xlsx"
    count = write_file(cursor, export, T, FileFormat.XLSX, path)
    cells = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2))
    assert all(cell.data_type != "f" for row in cells for cell in row)
    assert count == len(cells)
    return [[cell.value for cell in row] for row in cells]


def of_whom(shop: Shop, export: Export, row: list[str]) -> str:
    """The customer that a row is of: by number, by name, or by a hash that only their address has."""
    if export.layout.is_chosen:
        return row[0].removeprefix("'")
    if export.rules.channel is Channel.ADS:
        found = [person.customer_id for person in shop.people.values() if row == list(hashes(person, export).values())]
        assert len(found) == 1
        return found[0]
    place = 1 if export.layout.key != "line" else 2
    names = {person.name: person.customer_id for person in shop.people.values()}
    return names[row[place]] if row[place] in names else names[row[place].removeprefix("'")]


def hashes(person: Person, export: Export) -> dict[str, str]:
    allowed = for_ads(person, export.rules)
    if export.layout.key == "ads_meta" and "sms" in allowed:
        allowed["sms"] = allowed["sms"].removeprefix("+")
    return {
        channel: hashlib.sha256(allowed[channel].encode()).hexdigest() if channel in allowed else ""
        for channel in ("email", "sms")
    }


@pytest.mark.parametrize("layout_key", LAYOUTS)
def test_no_file_of_any_list_holds_somebody_who_may_not_be_contacted(
    shop: Shop, layout_key: str, tmp_path: Path
) -> None:
    layout, left = LAYOUTS[layout_key], 0
    with shop.database.cursor() as cursor:
        for number, (source, listed) in enumerate(shop.lists):
            settings = replace(SETTINGS, contact_needs_consent=number % 2 == 1, contact_cap_count=1 + number % 3)
            channel = layout.channels[number % len(layout.channels)]
            rules = rules_on(DAY, settings, channel)
            columns = ("customer_id", "name", "phone", "email", "tags", "city") if layout.is_chosen else ()
            export = Export(source, shop.params, settings, layout, rules, columns)
            rows = in_csv(cursor, export, tmp_path)
            told = [of_whom(shop, export, row) for row in rows]
            expected = {one for one in listed if may_be_contacted(shop, shop.people[one], rules)}
            assert sorted(told) == sorted(expected), (layout_key, source, rules)
            left += len(listed) - len(expected)
            for row in rows:
                for place, cell in enumerate(row):
                    is_safe = export.file_columns[place].is_safe
                    assert cell[:1] not in FORMULA_STARTS or (is_safe and re.fullmatch(r"\+\d+", cell)), cell
            if number % 10 == 0:
                assert remaining(cursor, export) == Remaining(
                    len(listed), len(rows), remaining(cursor, export).left_out
                )
                assert len(in_workbook(cursor, export, tmp_path)) == len(rows)
    assert left > PEOPLE


def test_most_kinds_of_lists_have_people_in_this_shop(shop: Shop) -> None:
    kinds = [source.kind.key if isinstance(source, Group) else type(source) for source, _ in shop.lists]
    assert len(set(kinds)) > FILLED_GROUPS


def test_a_campaigns_own_file_holds_its_contacted_part_and_nobody_held_out(shop: Shop, tmp_path: Path) -> None:
    campaign = shop.campaigns[0]
    rules = rules_on(campaign.starts_on, SETTINGS, Channel.PHONE, campaign.campaign_id)
    export = Export("top_spenders", shop.params, SETTINGS, LAYOUTS["full"], rules, ("customer_id", "name"))
    with shop.database.cursor() as cursor:
        rows = in_csv(cursor, export, tmp_path)
    contacted = {one for one, is_held_out in campaign.members.items() if not is_held_out}
    expected = {one for one in contacted if may_be_contacted(shop, shop.people[one], rules)}
    assert {of_whom(shop, export, row) for row in rows} == expected
    assert expected
    other = rules_on(campaign.starts_on, SETTINGS, Channel.PHONE)
    assert not any(may_be_contacted(shop, shop.people[one], other) for one in contacted)  # it counts for other files


def test_what_a_customer_typed_stands_in_the_workbook_as_it_is(shop: Shop, tmp_path: Path) -> None:
    rules = rules_on(DAY + timedelta(days=400), SETTINGS)  # nobody is held out any more, nobody was contacted lately
    export = Export(All(()), shop.params, SETTINGS, LAYOUTS["full"], rules, ("customer_id", "name", "phone"))
    with shop.database.cursor() as cursor:
        rows, cells = in_csv(cursor, export, tmp_path), in_workbook(cursor, export, tmp_path)
    beginnings = set()
    for (customer_id, csv_name, _), (_, name, phone) in zip(rows, cells, strict=True):
        person = shop.people[customer_id.removeprefix("'")]
        beginnings.add(person.name[:-3])
        assert name == person.name.replace("\r\n", "\n")  # the one line break that a cell has
        assert csv_name in {person.name, f"'{person.name}"}
        assert (phone is None) == (person.phone is None)
        assert str(phone or "").replace("-", "").removeprefix("0") in (person.phone or "")
    assert beginnings == set(BEGINNINGS)


# ---- layouts ----


EVERYONE = All(())
ANNA = {"customer_id": "a", "name": "Anna", "email": "anna@example.com", "phone": "+886912000001", "tags": "vip"}


def file_of(database: Database, layout: str, phone_form: PhoneForm = PhoneForm.HOME, **person: object) -> list[str]:
    """The lines of a file about one customer."""
    with database.write() as cursor:
        cursor.execute("delete from customer_mart")
        insert(cursor, "customer_mart", [{**ANNA, "has_line": False, "purchase_count": 0, **person}])
    rules = rules_on(DAY, SETTINGS, channel_for(LAYOUTS[layout], None))
    export = Export(EVERYONE, Params(DAY, Period(DAY, DAY)), SETTINGS, LAYOUTS[layout], rules, (), phone_form)
    with database.cursor() as cursor, database.exchange_folder() as folder:
        write_file(cursor, export, T, FileFormat.CSV, folder / "list.csv")
        return (folder / "list.csv").read_text(encoding="utf-8-sig").splitlines()


def test_tools_find_the_headings_and_forms_they_expect(database: Database) -> None:
    assert file_of(database, "email") == ["Email,Name,Tags,Segment", "anna@example.com,Anna,vip,"]
    assert file_of(database, "sms") == ["Mobile number,Name", "0912000001,Anna"]
    assert file_of(database, "sms", PhoneForm.E164)[1] == "+886912000001,Anna"
    assert file_of(database, "sms", phone="+85291234567")[1] == "+85291234567,Anna"
    assert file_of(database, "sms", phone="+886227001234") == ["Mobile number,Name"]
    assert file_of(database, "line")[1] == ",+886912000001,Anna"
    with database.write() as cursor:
        insert(cursor, "identities", [{"identity_key": "x", "account": f"shop:{LINE_ID}", "customer_id": "a"}])
    assert file_of(database, "line", phone=None)[1] == f"{LINE_ID},,Anna"


def test_advertising_gets_hashes_of_the_normalised_addresses(database: Database) -> None:
    email, plus, digits = (
        hashlib.sha256(text).hexdigest() for text in (b"anna@example.com", b"+886912000001", b"886912000001")
    )
    for written in ("anna@example.com", " Anna@Example.com "):
        assert file_of(database, "ads_google", email=written) == ["Email,Phone", f"{email},{plus}"]
        assert file_of(database, "ads_meta", email=written) == ["email,phone", f"{email},{digits}"]
    assert file_of(database, "ads_meta", consent_email=False) == ["email,phone", f",{digits}"]
    assert file_of(database, "ads_meta", consent_sms=False) == ["email,phone", f"{email},"]
    assert file_of(database, "ads_meta", consent_email=False, consent_sms=False) == ["email,phone"]


def test_a_file_of_one_column_keeps_the_rows_with_nothing_in_them(database: Database) -> None:
    file_of(database, "full")
    with database.write() as cursor:
        insert(cursor, "customer_mart", [{"customer_id": "b", "has_line": False, "purchase_count": 0}])
    rules = rules_on(DAY, SETTINGS)
    export = Export(EVERYONE, Params(DAY, Period(DAY, DAY)), SETTINGS, LAYOUTS["full"], rules, ("name",))
    with database.cursor() as cursor, database.exchange_folder() as folder:
        assert write_file(cursor, export, T, FileFormat.CSV, folder / "list.csv") == 2
        assert (folder / "list.csv").read_bytes() == BOM + b'Name\r\nAnna\r\n""\r\n'


def test_a_layout_for_another_channel_and_one_that_does_not_exist_are_refused() -> None:
    with pytest.raises(InvalidParams, match="layout_channel"):
        channel_for(LAYOUTS["sms"], Channel.EMAIL)
    with pytest.raises(InvalidParams, match="layout_channel"):
        Export(EVERYONE, Params(DAY, Period(DAY, DAY)), SETTINGS, LAYOUTS["email"], rules_on(DAY, SETTINGS))
    with pytest.raises(UnknownName, match="unknown_layout"):
        layout_of("fax")


# ---- the database writes cells as Python does ----

TEXTS = st.one_of(st.none(), st.text(st.characters(codec="utf-8")), st.text(st.sampled_from("=+-@＝＋－＠\t\r\n\",'a")))
PHONE_TEXTS = st.one_of(
    st.none(), st.from_regex(r"\+886[0-9]{0,11}", fullmatch=True), st.from_regex(r"\+[0-9]{3,14}", fullmatch=True)
)
CELLS = st.tuples(
    TEXTS,
    st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=4)),
    st.one_of(st.none(), st.booleans()),
    PHONE_TEXTS,
)


@given(st.lists(CELLS, min_size=1, max_size=30))
def test_the_database_writes_the_cells_that_python_writes(rows: list[tuple[object, ...]]) -> None:
    expected = b"".join(csv_chunks([rows], {"comment": "a", "n": "b", "flag": "c", "phone": "d"}))
    texts, numbers, flags, phones = (list(column) for column in zip(*rows, strict=True))
    lines = cells_cursor().execute(
        """
        select concat(csv_text(a), ',', csv_number(b), ',', csv_flag(c), ',', csv_phone(d), chr(13) || chr(10))
        from (
            select
                unnest($texts::varchar[]) as a, unnest($numbers::decimal(18, 4)[]) as b,
                unnest($flags::boolean[]) as c, unnest($phones::varchar[]) as d, generate_subscripts($texts, 1) as place
        )
        order by place
        """,
        {"texts": texts, "numbers": numbers, "flags": flags, "phones": phones},
    )
    assert BOM + b"a,b,c,d\r\n" + "".join(line for (line,) in lines.fetchall()).encode() == expected


@cache
def cells_cursor() -> Cursor:
    """A database that knows how cells are written, and nothing else."""
    connection = duckdb.connect()
    connection.execute(model("views/csv_cells"))
    return connection


# ---- the log, and the columns that were chosen ----


def test_a_file_is_written_down_with_who_took_it_and_whom_it_leaves_out(shop: Shop) -> None:
    rules = rules_on(DAY, SETTINGS, Channel.EMAIL)
    export = Export("top_spenders", shop.params, SETTINGS, LAYOUTS["email"], rules)
    making = partial(made_file, shop.database, export, T, FileFormat.CSV, name="Top spenders", moment=MOMENT)
    with pytest.raises(InvalidParams, match="nameless_export"), making(by="  "):
        pass
    with shop.database.cursor() as cursor:
        assert export_log(cursor) == []
        expected = remaining(cursor, export)
    with making(by=" Mei  Lin ") as made:
        lines = made.path.read_bytes().count(b"\r\n") - 1
        assert made.customers == lines == expected.customers
    assert not made.path.exists()
    with shop.database.cursor() as cursor:
        (entry,) = export_log(cursor)
    assert (entry.exported_by, entry.source, entry.name) == ("Mei Lin", "list:top_spenders", "Top spenders")
    assert (entry.exported_at, entry.layout, entry.file_format, entry.channel) == (MOMENT, "email", "csv", "email")
    assert (entry.columns, entry.customer_count) == (("email", "name", "tags", "segment"), lines)
    assert entry.left_out == expected.left_out
    assert sum(entry.left_out.values()) == expected.listed - lines > 0


def test_chosen_columns_are_remembered_by_kind_of_list(database: Database) -> None:
    group = group_of("product_buyers", product_key="P-1")
    with database.write_beside() as cursor:
        choose_columns(cursor, "top_spenders", ["name", "phone"])
        choose_columns(cursor, group, ["name"])
        choose_columns(cursor, group, ["email", "city"])
        assert chosen_columns(cursor, "top_spenders") == ("name", "phone")
        assert chosen_columns(cursor, group_of("product_buyers", product_key="P-2")) == ("email", "city")
        assert chosen_columns(cursor, "silent_best") is None
        assert chosen_columns(cursor, EVERYONE) is None
        with pytest.raises(UnknownName):
            choose_columns(cursor, EVERYONE, ["name; drop table exports"])


# ---- the command line ----


@pytest.fixture
def told(database: Database) -> builders.Shop:
    """A shop of three customers; one of them opted out of e-mail. The command line opens its file."""
    with database.write() as cursor:
        for name, consent in (("a", True), ("b", False), ("c", None)):
            person = {"customer_id": name, "name": name.upper(), "email": f"{name}@example.com", "phone": None}
            others = {"has_line": False, "purchase_count": 0, "joined_on": DAY - timedelta(days=9)}
            insert(cursor, "customer_mart", [{**person, **others, "consent_email": consent}])
        save_list(cursor, "Everyone", EVERYONE, "Mei", MOMENT)
    database.close()
    return builders.Shop(database.path)


ASKED = ("--as-of", DAY, "--on", DAY)


def test_the_command_line_makes_the_files_and_tells_of_them(told: builders.Shop, tmp_path: Path) -> None:
    asked = ("list", "--saved", "everyone", "--layout", "email", *ASKED)
    counted = told.ask(*asked)
    assert (counted["listed"], counted["customers"], counted["left_out"]) == (3, 2, {"opted_out": 1})
    assert told.ask("exports") == {"exports": []}  # counting is no file
    assert told.run(*asked).status == 1  # nobody says who takes it out
    path = tmp_path / "list.csv"
    assert told.ask(*asked, "--by", "Mei", "--csv", path)["customers"] == 2
    assert [line.split(",")[0] for line in path.read_text(encoding="utf-8-sig").splitlines()] == [
        "Email", "a@example.com", "c@example.com",
    ]  # fmt: skip
    assert told.run(*asked, "--by", "Mei").out == path.read_bytes()
    (second, first) = told.ask("exports")["exports"]
    assert (first["export_id"], first["exported_by"], first["name"], first["left_out"]) == (
        1, "Mei", "Everyone", {"opted_out": 1},
    )  # fmt: skip
    assert second["customer_count"] == 2
    assert len(told.run("exports").out.splitlines()) == 2


def test_conditions_are_a_list_on_the_command_line_too(told: builders.Shop, tmp_path: Path) -> None:
    everyone = told.run("list", "--conditions", to_json(EVERYONE), "--columns", "name", "--as-of", DAY)
    assert everyone.out.decode("utf-8-sig").split() == ["name", "A", "B", "C"]
    path = tmp_path / "list.xlsx"
    asked = ("--conditions", to_json(EVERYONE), "--columns", "name", "--layout", "full", "--for", "email", *ASKED)
    assert told.run("list", *asked, "--by", "Mei", "--xlsx", path).status == 0
    assert [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)] == ["A", "C"]
    assert told.run("list", *asked[:-4], "--layout", "sms", "--for", "email", "--by", "Mei").status == 1

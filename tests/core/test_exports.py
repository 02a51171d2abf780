"""Files of customers that leave: never with somebody who may not be contacted, and never with a formula in them."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
from collections.abc import Iterable, Iterator, Mapping
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
from crm_core.lists.campaigns import arm_of
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
from crm_core.lists.sources import Source, people_of, source_text
from crm_core.metrics.customers import customer_reference
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
    contacts: list[Contact] = field(default_factory=list)
    actions: list[tuple[date, str | None, str]] = field(default_factory=list)  # day, word for the channel, action
    earlier: set[str] = field(default_factory=set)  # addresses that files name besides


@dataclass(frozen=True)
class Contact:
    """A contact as the log tells it now, or a refusal that the log does not tell any more but that stands."""

    at: datetime
    channel: str | None
    outcome: str
    has_time: bool = True
    has_day: bool = True
    address: str | None = None
    campaign_id: int | None = None  # that its list names
    imported_at: datetime | None = None
    entered_at: datetime | None = None
    is_in_log: bool = True

    @property
    def on(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class Campaign:
    """A campaign and who is in it, held out or not."""

    campaign_id: int
    starts_on: date
    window_days: int
    is_stopped: bool
    members: Mapping[str, bool]
    channel: str = "phone"

    @property
    def last_on(self) -> date:
        return self.starts_on + timedelta(days=self.window_days)


@dataclass(frozen=True)
class Shop:
    """A random shop with everything that the rules look at, as plain Python."""

    database: Database
    params: Params
    people: Mapping[str, Person]
    campaigns: tuple[Campaign, ...]
    lists: tuple[tuple[Source, frozenset[str]], ...]  # every list that has customers, and who they are
    contactable: dict[ContactRules, set[str]] = field(default_factory=dict)  # whom the oracle lets through


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
        share_addresses(chance, list(people.values()))
    told_by_files(database, chance, people)
    with database.write() as cursor:
        assert [row[0] for row in cursor.execute("select customer_id from customer_mart order by 1").fetchall()] == ids
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
        person.contacts.append(random_contact(chance))
    for _ in range(chance.choice([0, 0, 0, 1, 3])):
        way = chance.choice(["電子報", "Email", "SMS", "LINE", "Facebook", None])
        action = chance.choice(["send", "send", "send", "open", "unsubscribe"])
        person.actions.append((DAY - timedelta(days=chance.choice([0, 0, 1, 13, 14])), way, action))
    return person


def random_contact(chance: random.Random) -> Contact:
    """A contact as somebody enters it."""
    day = DAY - timedelta(days=chance.choice([0, 1, 3, 13, 14, 40]))
    channel = chance.choice(["phone", "sms", "email", "line", None])
    outcomes = (
        ["reached", "not_reached", "refused", "sent", "allowed", "invalid"] if channel else ["refused", "allowed"]
    )
    moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=9, seconds=chance.randrange(9_000))
    campaign_id = chance.choice([None, None, 1, 5, 6])
    return Contact(moment, channel, chance.choice(outcomes), campaign_id=campaign_id, entered_at=moment)


def share_addresses(chance: random.Random, people: list[Person]) -> None:
    """Some have the address of another; some contacts went to another's."""
    for person in people:
        other = chance.choice(people)
        if chance.random() < 0.25:
            person.email = other.email
        if chance.random() < 0.25:
            person.phone = other.phone
        for place, contact in enumerate(person.contacts):
            if contact.outcome in {"refused", "invalid"} and chance.random() < 0.5:
                address = other.email if contact.channel == "email" else other.phone
                person.contacts[place] = replace(contact, address=address)


# ---- contacts that files told ----

FILES = 4
UNDONE = 2  # the place of a file that is taken back


def told_by_files(database: Database, chance: random.Random, people: Mapping[str, Person]) -> None:
    """Files that tell of one call with some of the people, each file as it likes: what came of it may change."""
    called = {
        customer_id: chance.choice(["phone", "sms", "email"]) for customer_id in chance.sample(sorted(people), 32)
    }
    days = {one: chance.choice([None, DAY - timedelta(days=chance.choice([2, 33]))]) for one in called}
    write_undated_wishes(database, {one: called[one] for one, day in days.items() if day is not None}, people)
    files: list[dict[str, str]] = []
    for place in range(FILES):
        outcomes = (
            ["refused", "refused", "reached", "allowed"] if place != FILES - 1 else ["reached", "allowed", "說不清"]
        )
        told = {one: chance.choice(outcomes) for one in called if chance.random() < 0.6}
        files.append(told)
        last = [{"contacted_at": str(LAST_DAYS[place]), "outcome": "reached"}] * (LAST_DAYS[place] is not None)
        rows = [
            {"customer_ref": customer_reference(one), "contact_id": one, "contacted_at": days[one]}
            | {"channel": called[one], "outcome": said}
            for one, said in told.items()
        ]
        receipt = builders.take_in(database, Kind.CONTACTS, [*rows, *last], "customer_ref", "contact_id")
        if place == UNDONE:
            builders.undo(database, receipt.import_id)
    for one, channel in called.items():
        people[one].contacts += told_of(one, channel, days[one], files)


def write_undated_wishes(database: Database, channels: Mapping[str, str], people: Mapping[str, Person]) -> None:
    """A log without days, by which contact is fine with each of these: it takes nothing back."""
    rows = [{"customer_ref": one, "channel": way, "outcome": "allowed"} for one, way in channels.items()]
    builders.take_in(database, Kind.CONTACTS, rows, "customer_ref")
    at = datetime.combine(builders.NOW.date(), datetime.min.time())
    for one, way in channels.items():
        wish = Contact(at, way, "allowed", has_time=False, has_day=False, imported_at=builders.NOW)
        people[one].contacts.append(wish)


# The last day of each file: the second and the third reach no further than the first, the last one does.
LAST_DAYS = (DAY, DAY, None, DAY + timedelta(days=1))


def told_of(one: str, channel: str, day: date | None, files: list[dict[str, str]]) -> list[Contact]:
    """The contact as the last file tells it, and a refusal that no later file corrects."""
    tellings = [(place, told[one]) for place, told in enumerate(files) if one in told and place != UNDONE]
    if not tellings:
        return []
    at = datetime.combine(day or builders.NOW.date(), datetime.min.time())
    contact = Contact(at, channel, tellings[-1][1], has_time=False, has_day=day is not None, imported_at=builders.NOW)
    corrects = {"reached", "allowed"}
    stands = any(
        said == "refused"
        and not any(
            later > place and other in corrects and last_day(later, files) > last_day(place, files)
            for later, other in tellings
        )
        for place, said in tellings
    )
    earlier = replace(contact, outcome="refused", is_in_log=False)
    return [contact, earlier] if stands and contact.outcome != "refused" else [contact]


def last_day(place: int, files: list[dict[str, str]]) -> date:
    return LAST_DAYS[place] or DAY


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
    known = cursor.execute("select email, phone from identities where customer_id = ?", [person.customer_id]).fetchall()
    person.earlier |= {address for row in known for address in row if address is not None}
    actions = [
        {"activity_key": f"{person.customer_id} {number}", "action_no": 1, "customer_id": person.customer_id}
        | {"acted_at": day, "acted_on": day, "channel": word, "action": action, "action_count": 1}
        for number, (day, word, action) in enumerate(person.actions)
    ]
    insert(cursor, "activity_mart", actions)
    ((last,),) = cursor.execute("select coalesce(max(entry_id), 0) from contact_entries").fetchall()
    entered = [contact for contact in person.contacts if contact.entered_at is not None]
    for number, contact in enumerate(entered, start=last + 1):
        source = contact.campaign_id and source_text(arm_of(contact.campaign_id, "contacted"))
        entry = {"entry_id": number, "contacted_at": contact.at, "channel": contact.channel, "outcome": contact.outcome}
        others = {"agent": "Mei", "source": source, "address": contact.address, "entered_at": contact.entered_at}
        insert(cursor, "contact_entries", [{**entry, **others}])
        insert(cursor, "contact_entry_identifiers", [{"entry_id": number, **name} for name in named(cursor, person)])
    person.contacts.sort(key=lambda contact: contact.at)


def named(cursor: Cursor, person: Person) -> list[dict[str, str]]:
    found = identifiers_of(cursor, person.customer_id)
    return [{"kind": name.kind, "identifier": name.identifier} for name in found]


def random_campaigns(chance: random.Random, ids: list[str]) -> tuple[Campaign, ...]:
    def one(
        number: int, days_ago: int, window_days: int, *, is_stopped: bool, channel: str = "phone", held_out: float = 0.2
    ) -> Campaign:
        members = {customer_id: chance.random() < held_out for customer_id in chance.sample(ids, 14)}
        return Campaign(number, DAY - timedelta(days=days_ago), window_days, is_stopped, members, channel)

    return (
        one(1, 5, 30, is_stopped=False),
        one(2, 40, 39, is_stopped=False),  # its window ended yesterday
        one(3, 40, 40, is_stopped=False),  # its last day is today
        one(4, 2, 30, is_stopped=True),
        one(5, 3, 30, is_stopped=False, channel="email", held_out=0),
        one(6, 1, 30, is_stopped=False, channel="email", held_out=0),
    )


def write_campaign(cursor: Cursor, campaign: Campaign) -> None:
    row = {
        "campaign_id": campaign.campaign_id,
        "name": "Spring",
        "source": "list:top_spenders",
        "channel": campaign.channel,
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


def in_the_file(shop: Shop, listed: Iterable[str], rules: ContactRules) -> set[str]:
    """Who of a list may be contacted; of those who have an address together the first."""
    found: set[str] = set()
    taken: set[str] = set()
    for one in sorted(contactable_ones(shop, rules) & set(listed)):
        used = sent_to(shop.people[one], rules)
        if not used & taken:
            found.add(one)
        taken |= used
    return found


def contactable_ones(shop: Shop, rules: ContactRules) -> set[str]:
    if rules not in shop.contactable:
        barred = addresses_to_spare(shop, rules) | wrong_addresses(shop, rules)
        able = [person for person in shop.people.values() if may_be_contacted(shop, person, rules)]
        shop.contactable[rules] = {one.customer_id for one in able if not addresses(one, rules) & barred}
    return shop.contactable[rules]


def sent_to(person: Person, rules: ContactRules) -> set[str]:
    """The addresses that a file for a channel holds."""
    if rules.channel is None or (rules.channel is Channel.LINE and person.line_id is not None):
        return set()
    return addresses(person, rules)


def addresses(person: Person, rules: ContactRules) -> set[str]:
    """The addresses that a contact may go to."""
    if rules.channel is Channel.ADS:
        return set(for_ads(person, rules).values())
    asked = {None: (person.email, person.phone), Channel.EMAIL: (person.email,)}.get(rules.channel, (person.phone,))
    return {address for address in asked if address is not None}


def may_be_contacted(shop: Shop, person: Person, rules: ContactRules) -> bool:
    """By what is known of the person alone."""
    return not (
        says_no(shop, person, rules)
        or contacts_lately(shop, person, rules) >= rules.cap_count
        or (rules.channel is not None and not is_within_reach(person, rules))
    )


def says_no(shop: Shop, person: Person, rules: ContactRules) -> bool:
    """Held out, or wants nothing through the channel."""
    return is_held_out(shop, person, rules) or bool(refusals(person, rules.channel)) or has_left(person, rules.channel)


def addresses_to_spare(shop: Shop, rules: ContactRules) -> set[str]:
    """Every address of whoever says no, and those whose owner opted out."""
    of_number = {Channel.SMS: "sms", Channel.ADS: "sms", Channel.LINE: "line"}
    spared: set[str | None] = set()
    for person in shop.people.values():
        if says_no(shop, person, rules):
            spared |= {person.email, person.phone, *person.earlier}
            spared |= {contact.address for contact in refusals(person, rules.channel)}
        if rules.channel in {Channel.EMAIL, Channel.ADS} and person.consents["email"] is False:
            spared.add(person.email)
        if rules.channel in of_number and person.consents[of_number[rules.channel]] is False:
            spared.add(person.phone)
    return {address for address in spared if address is not None}


def wrong_addresses(shop: Shop, rules: ContactRules) -> set[str]:
    """Each that turned out wrong after it last worked, whoever's it is; calls and text messages go to one number."""
    asked = {"phone", "sms"} if rules.channel in {Channel.PHONE, Channel.SMS} else {rules.channel}
    tried: dict[str, list[tuple[datetime, bool]]] = {}
    for person in shop.people.values():
        for contact in person.contacts:
            address = contact.address or (person.email if rules.channel is Channel.EMAIL else person.phone)
            if contact.is_in_log and contact.channel in asked - {None} and address is not None:
                if contact.outcome == "invalid":
                    tried.setdefault(address, []).append((contact.at, False))
                if contact.outcome in {"reached", "allowed"} and contact.has_day:
                    tried.setdefault(address, []).append((contact.at, True))
    return {address for address, times in tried.items() if not max(times)[1]}


def is_held_out(shop: Shop, person: Person, rules: ContactRules) -> bool:
    return any(
        campaign.members.get(person.customer_id, False)
        and not campaign.is_stopped
        and rules.day <= campaign.starts_on + timedelta(days=campaign.window_days)
        for campaign in shop.campaigns
    )


def refusals(person: Person, channel: Channel | None) -> list[Contact]:
    """The refusals that stand, of the channel or of all; advertising asks for both that its addresses are of."""
    asked = ("email", "sms") if channel is Channel.ADS else (channel,)
    return [
        contact
        for one in asked
        for contact in person.contacts
        if contact.outcome == "refused" and contact.channel in {None, one}
        if not any(takes_back(other, contact) for other in person.contacts if other.channel in {None, one})
    ]


def takes_back(contact: Contact, refusal: Contact) -> bool:
    """Whether somebody says on a later day that contact is fine, or enters so after a file told of the refusal."""
    if contact.outcome != "allowed" or not contact.has_day:
        return False
    if contact.at > refusal.at and (refusal.has_time or contact.on > refusal.on):
        return True
    if contact.entered_at is None or refusal.imported_at is None:
        return False
    return contact.entered_at > refusal.imported_at and contact.on >= min(refusal.on, refusal.imported_at.date())


WAYS = {"電子報": "email", "Email": "email", "SMS": "sms", "LINE": "line"}
MESSAGES = ("email", "sms", "line")


def has_left(person: Person, channel: Channel | None) -> bool:
    """By the last word on messages through the channel: unsubscribed, or fine again."""
    asked = ("email", "sms") if channel is Channel.ADS else (channel,) if channel in MESSAGES else ()
    for one in asked:
        left = [
            (datetime.combine(day, datetime.min.time()), True)
            for day, word, action in person.actions
            if action == "unsubscribe" and (word is None or WAYS.get(word) == one)
        ]
        back = [
            (contact.at, False)
            for contact in person.contacts
            if contact.outcome == "allowed" and contact.has_day and contact.channel in {None, one}
        ]
        if max(left + back, default=(None, False))[1]:
            return True
    return False


def contacts_lately(shop: Shop, person: Person, rules: ContactRules) -> int:
    """What counts against the cap; a campaign does where nothing tells of a contact that was made for it."""
    first, last = (rules.day + timedelta(days=sign * (rules.cap_days - 1)) for sign in (-1, 1))
    counted = [
        (contact.on, contact.channel, contact.campaign_id)
        for contact in person.contacts
        if contact.is_in_log and contact.outcome in COUNTING and first <= contact.on <= rules.day
    ]
    if rules.channel != Channel.PHONE:
        counted += [(day, way, -1) for day, way in sends(person, counted) if first <= day <= rules.day]
    announced = [
        campaign
        for campaign in shop.campaigns
        if campaign.members.get(person.customer_id) is False and not campaign.is_stopped
    ]
    made_for = set()
    for day, way, named in counted:
        fits = [
            (campaign.campaign_id == named, campaign.starts_on, campaign.campaign_id)
            for campaign in announced
            if campaign.starts_on <= day <= campaign.last_on
            if campaign.channel == way or (way is None and named == -1 and campaign.channel != "phone")
        ]
        made_for |= {max(fits)[2]} if fits else set()
    return len(counted) + sum(
        first <= campaign.starts_on <= last and campaign.campaign_id not in made_for | {rules.campaign_id}
        for campaign in announced
    )


def sends(person: Person, logged: list[tuple[date, str | None, int | None]]) -> set[tuple[date, str | None]]:
    """The messages that files of activity tell of and the log does not: by day and way, or by day alone."""
    told = {
        (day, word and WAYS.get(word))
        for day, word, action in person.actions
        if action == "send" and word != "Facebook"
    }
    known = {(day, way) for day, way, _ in logged if way in MESSAGES}
    named = {(day, way) for day, way in told if way is not None}
    days = {day for day, _ in known | named}
    return (named - known) | {(day, None) for day, way in told if way is None and day not in days}


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
    calls = [each.outcome for each in person.contacts if each.channel == "phone" and each.is_in_log]
    calls = [outcome for outcome in calls if outcome in {"reached", "not_reached", "refused", "allowed", "invalid"}]
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
    """The customer that a row is of: by number or by name."""
    if export.layout.is_chosen:
        return row[0].removeprefix("'")
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


# Every list in every second layout, by turns: what is left out is asked in the same way for all of them.
@pytest.mark.parametrize(("turn", "layout_key"), list(enumerate(LAYOUTS)))
def test_no_file_of_any_list_holds_somebody_who_may_not_be_contacted(
    shop: Shop, turn: int, layout_key: str, tmp_path: Path
) -> None:
    layout, left = LAYOUTS[layout_key], 0
    with shop.database.cursor() as cursor:
        for number, (source, listed) in list(enumerate(shop.lists))[turn % 2 :: 2]:
            settings = replace(SETTINGS, contact_needs_consent=number % 4 > 1, contact_cap_count=1 + number % 3)
            channel = layout.channels[number % len(layout.channels)]
            rules = rules_on(DAY, settings, channel)
            columns = ("customer_id", "name", "phone", "email", "tags", "city") if layout.is_chosen else ()
            export = Export(source, shop.params, settings, layout, rules, columns)
            rows = in_csv(cursor, export, tmp_path)
            expected = in_the_file(shop, listed, rules)
            if channel is Channel.ADS:
                assert sorted(rows) == sorted(list(hashes(shop.people[one], export).values()) for one in expected)
            else:
                assert sorted(of_whom(shop, export, row) for row in rows) == sorted(expected), (source, rules)
            left += len(listed) - len(expected)
            for row in rows:
                for place, cell in enumerate(row):
                    is_safe = export.file_columns[place].is_safe
                    assert cell[:1] not in FORMULA_STARTS or (is_safe and re.fullmatch(r"\+\d+", cell)), cell
            if number % 10 == turn:
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
    expected = in_the_file(shop, contacted, rules)
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

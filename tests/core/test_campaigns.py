"""Campaigns: who is frozen into which group, who stays there, and what came of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from scipy.stats import chi2

from crm_core.analysis.effect import Verdict
from crm_core.db import Cursor, Database
from crm_core.decisions import Author, merge, undo_decision
from crm_core.errors import CrmError, InvalidParams, UnknownName
from crm_core.findings.campaigns import progress_words, verdict_words
from crm_core.i18n import Translator, languages
from crm_core.ingest.pipeline import remove_sample
from crm_core.lists.campaigns import (
    CampaignPlan,
    arm_of,
    base_share,
    campaign_to_contact,
    contacted_so_far,
    freeze,
    reachable,
    stop,
)
from crm_core.lists.conditions import All, Not, condition
from crm_core.lists.contactable import Channel, bound, contactable, rules_on
from crm_core.lists.exports import Export, remaining
from crm_core.lists.layouts import LAYOUTS
from crm_core.lists.sources import Source, people_of
from crm_core.metrics.campaign_contacts import contact_progress
from crm_core.metrics.campaigns import CampaignResult, campaign_result, campaigns_of
from crm_core.metrics.tables import table
from crm_core.params import Params, Period
from crm_core.sample.campaigns import freeze_sample
from crm_core.settings import ShopSettings
from tests.core.builders import Shop, run, write_csv
from tests.core.mart_rows import Bought, fill, insert, on, params

SETTINGS = ShopSettings()
MOMENT = datetime(2024, 4, 10, 9)
EVERYONE = All(())
AS_OF = 99  # the day that lists are made on; the campaigns begin the day after
PLAN = CampaignPlan("Spring", Channel.PHONE, on(AS_OF + 1), seed=7)


@pytest.fixture
def cursor(database: Database) -> Iterator[Cursor]:
    with database.write_beside() as cursor:
        yield cursor


def fill_shop(cursor: Cursor, people: int, bought: list[Bought] | None = None, *, last_day: int = AS_OF) -> None:
    """So many customers c0000 … who bought on day 0, what they bought later, and somebody's order on the last day."""
    first = [Bought(name_of(number), 0) for number in range(people)]
    fill(cursor, [*first, *(bought or []), Bought("passer-by", last_day)])
    cursor.execute("delete from customer_mart where customer_id = 'passer-by'")
    cursor.execute("update customer_mart set phone = '+8869' || customer_id, email = customer_id || '@example.com'")
    cursor.execute("delete from identities")
    cursor.execute(
        "insert into identities select customer_id, 'shop:' || customer_id, email, phone, name, customer_id "
        "from customer_mart"
    )


def name_of(number: int) -> str:
    return f"c{number:05}"


def frozen(cursor: Cursor, plan: CampaignPlan = PLAN, source: Source = EVERYONE) -> int:
    return freeze(cursor, source, params(AS_OF), SETTINGS, plan, by=" Mei  Lin ", moment=MOMENT)


def arms(cursor: Cursor, campaign_id: int) -> tuple[set[str], set[str]]:
    """Contacted and held out."""
    found = [people(cursor, arm_of(campaign_id, arm)) for arm in ("contacted", "held_out")]
    return found[0], found[1]


def people(cursor: Cursor, source: Source) -> set[str]:
    compiled = people_of(cursor, source, params(AS_OF), SETTINGS)
    return {row[0] for row in cursor.execute(compiled.sql, dict(compiled.binds)).fetchall()}


def result(cursor: Cursor, campaign_id: int, day: int) -> CampaignResult:
    return campaign_result(cursor, campaign_id, params(day), SETTINGS)


def changed(**values: object) -> CampaignPlan:
    return replace(PLAN, **values)  # type: ignore[arg-type]


# ---- freezing ----


def test_the_rounded_share_is_held_out_and_the_seed_alone_decides_whom(cursor: Cursor) -> None:
    fill_shop(cursor, 205)
    first = frozen(cursor)
    contacted, held_out = arms(cursor, first)
    assert (len(contacted), len(held_out)) == (184, 21)
    assert contacted | held_out == {name_of(number) for number in range(205)}
    stop(cursor, first, MOMENT)
    again = frozen(cursor)
    assert arms(cursor, again) == (contacted, held_out)
    stop(cursor, again, MOMENT)
    assert arms(cursor, frozen(cursor, changed(seed=8)))[1] != held_out


def test_nobody_of_a_campaign_that_is_planned_is_contacted_shortly_before_it(cursor: Cursor) -> None:
    fill_shop(cursor, 60)
    planned = frozen(cursor, changed(starts_on=on(AS_OF + 4)))
    contacted, _ = arms(cursor, planned)
    with pytest.raises(CrmError, match="nobody"):
        frozen(cursor)
    own = rules_on(on(AS_OF + 4), SETTINGS, Channel.PHONE, planned)
    reached = cursor.execute(
        contactable("select customer_id from customer_mart where customer_id <> 'passer-by'"), bound(own)
    ).fetchall()
    assert {customer_id for (customer_id,) in reached} == contacted
    stop(cursor, planned, MOMENT)
    assert frozen(cursor)


def test_the_same_list_and_seed_give_the_same_groups(database: Database, tmp_path: Path) -> None:
    found = []
    for shuffle in (False, True):
        shop = Database(tmp_path / f"{shuffle}.duckdb")
        with shop.write_beside() as cursor:
            fill_shop(cursor, 300)
            if shuffle:
                cursor.execute("create temp table kept as select * from customer_mart order by hash(customer_id)")
                cursor.execute("delete from customer_mart")
                cursor.execute("insert into customer_mart select * from kept")
            found.append(arms(cursor, frozen(cursor)))
        shop.close()
    assert found[0] == found[1]


def test_chance_knows_nothing_of_the_people(cursor: Cursor) -> None:
    """Held-out shares of ten blocks of neighbours, and of odd and even, differ as by chance, no more or less."""
    fill_shop(cursor, 3000)
    _, held_out = arms(cursor, frozen(cursor, changed(holdout_share=0.3)))
    assert len(held_out) == 900
    for strata in (10, 2):
        counts = [0] * strata
        for name in held_out:
            number = int(name[1:])
            counts[number * strata // 3000 if strata > 2 else number % 2] += 1
        expected = 900 / strata
        statistic = sum((count - expected) ** 2 / (expected * 0.7) for count in counts)
        assert statistic < chi2.ppf(0.999, strata - 1)
        assert statistic > chi2.ppf(0.001, strata - 1)  # nor is it dealt out evenly


@pytest.mark.parametrize(("people_count", "share", "held"), [(1, 0.1, 0), (2, 0.1, 1), (3, 0.5, 2), (40, 0.0, 0)])
def test_of_two_or_more_at_least_one_is_held_out(cursor: Cursor, people_count: int, share: float, held: int) -> None:
    fill_shop(cursor, people_count)
    contacted, held_out = arms(cursor, frozen(cursor, changed(holdout_share=share)))
    assert (len(contacted), len(held_out)) == (people_count - held, held)


def test_who_may_not_be_contacted_is_in_neither_group(cursor: Cursor) -> None:
    fill_shop(cursor, 60)
    cursor.execute("update customer_mart set consent_email = false where customer_id < 'c00010'")
    cursor.execute("update customer_mart set email = null where customer_id between 'c00010' and 'c00014'")
    by_mail = changed(channel=Channel.EMAIL)
    found = reachable(cursor, EVERYONE, params(AS_OF), SETTINGS, Channel.EMAIL, PLAN.starts_on)
    assert (found.people, found.left_out) == (45, {"opted_out": 10, "no_address": 5})
    first = frozen(cursor, by_mail)
    everyone = set.union(*arms(cursor, first))
    assert everyone == {name_of(number) for number in range(15, 60)}
    # Held out there or contacted there: neither can be in another campaign while it lasts.
    second = frozen(cursor, changed(channel=Channel.PHONE, starts_on=PLAN.starts_on + timedelta(days=1)))
    assert set.union(*arms(cursor, second)) == {name_of(number) for number in range(15)}
    with pytest.raises(InvalidParams, match="campaign_nobody"):
        frozen(cursor, by_mail)


def test_a_campaign_is_written_down_as_it_was_planned(cursor: Cursor) -> None:
    fill_shop(cursor, 50)
    campaign_id = frozen(cursor, changed(name="  Silent\n best ", cost=Decimal("1200.50"), margin=0.4))
    (campaign,) = campaigns_of(cursor)
    assert (campaign.campaign_id, campaign.name, campaign.source) == (campaign_id, "Silent best", 'built:{"all":[]}')
    assert (campaign.channel, campaign.starts_on, campaign.ends_on) == ("phone", on(100), on(114))
    assert (campaign.cost, campaign.margin, campaign.holdout_share, campaign.seed) == (Decimal("1200.5"), 0.4, 0.1, 7)
    assert (campaign.as_of, campaign.frozen_by, campaign.frozen_at) == (on(AS_OF), "Mei Lin", MOMENT)
    assert (campaign.contacted, campaign.held_out, campaign.stopped_at) == (45, 5, None)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " \n "}, "campaign_name"),
        ({"channel": Channel.ADS}, "campaign_channel"),
        ({"starts_on": on(AS_OF - 1)}, "campaign_starts_before"),
        ({"window_days": 0}, "campaign_bounds"),
        ({"window_days": 366}, "campaign_bounds"),
        ({"cost": Decimal(-1)}, "campaign_bounds"),
        ({"cost": Decimal("NaN")}, "campaign_bounds"),
        ({"margin": 1.01}, "campaign_bounds"),
        ({"margin": float("nan")}, "campaign_bounds"),
        ({"holdout_share": 0.51}, "campaign_bounds"),
        ({"seed": -1}, "campaign_bounds"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(cursor: Cursor, values: dict[str, object], code: str) -> None:
    fill_shop(cursor, 5)
    with pytest.raises(InvalidParams, match=code):
        frozen(cursor, changed(**values))
    assert campaigns_of(cursor) == ()


# ---- staying in a group ----


def test_members_stay_members_under_another_id(cursor: Cursor) -> None:
    fill_shop(cursor, 100)
    before = arms(cursor, campaign_id := frozen(cursor))
    for relation in ("identities", "customer_mart", "purchase_mart"):
        cursor.execute(f"update {relation} set customer_id = 'new ' || customer_id")
    renamed = arms(cursor, campaign_id)
    assert renamed == tuple({f"new {name}" for name in arm} for arm in before)


def test_who_is_in_both_groups_after_a_join_is_in_neither_and_counted_and_never_contacted(cursor: Cursor) -> None:
    fill_shop(cursor, 100)
    campaign_id = frozen(cursor)
    contacted, held_out = arms(cursor, campaign_id)
    one, other, third = min(contacted), min(held_out), max(contacted)
    for kept, gone in ((one, other), (max(contacted - {third}), third)):
        cursor.execute("update identities set customer_id = ? where customer_id = ?", [kept, gone])
        cursor.execute("delete from customer_mart where customer_id = ?", [gone])
    found = result(cursor, campaign_id, AS_OF)
    assert found.effect is not None
    assert (found.in_both, found.effect.contacted.people, found.effect.held_out.people) == (1, 88, 9)
    assert one in arms(cursor, campaign_id)[1]


def test_a_shared_address_draws_nobody_else_in(cursor: Cursor) -> None:
    fill_shop(cursor, 40)
    cursor.execute("update identities set email = 'family@example.com' where customer_id in ('c00001', 'c00002')")
    cursor.execute(
        "update identities set account = null, phone = null, email = 'office@example.com' "
        "where customer_id in ('c00003', 'c00004')"
    )
    cursor.execute("update customer_mart set phone = null where customer_id in ('c00002', 'c00004')")
    assert {"c00001", "c00003"} < set.union(*arms(cursor, frozen(cursor)))
    assert set.union(*arms(cursor, 1)).isdisjoint({"c00002", "c00004"})


# ---- never contacted ----


@pytest.mark.parametrize("seed", range(2))
def test_nothing_that_goes_out_holds_anybody_of_the_hold_out_group(cursor: Cursor, seed: int) -> None:
    fill_shop(cursor, 120)
    plan = changed(seed=seed, holdout_share=0.3)
    campaign_id = frozen(cursor, plan, condition("purchases", "at_least", 1))
    contacted, held_out = arms(cursor, campaign_id)
    sources: list[Source] = [
        EVERYONE,
        arm_of(campaign_id, "contacted"),
        arm_of(campaign_id, "held_out"),
        "top_spenders",
    ]
    for source in sources:
        asked = people_of(cursor, source, params(AS_OF), SETTINGS)
        for channel in (None, *Channel):
            for day in (plan.starts_on, plan.starts_on + timedelta(days=plan.window_days)):
                rules = rules_on(day, SETTINGS, channel, campaign_id)
                sql = contactable(asked.sql)
                found = {row[0] for row in cursor.execute(sql, {**asked.binds, **bound(rules)}).fetchall()}
                assert found.isdisjoint(held_out)
                if source == EVERYONE and channel is Channel.PHONE and day == plan.starts_on:
                    assert found == contacted


def test_the_hold_out_ends_with_the_last_day_and_when_the_campaign_is_stopped(cursor: Cursor) -> None:
    fill_shop(cursor, 50)
    campaign_id = frozen(cursor)

    def free(day: int) -> int:
        return reachable(cursor, EVERYONE, params(AS_OF), SETTINGS, Channel.PHONE, on(day)).people

    assert [free(100), free(114), free(115)] == [0, 45, 50]  # the contact counts against the cap for 14 days
    stop(cursor, campaign_id, MOMENT)
    assert free(100) == 50
    with pytest.raises(UnknownName, match="unknown_campaign"):
        stop(cursor, campaign_id, MOMENT)
    assert result(cursor, campaign_id, 120).verdict is Verdict.STOPPED
    frame = table(cursor, "campaigns", params(120), SETTINGS).frame
    assert list(frame["verdict"]) == ["stopped"]
    assert frame["contacted_share"].isna().all()


# ---- what came of it ----


def sold(groups: tuple[set[str], set[str]], buyers: tuple[int, int], day: int, amount: int) -> list[Bought]:
    return [
        Bought(name, day, Decimal(amount))
        for arm, count in zip(groups, buyers, strict=True)
        for name in sorted(arm)[:count]
    ]


def test_a_campaign_by_hand(cursor: Cursor) -> None:
    """200 people, 60 held out; 70 of 140 and 12 of 60 bought for 300: 0.5 − 0.2 with Newcombe's interval.

    Wilson: 0.4182–0.5818 and 0.1183–0.3178; low = .3 − √(.0818² + .1178²), high = .3 + √(.0818² + .0817²).
    Revenue per person 150 and 60, so 90 × 140 = 12,600 extra; at a margin of 40 % less 1,000 it leaves 4,040.
    """
    fill_shop(cursor, 200)
    campaign_id = frozen(cursor, changed(holdout_share=0.3, cost=Decimal(1000), margin=0.4))
    groups = arms(cursor, campaign_id)
    fill_shop(cursor, 200, sold(groups, (70, 12), 114, 300), last_day=114)
    found = result(cursor, campaign_id, 114)
    effect = found.effect
    assert effect is not None
    assert (effect.contacted[:2], effect.held_out[:2]) == ((140, 70), (60, 12))
    assert effect.share == pytest.approx((0.3, 0.1566, 0.4156), abs=1e-4)
    assert effect.extra_customers == pytest.approx((42, 21.9, 58.2), abs=0.05)
    assert (effect.contacted.mean, effect.held_out.mean) == (150, 60)
    assert effect.extra_revenue is not None
    assert found.profit is not None
    assert [effect.extra_revenue.value, found.profit.value] == pytest.approx([12600, 4040])
    assert found.profit.low == pytest.approx(effect.extra_revenue.low * 0.4 - 1000)
    assert found.verdict is Verdict.EFFECTIVE
    row = table(cursor, "campaigns", params(114), SETTINGS).frame.iloc[0]
    assert (row["contacted_share"], row["held_out_share"], row["verdict"]) == (0.5, 0.2, "effective")
    both = table(cursor, "campaign_effect", params(114), SETTINGS, campaign=campaign_id).frame
    assert both[["arm", "people", "buyers", "revenue"]].values.tolist() == [
        ["contacted", 140, 70, 21000.0], ["held_out", 60, 12, 3600.0],
    ]  # fmt: skip


def test_only_purchases_of_its_days_count_and_later_orders_change_nothing(cursor: Cursor) -> None:
    fill_shop(cursor, 100)
    campaign_id = frozen(cursor, changed(holdout_share=0.5))
    groups = arms(cursor, campaign_id)
    before, first, last, after = (sold(groups, (20, 10), day, 500) for day in (99, 100, 114, 115))
    fill_shop(cursor, 100, [*before, *first[:5]], last_day=113)
    running = result(cursor, campaign_id, 113)
    assert (running.verdict, running.days_left, running.seen_until) == (Verdict.RUNNING, 1, on(113))
    assert running.effect is not None
    assert running.effect.contacted.buyers == 5
    fill_shop(cursor, 100, [*before, *first, *last, *after], last_day=130)
    over = result(cursor, campaign_id, 130)
    assert over.effect is not None
    assert (over.effect.contacted.buyers, over.effect.held_out.buyers, over.days_left) == (20, 10, 0)
    assert over.effect.contacted.mean == 20 * 1000 / 50  # on two days, one person
    assert result(cursor, campaign_id, 114) == over or result(cursor, campaign_id, 114).effect == over.effect
    assert result(cursor, campaign_id, 113).verdict is Verdict.RUNNING
    begun = result(cursor, campaign_id, 99)
    assert (begun.has_begun, begun.days_left) == (False, 15)


def test_a_few_campaigns_through_the_database_are_judged_rightly(cursor: Cursor) -> None:
    """2,000 customers, 10 % buy anyway, contact adds 12 points or none; 30 % held out."""
    chance = random.Random(3)
    fill_shop(cursor, 2000)
    verdicts: dict[float, list[Verdict]] = {0.0: [], 0.12: []}
    for seed in range(2):
        for effect, found in verdicts.items():
            campaign_id = frozen(cursor, changed(seed=seed, holdout_share=0.3))
            contacted, held_out = arms(cursor, campaign_id)
            shares = [(contacted, 0.10 + effect), (held_out, 0.10)]
            buyers = [Bought(name, 105) for arm, share in shares for name in sorted(arm) if chance.random() < share]
            fill_shop(cursor, 2000, buyers, last_day=114)
            found.append(result(cursor, campaign_id, 114).verdict)
            stop(cursor, campaign_id, MOMENT)
            fill_shop(cursor, 2000)
    assert verdicts[0.12] == [Verdict.EFFECTIVE] * 2
    assert verdicts[0.0].count(Verdict.NO_PROOF) >= 1


def test_the_base_share_is_what_people_on_the_earlier_list_did(cursor: Cursor) -> None:
    """Of ten known on day 84, three bought on days 85 to 99; who came on day 90 was on no list then."""
    bought = [
        Bought(name_of(0), 84),
        *(Bought(name_of(number), 85 + number) for number in (1, 2, 14)),
        Bought("new", 90),
    ]
    fill_shop(cursor, 10, [row for row in bought if row.customer_id != name_of(14)] + [Bought(name_of(3), 99)])
    found = base_share(cursor, EVERYONE, params(AS_OF), SETTINGS, 14)
    assert (found.on, found.people, found.buyers, found.share) == (on(84), 10, 3, 0.3)
    nobody = base_share(cursor, EVERYONE, params(AS_OF), SETTINGS, 200)
    assert (nobody.people, nobody.share) == (0, None)


def test_a_campaign_that_does_not_exist_is_refused(cursor: Cursor) -> None:
    fill_shop(cursor, 3)
    with pytest.raises(CrmError, match="unknown_campaign"):
        campaign_result(cursor, 9, params(AS_OF), SETTINGS)
    assert table(cursor, "campaigns", params(AS_OF), SETTINGS).frame.empty


# ---- how the contact stands ----


def call(name: str, day: int, outcome: str | None, channel: str = "phone") -> dict[str, object]:
    return {
        "contact_key": f"{name} {day} {outcome}", "customer_id": name, "contacted_at": on(day), "contacted_on": on(day),
        "has_time": False, "is_day_told": True, "channel": channel, "outcome": outcome,
    }  # fmt: skip


def test_how_the_contact_stands_by_person_and_by_day(cursor: Cursor) -> None:
    """Of ten a is reached, b is not, c is a wrong number; a day later b is reached, d refuses, a does not answer."""
    fill_shop(cursor, 20)
    campaign_id = frozen(cursor, changed(holdout_share=0.5))
    contacted, held_out = arms(cursor, campaign_id)
    a, b, c, d, *left = sorted(contacted)
    calls = [
        call(a, 100, "reached"), call(b, 100, "not_reached"), call(c, 100, "invalid"),
        call(b, 101, "reached"), call(d, 101, "refused"), call(a, 101, "not_reached"),
        call(left[0], 99, "reached"), call(left[1], 115, "reached"),  # before the first day and after the last
        call(left[2], 101, "sent", "sms"), call(left[3], 101, "allowed"),  # another channel, and only a wish
        call(min(held_out), 101, "reached"),
    ]  # fmt: skip
    insert(cursor, "contact_mart", calls)
    found = contact_progress(cursor, on(120))[campaign_id]
    assert found.people == {"reached": 2, "invalid": 1, "refused": 1, "not_yet": 6}
    assert (found.to_contact, found.contacted, found.left) == (10, 4, 6)
    assert [(each.day, each.contacts, each.people, each.newcomers, each.left) for each in found.days] == [
        (on(100), 3, {"reached": 1, "not_reached": 1, "invalid": 1}, 3, 7),
        (on(101), 3, {"reached": 1, "not_reached": 1, "refused": 1}, 1, 6),
    ]
    first_day = contact_progress(cursor, on(100))[campaign_id]
    assert first_day.people == {"reached": 1, "not_reached": 1, "invalid": 1, "not_yet": 7}
    asked = replace(params(AS_OF), contact_on=on(105))
    listed = people_of(cursor, contacted_so_far(campaign_id, ("not_yet",)), asked, SETTINGS)
    assert {row[0] for row in cursor.execute(listed.sql, dict(listed.binds)).fetchall()} == set(left)
    for source, people in ((contacted_so_far(campaign_id, ("not_yet",)), 6), (arm_of(campaign_id, "contacted"), 10)):
        rules = rules_on(on(102), replace(SETTINGS, contact_cap_days=1), Channel.SMS, campaign_to_contact(source))
        assert remaining(cursor, Export(source, asked, SETTINGS, LAYOUTS["sms"], rules)).listed == people
    (campaign,) = campaigns_of(cursor)
    t = Translator("en")
    assert progress_words(campaign, found, on(105), t) == (
        "4 of the 10 to contact were contacted so far: 2 reached, 1 want no more contact, "
        "1 with a wrong number or address. 6 not yet."
    )
    assert "The other 6 were not." in progress_words(campaign, found, on(115), t)
    assert "begins on" in progress_words(campaign, contact_progress(cursor, on(99))[campaign_id], on(99), t)
    row = table(cursor, "campaigns", replace(params(AS_OF), contact_on=on(100)), SETTINGS).frame.iloc[0]
    assert row[["contacted_so_far", "reached", "not_reached", "invalid", "not_yet"]].tolist() == [3, 1, 1, 1, 7]
    by_day = table(cursor, "campaign_contacts", asked, SETTINGS, campaign=campaign_id).frame
    assert by_day[["contacts", "people", "newcomers", "left"]].values.tolist() == [[3, 3, 3, 7], [3, 3, 1, 6]]
    stop(cursor, campaign_id, MOMENT)
    assert contact_progress(cursor, on(105)) == {}


def test_an_interval_beyond_zero_without_proof_is_not_worded_as_holding_zero(cursor: Cursor) -> None:
    """2 of 60 held out against 3 of 540: see test_effect."""
    fill_shop(cursor, 600)
    campaign_id = frozen(cursor)
    fill_shop(cursor, 600, sold(arms(cursor, campaign_id), (3, 2), 105, 300), last_day=114)
    found = result(cursor, campaign_id, 114)
    assert found.verdict is Verdict.NO_PROOF
    assert "so few bought that chance alone" in verdict_words(found, Translator("en"), SETTINGS).sentence


# ---- the command line ----


def test_the_command_line_freezes_tells_and_stops(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    shop = Database(path)
    with shop.write() as cursor:
        fill_shop(cursor, 200)
    shop.close()
    shape = (
        "--contact",
        "phone",
        "--starts-on",
        on(100),
        "--hold-out",
        "0.3",
        "--seed",
        "7",
        "--margin",
        "0.4",
        "--json",
    )
    frozen_now = run("campaign", "freeze", 'built:{"all":[]}', "--name", "Spring", *shape, "--db", path)
    assert frozen_now.status == 0
    campaign = frozen_now.document["campaign"]
    assert (campaign["campaign_id"], campaign["contacted"], campaign["held_out"]) == (1, 140, 60)
    assert (campaign["verdict"], campaign["days_left"], campaign["profit"]) == ("running", 15, None)
    assert (campaign["contacted_so_far"], campaign["not_yet"]) == (0, 140)
    shop = Database(path)
    with shop.write() as cursor:
        insert(cursor, "contact_mart", [call(name, 103, "reached") for name in sorted(arms(cursor, 1)[0])[:40]])
    shop.close()
    told = run("campaign", "effect", 1, "--db", path, "--json").document
    assert told["groups"][1]["arm"] == "held_out"
    assert [(day["day"], day["reached"], day["left"]) for day in told["contacts"]] == [(str(on(103)), 40, 100)]
    campaign = told["campaign"]
    assert (campaign["contacted_so_far"], campaign["reached"], campaign["not_yet"]) == (40, 40, 100)
    said = run("campaign", "list", "--db", path).out.decode()
    assert any(
        Translator(language)("campaigns.progress.short", contacted="40", people="140") in said
        for language in languages()
    )
    assert run("campaign", "--db", path, "--json", "list").document == {"campaigns": [campaign]}
    refused = run("campaign", "freeze", "top_spenders", "--name", " ", "--contact", "sms", "--db", path, "--json")
    assert (refused.status, refused.document["error"]) == (1, "campaign_name")
    assert run("campaign", "freeze", "top_spenders", "--name", "x", "--contact", "ads", "--db", path).status == 2
    assert run("campaign", "stop", 1, "--db", path, "--json").document["campaign"]["verdict"] == "stopped"
    assert run("campaign", "stop", 1, "--db", path).status == 1
    said = run("campaign", "effect", 1, "--db", path).out.decode()
    assert said.startswith("1\tSpring\t")


def test_a_list_of_the_contacted_group_alone_is_known_as_the_campaigns_own() -> None:
    own = arm_of(4, "contacted")
    left = contacted_so_far(4, ("not_yet", "not_reached"))
    assert [campaign_to_contact(source) for source in (own, left, All((own,)), All((All((left,)),)))] == [4] * 4
    several = condition("campaign_arm", "one_of", ["contacted", "held_out"], campaign_id=4)
    others: list[Source] = [arm_of(4, "held_out"), All((own, own)), EVERYONE, "top_spenders", Not(own), several]
    others.append(condition("campaign_contact", "none_of", ["reached"], campaign_id=4))  # holds those held out
    assert [campaign_to_contact(source) for source in others] == [None] * 7


# ---- through files and decisions ----


def order(number: int, person: int, **more: object) -> dict[str, object]:
    return {
        "order_id": f"o{number}", "ordered_at": "2024-04-01 10:00", "email": f"p{person:02}@example.com",
        "name": f"Person {person}", "product": "tea", "quantity": 1, "unit_price": 100, **more,
    }  # fmt: skip


def test_groups_hold_through_files_joins_and_a_rebuild(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    first = [order(number, number) for number in range(20)]
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", first))
    asked = (
        "--contact",
        "email",
        "--as-of",
        "2024-04-01",
        "--starts-on",
        "2024-04-01",
        "--hold-out",
        "0.5",
        "--seed",
        "3",
    )
    made = run("campaign", "freeze", 'built:{"all":[]}', "--name", "A", *asked, "--db", shop.path, "--json").document
    assert (made["campaign"]["contacted"], made["campaign"]["held_out"]) == (10, 10)

    def effect() -> tuple[int, int]:
        found = run("campaign", "effect", 1, "--db", shop.path, "--json").document["campaign"]
        return found["contacted"], found["held_out"]

    database = Database(shop.path)
    with database.write() as cursor:
        contacted, held_out = (addresses(cursor, is_held_out=arm) for arm in (False, True))
        one, other = (id_of(cursor, min(group)) for group in (contacted, held_out))
        joined = merge(cursor, one, other, Author("test", MOMENT))
    database.close()
    assert effect() == (9, 9)
    # A newer file gives everyone a member number, which becomes the customer's id.
    again = [order(100 + number, number, customer_id=f"m{number}") for number in range(20)]
    shop.take_in("orders", write_csv(tmp_path / "more.csv", again))
    assert effect() == (9, 9)
    shop.run("rebuild")
    assert effect() == (9, 9)
    database = Database(shop.path)
    with database.write() as cursor:
        undo_decision(cursor, joined, "test", MOMENT)
        held_out_now = addresses(cursor, is_held_out=True)
    database.close()
    assert effect() == (10, 10)
    assert held_out_now == held_out


def test_a_shop_with_files_of_its_own_gets_no_campaigns_of_the_sample_and_keeps_its_own(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "huike.duckdb")
    shop.take_in("orders", write_csv(tmp_path / "orders.csv", [order(number, number) for number in range(20)]))
    database = Database(shop.path)
    with database.write() as cursor:
        assert freeze_sample(cursor, SETTINGS, random.Random(1)) == []
        assert campaigns_of(cursor) == ()
        asked = Params(date(2024, 4, 1), Period(date(2024, 4, 1), date(2024, 4, 1)))
        plan = changed(channel=Channel.EMAIL, starts_on=asked.as_of)
        freeze(cursor, EVERYONE, asked, SETTINGS, plan, by="", moment=MOMENT)
        assert cursor.execute("select is_sample from campaigns").fetchall() == [(False,)]
        # A shop from before campaigns told this opens all the same.
        cursor.execute("alter table campaigns drop column is_sample")
        cursor.execute("delete from schema_migrations where name like '%/0018_%'")
    database.close()
    reopened = Database(shop.path.rename(tmp_path / "older.duckdb"))
    remove_sample(reopened, MOMENT)
    with reopened.cursor() as cursor:
        assert [campaign.name for campaign in campaigns_of(cursor)] == ["Spring"]
    reopened.close()


def addresses(cursor: Cursor, *, is_held_out: bool) -> set[str]:
    asked = "select email from campaign_people() join customer_mart using (customer_id) where is_held_out = ?"
    return {row[0] for row in cursor.execute(asked, [is_held_out]).fetchall()}


def id_of(cursor: Cursor, email: str) -> str:
    return str(cursor.execute("select customer_id from identities where email = ?", [email]).fetchall()[0][0])

"""The page Campaigns and the form that freezes a list: the figures of the core, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from crm_core.analysis.effect import Verdict
from crm_core.analysis.power import held_out_of
from crm_core.db import Database
from crm_core.findings.campaigns import campaigns_answer, progress_words, verdict_words
from crm_core.i18n import Translator, languages
from crm_core.lists.campaigns import CampaignPlan, arm_of, freeze
from crm_core.lists.conditions import All, to_json
from crm_core.lists.contactable import Channel
from crm_core.lists.sources import source_text
from crm_core.metrics.campaign_contacts import contact_progress
from crm_core.metrics.campaigns import CampaignResult, campaign_results, campaigns_of
from crm_core.metrics.measure import default_params
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.pages import shops
from tests.pages.shops import opened, visit_of, words
from ui.contact_day import today

EVERYONE = All(())
MOMENT = datetime(2024, 6, 1, 9)
# An address counts once, whoever has it.
OWN_NUMBERS = "phone = coalesce(phone, '+8869' || lpad((hash(customer_id) % 100000000)::varchar, 8, '0'))"


@pytest.fixture(scope="session")
def campaign_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop with two campaigns: one over, whose contacted people bought, one that has not begun."""
    path = tmp_path_factory.mktemp("campaigns") / "shop.duckdb"
    path.write_bytes(template.read_bytes())
    database = Database(path)
    settings = ShopSettings(thin_below=5)
    with database.write() as cursor:
        cursor.execute(f"update customer_mart set {OWN_NUMBERS}, email = null")
        cursor.execute("insert or replace into settings values ('thin_below', '5')")
        latest = default_params(cursor, settings)
        assert latest is not None
        before = Params(latest.as_of - timedelta(days=20), Period(latest.period.start, latest.as_of))
        over = CampaignPlan("A *call*", Channel.PHONE, before.as_of, 5, holdout_share=0.5, margin=0.5)
        first = freeze(cursor, EVERYONE, before, settings, over, by="Mei", moment=MOMENT)
        cursor.execute(
            "insert into purchase_mart by name select customer_id, ?::date as purchased_on, 90 as purchase_no, "
            "1 as gap_days, 1 as order_count, 300 as net_amount, 900 as net_so_far, 'x' as channel "
            "from campaign_people() where campaign_id = ? and not is_held_out",
            [before.as_of + timedelta(days=3), first],
        )
        cursor.execute(
            "insert into contact_mart by name with called as ("
            "select customer_id, row_number() over (order by customer_id) as nth from campaign_people() "
            "where campaign_id = ? and not is_held_out) "
            "select customer_id as contact_key, customer_id, ?::date + nth::integer as contacted_on, "
            "contacted_on::timestamp as contacted_at, false as has_time, true as is_day_told, 'phone' as channel, "
            "if(nth = 1, 'reached', 'not_reached') as outcome from called where nth <= 2",
            [first, before.as_of],
        )
        later = CampaignPlan("Later", Channel.PHONE, latest.as_of + timedelta(days=30), 6)
        freeze(cursor, EVERYONE, latest, settings, later, by="", moment=MOMENT)
    database.close()
    return path


@pytest.fixture
def campaign_shop(campaign_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app opens a copy of it."""
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(campaign_template, tmp_path):
        yield


def found(language: str) -> tuple[CampaignResult, ...]:
    with visit_of("campaigns", language) as visit:
        params = default_params(visit.cursor, visit.settings)
        assert params is not None
        return campaign_results(visit.cursor, campaigns_of(visit.cursor), params, visit.settings)


@pytest.mark.parametrize("language", languages())
@pytest.mark.usefixtures("campaign_shop")
def test_the_table_holds_every_campaign_and_numbers_only_where_one_is_judged(language: str) -> None:
    t, results = Translator(language), found(language)
    app = opened("campaigns", lang=language)
    said = words(app)
    answer = campaigns_answer(results, t)
    assert answer.sentence in said
    assert answer.how_sure in said
    rows = app.dataframe[0].value
    assert list(rows["name"]) == ["Later", "A *call*"]
    assert list(rows["verdict"]) == [t("campaigns.verdict.running"), t("campaigns.verdict.effective")]
    effect = results[1].effect
    assert effect is not None
    assert effect.extra_revenue is not None
    assert rows["extra_revenue"].iloc[1] == pytest.approx(effect.extra_revenue.value)
    assert rows.loc[0, ["extra_revenue", "profit"]].isna().all()
    assert rows["difference"].iloc[0] == "—"
    assert list(rows["contacted"]) == [f"0 / {results[0].campaign.contacted}", f"2 / {results[1].campaign.contacted}"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.usefixtures("campaign_shop")
def test_an_opened_campaign_says_its_verdict_its_money_and_how_it_was_made(language: str) -> None:
    t, result = Translator(language), found(language)[1]
    app = opened("campaigns", lang=language, campaign="1")
    said = words(app)
    verdict = verdict_words(result, t, ShopSettings(thin_below=5))
    assert verdict.sentence in said
    assert verdict.how_sure in said
    assert result.effect is not None
    assert t.share(result.effect.contacted.share) in verdict.sentence
    for found_amount in (result.effect.extra_revenue, result.profit):
        assert found_amount is not None
        assert t.money(found_amount.value) in said
        assert t.money(found_amount.low) in said
    assert "A *call*" in said
    with visit_of("campaigns", language) as visit:
        progress = contact_progress(visit.cursor, today(visit))[1]
    assert (progress.people["reached"], progress.people["not_reached"], progress.left) == (
        1,
        1,
        progress.to_contact - 2,
    )
    assert progress_words(result.campaign, progress, result.campaign.ends_on + timedelta(days=1), t) in said
    by_day = next(each.value for each in app.dataframe if "newcomers" in each.value)
    assert list(by_day["left"]) == [progress.left + 1, progress.left]
    assert t("campaigns.facts.by", by="Mei", when="").split("Mei")[0] + "Mei" in said


@pytest.mark.parametrize("language", languages())
@pytest.mark.usefixtures("campaign_shop")
def test_a_campaign_that_has_not_begun_gives_no_numbers(language: str) -> None:
    t, result = Translator(language), found(language)[0]
    said = words(opened("campaigns", lang=language, campaign="2"))
    assert verdict_words(result, t, ShopSettings()).sentence in said
    assert t("campaigns.money.title") not in said


@pytest.mark.usefixtures("campaign_shop")
def test_a_campaign_is_stopped_only_when_that_is_confirmed() -> None:
    app = opened("campaigns", lang="en", campaign="2")
    assert found("en")[0].campaign.stopped_at is None
    app.button(key="stop_campaign_now").click().run()
    assert not app.exception
    assert "Stopped on" in words(app)
    assert found("en")[0].campaign.stopped_at is not None
    assert not [button for button in app.button if button.key == "stop_campaign_now"]


@pytest.mark.usefixtures("campaign_shop")
def test_a_campaign_with_its_verdict_cannot_be_stopped_any_more() -> None:
    app = opened("campaigns", lang="en", campaign="1")
    assert found("en")[1].verdict in (Verdict.EFFECTIVE, Verdict.HARMFUL, Verdict.NO_PROOF)
    assert not [button for button in app.button if button.key == "stop_campaign_now"]


@pytest.mark.usefixtures("campaign_shop")
@pytest.mark.parametrize("hostile", ["99", "<script>alert(1)</script>", "-1", "1; drop table campaigns"])
def test_a_campaign_that_the_address_invents_shows_them_all(hostile: str) -> None:
    app = opened("campaigns", lang="en", campaign=hostile)
    assert app.dataframe
    assert not app.error


@pytest.mark.parametrize("language", languages())
@pytest.mark.usefixtures("filled_shop")
def test_without_a_campaign_the_page_says_how_to_make_one(language: str) -> None:
    said = words(opened("campaigns", lang=language))
    t = Translator(language)
    assert t("campaigns.page.none") in said
    assert t("campaigns.empty.make") in said


@pytest.mark.usefixtures("empty_shop")
def test_an_empty_shop_is_told_what_to_upload() -> None:
    assert Translator("en")("app.empty.title") in words(opened("campaigns", lang="en"))


# ---- the form ----


def freeze_page() -> None:
    """A page with nothing but the form, as an opened list shows it."""
    from crm_core.i18n import Translator
    from crm_core.lists.conditions import All
    from crm_core.metrics.measure import default_params
    from ui import session
    from ui.campaign_freeze import freeze_form

    with session.visit("lists", Translator("en")) as visit:
        params = default_params(visit.cursor, visit.settings)
        assert params is not None
        freeze_form(visit, All(()), params)


@pytest.mark.usefixtures("filled_shop")
def test_the_form_freezes_what_it_shows() -> None:
    with visit_of("lists", "en") as visit, visit.database.write() as cursor:
        cursor.execute(f"update customer_mart set {OWN_NUMBERS}")
        cursor.execute("insert or replace into settings values ('thin_below', '5')")
        (people,) = cursor.execute("select count(*) from customer_mart").fetchall()[0]
    st.cache_data.clear()
    app = AppTest.from_function(freeze_page, default_timeout=shops.SECONDS).run()
    assert not app.exception
    said = words(app)
    assert f"{people} people on this list may be contacted" in said
    plan = app.dataframe[0].value
    assert list(plan["held_out"] + plan["contacted"]) == [people] * 5
    name = next(box for box in app.text_input if box.label == "Name of the campaign")
    assert name.value == "all customers"
    name.set_value("  ").run()
    button = next(each for each in app.button if each.label == "Freeze the list")
    button.click().run()
    assert "The campaign has no name" in words(app)
    next(box for box in app.text_input if box.label == "Name of the campaign").set_value("Spring").run()
    next(each for each in app.button if each.label == "Freeze the list").click().run()
    with visit_of("lists", "en") as visit:
        (made,) = campaigns_of(visit.cursor)
    assert (made.name, made.source, made.window_days) == ("Spring", source_text(EVERYONE), 14)
    assert made.contacted + made.held_out == people
    assert f"Suggested: {made.holdout_share:.0%}" in said
    assert made.held_out == held_out_of(people, made.holdout_share)


# ---- whom its files hold ----


@pytest.mark.usefixtures("filled_shop")
def test_on_its_day_the_file_of_a_campaign_holds_the_contacted_and_nobody_else() -> None:
    t = Translator("en")
    with visit_of("lists", "en") as visit, visit.database.write() as cursor:
        latest = default_params(cursor, visit.settings)
        assert latest is not None
        plan = CampaignPlan("Today", Channel.PHONE, today(visit), 4, holdout_share=0.3)
        cursor.execute(f"update customer_mart set {OWN_NUMBERS}")
        campaign_id = freeze(cursor, EVERYONE, latest, visit.settings, plan, by="Mei", moment=MOMENT)
        (made,) = campaigns_of(cursor)
    for arm, customers in (("contacted", made.contacted), ("held_out", 0)):
        said = words(opened("lists", lang="en", part="build", **{"if": to_json(arm_of(campaign_id, arm))}))
        listed = t.number(made.contacted if arm == "contacted" else made.held_out)
        asked = {"day": t.date(plan.starts_on), "n": t.number(customers), "listed": listed}
        assert t(f"exports.page.{'all' if customers else 'nobody'}", **asked) in said
    another = words(opened("lists", lang="en", list="top_spenders"))
    assert t("exports.page.nobody", day=t.date(plan.starts_on)) in another  # contacted today, or held out

"""An emptied shop holds nothing, keeps its settings, and can be filled again."""

from __future__ import annotations

from datetime import datetime

from crm_core.analysis.effect import Verdict
from crm_core.backup import backups
from crm_core.checks import mart_fingerprints
from crm_core.db import Database
from crm_core.ingest.pipeline import remove_sample
from crm_core.lists.campaigns import reachable
from crm_core.lists.contactable import Channel
from crm_core.marts import MARTS
from crm_core.metrics.campaign_contacts import contact_progress
from crm_core.metrics.campaigns import campaign_results, campaigns_of
from crm_core.params import Params, Period
from crm_core.sample.load import load_sample
from crm_core.sample.seasons import END, START
from crm_core.settings import ShopSettings, load_settings, save_settings
from crm_core.start_over import STORED, start_over

NOW = datetime(2026, 11, 16, 9)


def test_everything_goes_but_the_settings(database: Database) -> None:
    with database.write() as cursor:
        save_settings(cursor, ShopSettings(shop_name="回客茶行"))
    load_sample(database, NOW)
    with database.cursor() as cursor:
        before = mart_fingerprints(cursor)
        for mart in ("service_mart", "activity_mart", "contact_mart"):  # all in its own lists are its customers
            assert cursor.execute(f"select count(*) from {mart} where customer_id is null").fetchone() == (0,)
    assert all(rows for rows, _ in before.values())
    copies = len(backups(database))
    _has_campaigns_to_look_at(database)

    backup = start_over(database)

    with database.cursor() as cursor:
        assert all(rows == 0 for rows, _ in mart_fingerprints(cursor).values())
        for table in STORED:
            assert cursor.execute(f"select count(*) from {table}").fetchone() == (0,)
        assert load_settings(cursor).shop_name == "回客茶行"
    assert backup in backups(database)
    assert len(backups(database)) == copies + 1

    load_sample(database, NOW)
    with database.cursor() as cursor:
        assert mart_fingerprints(cursor) == before
    _has_campaigns_to_look_at(database)
    remove_sample(database, NOW)
    with database.cursor() as cursor:
        for table in ("campaigns", "campaign_members", "campaign_identifiers", "contact_mart"):
            assert cursor.execute(f"select count(*) from {table}").fetchone() == (0,)


def _has_campaigns_to_look_at(database: Database) -> None:
    """One is over, one is being called; nobody held out was called; most of each list is left to call."""
    params = Params(END, Period(START, END))
    with database.cursor() as cursor:
        going_on, over = campaign_results(cursor, campaigns_of(cursor), params, ShopSettings())
        assert (over.verdict, going_on.verdict) == (Verdict.NO_PROOF, Verdict.RUNNING)
        assert over.effect is not None
        assert min(over.effect.contacted.people, over.effect.held_out.people) > 50
        progress = contact_progress(cursor, END)
        assert progress[over.campaign.campaign_id].left == 0
        assert 20 < progress[going_on.campaign.campaign_id].left < progress[going_on.campaign.campaign_id].contacted
        called_for_it = (
            "select count(*) from campaign_people() as person join campaigns using (campaign_id) "
            "join contact_mart on contact_mart.customer_id = person.customer_id "
            "where is_held_out and contact_mart.source = campaigns.name"
        )
        assert cursor.execute(called_for_it).fetchone() == (0,)
        for key in ("second_purchase_due", "reorder_due", "silent_best", "win_back", "top_spenders"):
            found = reachable(cursor, key, params, ShopSettings(), Channel.PHONE, END)
            barred = found.left_out.get("held_out", 0) + found.left_out.get("contacted_lately", 0)
            assert found.people > 3 * barred


def test_every_table_but_the_kept_ones_is_emptied(database: Database) -> None:
    with database.cursor() as cursor:
        tables = {name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()}
    kept = {
        "settings",
        "comment_themes",
        "exchange_rates",
        "schema_migrations",
        "saved_lists",
        "chosen_columns",
        "assumed_chances",
    }
    assert tables - {*STORED, *MARTS} == kept

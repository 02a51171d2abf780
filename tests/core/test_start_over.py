"""An emptied shop holds nothing, keeps its settings, and can be filled again."""

from __future__ import annotations

from datetime import datetime

from crm_core.backup import backups
from crm_core.checks import mart_fingerprints
from crm_core.db import Database
from crm_core.marts import MARTS
from crm_core.sample.load import load_sample
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

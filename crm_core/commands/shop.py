"""The commands for the shop as a whole: ``sample``, ``backup``, ``restore``, ``check``, ``health``, ``rebuild``."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from crm_core import backup, marts
from crm_core.checks import check
from crm_core.commands.console import now, say
from crm_core.db import Database
from crm_core.errors import ImportRefused
from crm_core.findings.health import concerns, health_answer
from crm_core.health import health
from crm_core.i18n import Translator
from crm_core.ingest.pipeline import remove_sample
from crm_core.json_forms import dumps, health_form
from crm_core.sample.load import load_sample
from crm_core.settings import load_settings
from crm_core.snapshot import reader


def add_sample(command: argparse.ArgumentParser) -> None:
    """What ``sample`` may be told."""
    command.add_argument("action", choices=("load", "remove"))


def add_restore(command: argparse.ArgumentParser) -> None:
    """What ``restore`` may be told."""
    command.add_argument("file", type=Path, nargs="?")


def run_sample(arguments: argparse.Namespace, t: Translator) -> int:
    """Load or remove the sample shop."""
    with closing(Database(arguments.db)) as database:
        if arguments.action == "load":
            receipts = load_sample(database, now())
            say(t("cli.sample_loaded", files=len(receipts), rows=sum(receipt.rows_loaded for receipt in receipts)))
        else:
            say(t("cli.sample_removed", files=remove_sample(database, now())))
    return 0


def run_backup(arguments: argparse.Namespace, t: Translator) -> int:
    """Copy the database to the backup folder."""
    with closing(Database(arguments.db)) as database:
        say(t("cli.backed_up", file=backup.back_up(database).name))
    return 0


def run_restore(arguments: argparse.Namespace, t: Translator) -> int:
    """Put a backup in the place of the database."""
    chosen = arguments.file or backup.newest_backup(arguments.db)
    if chosen is None:
        raise ImportRefused("no_backup_yet")
    backup.restore(arguments.db, chosen)
    say(t("cli.restored", file=chosen.name))
    return 0


def run_check(arguments: argparse.Namespace, t: Translator) -> int:
    """Compare the stored results with a full rebuild."""
    with closing(Database(arguments.db)) as database:
        findings = check(database)
    for finding in findings:
        say(t(f"cli.finding.{finding.code}", detail=finding.detail))
    if not findings:
        say(t("cli.all_well"))
    return 1 if findings else 0


def run_health(arguments: argparse.Namespace, t: Translator) -> int:
    """Tell what is known, what is missing, what looks wrong."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        told = health(cursor, now().date(), load_settings(cursor).stale_after_days)
    if arguments.json:
        say(dumps(health_form(told)))
        return 0
    answer = health_answer(told, t)
    say(f"{answer.sentence} {answer.how_sure}")
    for concern in concerns(told, t):
        say(f"- {concern.what}\n  {concern.remedy}")
    return 0


def run_rebuild(arguments: argparse.Namespace, t: Translator) -> int:
    """Compute everything again from what was imported."""
    with closing(Database(arguments.db)) as database, database.write() as cursor:
        marts.rebuild(cursor)
    say(t("cli.rebuilt"))
    return 0

"""The commands ``call-sheet`` and ``workload``."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from crm_core.commands.console import check_target, now, now_in, say
from crm_core.commands.numbers import add_question, asking, check_contact_day
from crm_core.db import Cursor, Database
from crm_core.errors import InvalidParams
from crm_core.findings.calls import own_words, sheet_answer
from crm_core.i18n import Translator
from crm_core.json_forms import Json, dumps, plain_record
from crm_core.lists.assumed import assume, assumed_chances
from crm_core.lists.call_sheet import CallSheet, SheetPlan, call_sheet
from crm_core.lists.call_sheet_file import log_sheet, sheet_csv, sheet_rows, sheet_xlsx
from crm_core.lists.campaigns import arm_of
from crm_core.lists.exports import check_campaign
from crm_core.lists.ready_made import READY_MADE, list_of
from crm_core.lists.saved import list_named
from crm_core.lists.sources import Source, source_text
from crm_core.lists.workload import workload
from crm_core.settings import ShopSettings

CAMPAIGN = "campaign-"


def add_call_sheet(command: argparse.ArgumentParser) -> None:
    """What ``call-sheet`` may be told."""
    command.add_argument("--day", type=date.fromisoformat, help="the day of the calls (default: today)")
    command.add_argument(
        "--lists", required=True, help="ready-made or saved lists by name, or campaign-NUMBER, separated by commas"
    )
    command.add_argument("--people", type=int, help="how many people call (default: the setting)")
    command.add_argument("--hours", type=float, help="hours each (default: the setting)")
    command.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="LIST=PERCENT",
        help="keep what share of those reached on a list is taken to buy; without a number back to the default",
    )
    target = command.add_mutually_exclusive_group()
    target.add_argument("--csv", type=Path, help="write the sheet to this file")
    target.add_argument("--xlsx", type=Path, help="write the sheet to this workbook")
    command.add_argument("--by", default="", help="who takes the file out, for the log")
    add_question(command)


def add_workload(command: argparse.ArgumentParser) -> None:
    """What ``workload`` may be told."""
    command.epilog = (
        "In words it tells of today; with --json of the weeks before and after too, of --lists or of all lists."
    )
    command.add_argument("--lists", help="ready-made lists whose weeks are counted, separated by commas (default: all)")
    add_question(command)


def run_call_sheet(arguments: argparse.Namespace, t: Translator) -> int:
    """Make the call sheet of a day."""
    check_target(arguments.csv or arguments.xlsx)
    if arguments.assume:
        _assume(arguments)
    with asking(arguments, t) as (cursor, params, settings):
        moment = now_in(settings.zone)
        plan = _plan(cursor, arguments, settings, moment.date())
        check_contact_day(plan.day, params)
        sheet = call_sheet(cursor, plan, params, settings)
        words = [own_words(cursor, source, t, settings.currency) for source in plan.sources]
    rows = sheet_rows(sheet, words, t, moment)
    if arguments.csv:
        _log(arguments, sheet, rows, "csv", t)
        arguments.csv.write_bytes(sheet_csv(rows, t))
    if arguments.xlsx:
        _log(arguments, sheet, rows, "xlsx", t)
        arguments.xlsx.write_bytes(sheet_xlsx(rows, t))
    if arguments.json:
        say(dumps(_form(sheet)))
    else:
        answer = sheet_answer(sheet, t)
        say(answer.sentence)
        say(answer.how_sure)
        for reason, customers in sheet.left_out.items():
            say(f"{t(f'calls.left_out.{reason}')}: {t.number(customers)}")
    return 0


def _assume(arguments: argparse.Namespace) -> None:
    """Keep the assumptions with the shop, where the page finds them too. Raises ``InvalidParams`` for no number."""
    with closing(Database(arguments.db)) as database, database.write_beside() as cursor:
        for name, _, text in (given.rpartition("=") for given in arguments.assume):
            try:
                share = float(text.rstrip(" %")) / 100 if text else None
            except ValueError:
                raise InvalidParams("sheet_bounds") from None
            assume(cursor, _source(cursor, name.strip()), share)


def _log(arguments: argparse.Namespace, sheet: CallSheet, rows: pd.DataFrame, file_format: str, t: Translator) -> None:
    """Write down that the sheet leaves. Raises ``InvalidParams`` where nobody says who takes it."""
    title = t("calls.file.title", day=t.date(sheet.plan.day))
    with closing(Database(arguments.db)) as database, database.write_beside() as cursor:
        log_sheet(cursor, sheet, rows, file_format, title, arguments.by, now())


def run_workload(arguments: argparse.Namespace, t: Translator) -> int:
    """Tell how long the lists are, were and would be."""
    with asking(arguments, t) as (cursor, params, settings):
        today = now_in(settings.zone).date()
        on_day = params if arguments.as_of else replace(params, contact_on=today)
        found = workload(cursor, on_day, settings, _weeks_of(arguments))
    if arguments.json:
        lists: list[Json] = [
            {"list": entry.key, "customers": {str(day): n for day, n in entry.customers.items()}, "days": entry.days}
            for entry in found.lists
        ]
        say(dumps({"calls_per_day": found.fits, "calls_per_hour": found.pace.per_hour, "lists": lists}))
        return 0
    for entry in found.lists:
        name = t(f"{READY_MADE[entry.key].locale_key}.name")
        say(f"{name}\t{t.number(entry.customers[0])}\t{t.number(entry.days, 1)}")
    return 0


def _weeks_of(arguments: argparse.Namespace) -> tuple[str, ...] | None:
    """The lists whose weeks are counted; ``None``: all of them."""
    if arguments.lists is not None:
        return tuple(name.strip() for name in arguments.lists.split(",") if name.strip())
    return None if arguments.json else ()


def _plan(cursor: Cursor, arguments: argparse.Namespace, settings: ShopSettings, today: date) -> SheetPlan:
    sources = tuple(_source(cursor, name.strip()) for name in arguments.lists.split(",") if name.strip())
    people = settings.contact_people if arguments.people is None else arguments.people
    hours = settings.contact_hours if arguments.hours is None else arguments.hours
    return SheetPlan(arguments.day or today, sources, people, hours, assumed_chances(cursor))


def _source(cursor: Cursor, name: str) -> Source:
    """A ready-made list by its key, a saved one by its name, a campaign's contacted group as ``campaign-NUMBER``."""
    found = list_named(cursor, name)
    if found is not None:
        return found
    number = name.removeprefix(CAMPAIGN)
    if number != name and number.isdecimal():
        check_campaign(cursor, int(number))
        return arm_of(int(number), "contacted")
    return list_of(name).key


def _form(sheet: CallSheet) -> dict[str, Json]:
    """The sheet as JSON, customers by their id alone."""
    names = [source_text(chance.source) for chance in sheet.chances]
    rows: list[Json] = [
        {"customer_id": who, "list": names[place], "stake": stake, "chance": chance * reach, "priority": priority}
        for who, place, stake, chance, reach, priority in sheet.rows[
            ["customer_id", "list", "stake", "chance", "reach", "priority"]
        ].itertuples(index=False)
    ]
    return {
        "day": sheet.plan.day.isoformat(),
        "fits": sheet.fits,
        "callable": sheet.callable,
        "calls_per_hour": sheet.pace.per_hour,
        "left_out": plain_record(sheet.left_out),
        "rows": rows,
    }

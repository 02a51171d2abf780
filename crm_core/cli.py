"""The command line: the same functions as the pages (DESIGN §7).

Exit status 0 success, 1 refused with a message on standard error, 2 wrong usage. With ``--json`` standard output
holds one JSON document and nothing else, also for a refusal: ``{"error": code, "message": …, "remedy": …}``.
"""

from __future__ import annotations

import argparse
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crm_core import backup, marts
from crm_core.checks import check
from crm_core.db import Cursor, Database, database_path
from crm_core.duplicates import review
from crm_core.errors import CrmError, ImportRefused
from crm_core.export import csv_bytes
from crm_core.findings.health import concerns, health_answer
from crm_core.health import health
from crm_core.i18n import Translator, best_language
from crm_core.import_command import add_import_arguments, run_import
from crm_core.ingest.history import imports_of
from crm_core.ingest.pipeline import (
    remove_sample,
    take_back,
)
from crm_core.json_forms import (
    NO_DAY,
    Json,
    dumps,
    duplicates_form,
    health_form,
    metrics_form,
    plain_record,
    table_form,
)
from crm_core.lists.ready_made import list_members, list_of
from crm_core.metrics.measure import compare, default_params
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import Table
from crm_core.metrics.tables import TABLES, table
from crm_core.params import Params, Period
from crm_core.rates_command import add_rates_arguments, run_rates
from crm_core.sample.load import load_sample
from crm_core.settings import ShopSettings, load_settings
from crm_core.snapshot import reader

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Command = Callable[[argparse.Namespace, Translator], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    t = Translator(_language())
    command: Command = arguments.run
    try:
        return command(arguments, t)
    except CrmError as error:
        _say_refusal(error, t, as_json=getattr(arguments, "json", False))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _language() -> str:
    """The language of the terminal; ``HUIKE_LANG`` overrides."""
    chosen = os.environ.get("HUIKE_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0]
    return best_language((chosen or "").split(".")[0].replace("_", "-"))


def _say_refusal(error: CrmError, t: Translator, *, as_json: bool) -> None:
    what, remedy = t.error_text(error)
    if as_json:
        _print(dumps({"error": error.code, "message": what, "remedy": remedy}))
    print(f"{what}\n{remedy}", file=sys.stderr)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


# ---- history ---------------------------------------------------------------------------------------------


def _import(arguments: argparse.Namespace, t: Translator) -> int:
    return run_import(arguments, t, _now())


def _imports(arguments: argparse.Namespace, t: Translator) -> int:
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        records = imports_of(cursor)
    if arguments.json:
        rows: list[Json] = [plain_record(asdict(record)) for record in records]
        _print(dumps({"imports": rows}))
        return 0
    for record in records:
        state = t("cli.undone") if record.undone_at else ""
        cells = (
            record.import_id,
            record.kind,
            record.file_name,
            record.rows_read,
            f"{record.imported_at:%Y-%m-%d %H:%M}",
        )
        _print("\t".join((*map(str, cells), state)))
    return 0


def _undo(arguments: argparse.Namespace, t: Translator) -> int:
    with _writing(arguments.db) as database:
        take_back(database, arguments.import_id, _now())
    _print(t("cli.undo_done", id=arguments.import_id))
    return 0


def _now() -> datetime:
    """The moment of a change, in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def _writing(path: Path) -> Iterator[Database]:
    database = Database(path)
    try:
        yield database
    finally:
        database.close()


# ---- numbers ---------------------------------------------------------------------------------------------


def _metrics(arguments: argparse.Namespace, t: Translator) -> int:
    keys = list(dict.fromkeys(arguments.names)) or list(METRICS)
    with _asking(arguments, t) as (cursor, params, settings):
        measured = compare(cursor, keys, params, settings)
    if arguments.json:
        _print(dumps(metrics_form(params, measured)))
        return 0
    for key, item in measured.items():
        interval = t.interval_text(item.reading, settings.currency) or ""
        value = t.reading_text(item.reading, settings.currency)
        _print(f"{key}\t{value}\tn={item.reading.sample_size}\t{interval}")
    return 0


def _table(arguments: argparse.Namespace, t: Translator) -> int:
    with _asking(arguments, t) as (cursor, params, settings):
        found = table(cursor, arguments.name, params, settings)
    if arguments.json:
        _print(dumps(table_form(found)))
    else:
        _write_csv(found, arguments.csv)
    return 0


def _list(arguments: argparse.Namespace, t: Translator) -> int:
    columns = arguments.columns.split(",") if arguments.columns else None
    with _asking(arguments, t) as (cursor, params, settings):
        found = list_members(cursor, list_of(arguments.name).key, params, settings, columns)
    if arguments.json:
        _print(dumps(table_form(found)))
    else:
        _write_csv(found, arguments.csv)
    return 0


def _write_csv(found: Table, target: Path | None) -> None:
    """The table under its stable keys, to a file or to standard output."""
    content = csv_bytes(found.frame, {column.key: column.key for column in found.columns})
    if target is None:
        sys.stdout.buffer.write(content)
    else:
        target.write_bytes(content)


def _duplicates(arguments: argparse.Namespace, t: Translator) -> int:
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        settings = load_settings(cursor)
        params = default_params(cursor, settings) or Params(NO_DAY, Period(NO_DAY, NO_DAY))
        waiting = review(cursor, params, settings)
    if arguments.json:
        _print(dumps(duplicates_form(waiting)))
        return 0
    for pair in waiting.pairs:
        reasons = ", ".join(t(f"duplicates.reason.{reason}") for reason in pair.reasons)
        _print(f"{pair.likelihood:.2f}\t{pair.left.customer_id}\t{pair.right.customer_id}\t{reasons}")
    return 0


@contextmanager
def _asking(arguments: argparse.Namespace, t: Translator) -> Iterator[tuple[Cursor, Params, ShopSettings]]:
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        if found.backup is not None:
            print(t("cli.reading_backup", file=found.backup.name), file=sys.stderr)
        settings = load_settings(cursor)
        yield cursor, _params(cursor, settings, arguments), settings


def _params(cursor: Cursor, settings: ShopSettings, arguments: argparse.Namespace) -> Params:
    """The question: without ``--from`` and ``--to`` the period is all history up to the as-of date.

    An empty shop has no day of its own; asked without one it answers for ``NO_DAY``, with zeros and undefined values.
    """
    empty_day = arguments.end or NO_DAY
    params = default_params(cursor, settings) or Params(empty_day, Period(empty_day, empty_day))
    as_of = arguments.as_of or params.as_of
    end = arguments.end or as_of
    start = arguments.start or min(params.period.start, end)
    return Params(as_of=as_of, period=Period(start, end), channel=arguments.channel)


# ---- the shop as a whole ---------------------------------------------------------------------------------


def _sample(arguments: argparse.Namespace, t: Translator) -> int:
    with _writing(arguments.db) as database:
        if arguments.action == "load":
            receipts = load_sample(database, _now())
            _print(t("cli.sample_loaded", files=len(receipts), rows=sum(receipt.rows_loaded for receipt in receipts)))
        else:
            _print(t("cli.sample_removed", files=remove_sample(database, _now())))
    return 0


def _backup(arguments: argparse.Namespace, t: Translator) -> int:
    with _writing(arguments.db) as database:
        _print(t("cli.backed_up", file=backup.back_up(database).name))
    return 0


def _restore(arguments: argparse.Namespace, t: Translator) -> int:
    chosen = arguments.file or backup.newest_backup(arguments.db)
    if chosen is None:
        raise ImportRefused("no_backup_yet")
    backup.restore(arguments.db, chosen)
    _print(t("cli.restored", file=chosen.name))
    return 0


def _check(arguments: argparse.Namespace, t: Translator) -> int:
    with _writing(arguments.db) as database:
        findings = check(database)
    for finding in findings:
        _print(t(f"cli.finding.{finding.code}", detail=finding.detail))
    if not findings:
        _print(t("cli.all_well"))
    return 1 if findings else 0


def _health(arguments: argparse.Namespace, t: Translator) -> int:
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        told = health(cursor, _now().date(), load_settings(cursor).stale_after_days)
    if arguments.json:
        _print(dumps(health_form(told)))
        return 0
    answer = health_answer(told, t)
    _print(f"{answer.sentence} {answer.how_sure}")
    for concern in concerns(told, t):
        _print(f"- {concern.what}\n  {concern.remedy}")
    return 0


def _rebuild(arguments: argparse.Namespace, t: Translator) -> int:
    with _writing(arguments.db) as database, database.write() as cursor:
        marts.rebuild(cursor)
    _print(t("cli.rebuilt"))
    return 0


# ---- usage -----------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crm_core", description="Huike 回客 on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_import_arguments(_add(commands, "import", _import, "load files", as_json=True))
    _add(commands, "imports", _imports, "every import so far", as_json=True)
    undo = _add(commands, "undo", _undo, "take an import back")
    undo.add_argument("import_id", type=int)
    _add(commands, "duplicates", _duplicates, "customers that are probably one person", as_json=True)
    _add_questions(commands)
    sample = _add(commands, "sample", _sample, "the sample shop")
    sample.add_argument("action", choices=("load", "remove"))
    add_rates_arguments(_add(commands, "rates", run_rates, "exchange rates by month", as_json=True))
    _add(commands, "backup", _backup, "copy the database to the backup folder")
    restore = _add(commands, "restore", _restore, "put a backup (the newest one) in the place of the database")
    restore.add_argument("file", type=Path, nargs="?")
    _add(commands, "check", _check, "compare the stored results with a full rebuild")
    _add(commands, "health", _health, "what is known, what is missing, what looks wrong", as_json=True)
    _add(commands, "rebuild", _rebuild, "compute everything again from what was imported")
    return parser


def _add(commands: Commands, name: str, run: Command, text: str, *, as_json: bool = False) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
    command.set_defaults(run=run)
    command.add_argument("--db", type=Path, default=database_path(), help="the database file (default: HUIKE_DB)")
    if as_json:
        command.add_argument("--json", action="store_true", help="print one JSON document")
    return command


def _add_questions(commands: Commands) -> None:
    metrics = _add(commands, "metrics", _metrics, "measure numbers", as_json=True)
    metrics.add_argument("names", nargs="*", metavar="NAME", help="metrics (default: all)")
    tables = _add(commands, "table", _table, "print a table", as_json=True)
    tables.add_argument("name", help=", ".join(TABLES))
    lists = _add(commands, "list", _list, "print a ready-made list of customers", as_json=True)
    lists.add_argument("name")
    lists.add_argument("--columns", help="the columns, separated by commas")
    for command in (tables, lists):
        command.add_argument("--csv", type=Path, help="write to this file instead of standard output")
    for command in (metrics, tables, lists):
        command.add_argument("--as-of", type=date.fromisoformat, help="use nothing after this day (YYYY-MM-DD)")
        command.add_argument("--from", dest="start", type=date.fromisoformat, help="first day of the period")
        command.add_argument("--to", dest="end", type=date.fromisoformat, help="last day of the period")
        command.add_argument("--channel", help="one channel only")

"""The commands ``metrics`` and ``table``, and what ``list`` shares with them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from inspect import Parameter, signature
from pathlib import Path
from typing import get_args

from crm_core.commands.console import check_target, say
from crm_core.db import Cursor
from crm_core.errors import InvalidParams
from crm_core.export import csv_bytes
from crm_core.i18n import Translator
from crm_core.json_forms import NO_DAY, dumps, metrics_form
from crm_core.metrics.measure import compare, default_params
from crm_core.metrics.registry import METRICS
from crm_core.metrics.spec import Option, Table
from crm_core.metrics.tables import TABLES, table
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings, load_settings
from crm_core.snapshot import reader
from crm_core.table_form import table_form

LARGEST_NUMBER = 2**31 - 1


def add_metrics(command: argparse.ArgumentParser) -> None:
    """What ``metrics`` may be told."""
    command.add_argument("names", nargs="*", metavar="NAME", help="metrics (default: all)")
    add_question(command)


def add_table(command: argparse.ArgumentParser) -> None:
    """What ``table`` may be told."""
    command.add_argument("name", help=", ".join(TABLES))
    add_values(command, "an option of the table, as --with days=90")
    _add_file(command)
    add_question(command)


def add_values(command: argparse.ArgumentParser, text: str) -> None:
    """Values by name, as often as needed."""
    command.add_argument("--with", dest="values", action="append", default=[], metavar="NAME=VALUE", help=text)


def values_of(arguments: argparse.Namespace) -> dict[str, str]:
    """What ``--with`` says, name by name."""
    return {name: text for name, _, text in (given.partition("=") for given in arguments.values)}


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=Path, help="write to this file instead of standard output")


def add_question(command: argparse.ArgumentParser) -> None:
    """The as-of date, the period and the channel."""
    command.add_argument("--as-of", type=date.fromisoformat, help="use nothing after this day (YYYY-MM-DD)")
    command.add_argument("--from", dest="start", type=date.fromisoformat, help="first day of the period")
    command.add_argument("--to", dest="end", type=date.fromisoformat, help="last day of the period")
    command.add_argument("--channel", help="one channel only")


def run_metrics(arguments: argparse.Namespace, t: Translator) -> int:
    """Measure numbers."""
    keys = list(dict.fromkeys(arguments.names)) or list(METRICS)
    with asking(arguments, t) as (cursor, params, settings):
        measured = compare(cursor, keys, params, settings)
    if arguments.json:
        say(dumps(metrics_form(params, measured)))
        return 0
    for key, item in measured.items():
        interval = t.interval_text(item.reading, settings.currency) or ""
        value = t.reading_text(item.reading, settings.currency)
        say(f"{key}\t{value}\tn={item.reading.sample_size}\t{interval}")
    return 0


def run_table(arguments: argparse.Namespace, t: Translator) -> int:
    """Print a table."""
    with asking(arguments, t) as (cursor, params, settings):
        found = table(cursor, arguments.name, params, settings, **_options(arguments.name, values_of(arguments)))
    if arguments.json:
        say(dumps(table_form(found)))
    else:
        write_csv(found, arguments.csv)
    return 0


def _options(name: str, texts: Mapping[str, str]) -> dict[str, Option]:
    """The options as the table takes them: a number where it wants one, and the key of a product stays a text.

    Raises ``InvalidParams`` for a text that is no number. Unknown tables and options are left to :func:`table`.
    """
    takes = signature(TABLES[name].build, eval_str=True).parameters if name in TABLES else {}
    return {
        option: _whole(option, text) if option in takes and _is_number(takes[option]) else text
        for option, text in texts.items()
    }


def _is_number(parameter: Parameter) -> bool:
    kinds = get_args(parameter.annotation) or (parameter.annotation,)
    return int in kinds and str not in kinds


def _whole(option: str, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise InvalidParams(option=option, value=text) from None
    if abs(number) > LARGEST_NUMBER:
        raise InvalidParams(option=option, value=text)
    return number


def write_csv(found: Table, target: Path | None) -> None:
    """The table under its stable keys, to a file or to standard output."""
    content = csv_bytes(found.frame, {column.key: column.key for column in found.columns})
    if target is None:
        sys.stdout.buffer.write(content)
    else:
        check_target(target)
        target.write_bytes(content)


@contextmanager
def asking(arguments: argparse.Namespace, t: Translator) -> Iterator[tuple[Cursor, Params, ShopSettings]]:
    """The shop, or its newest copy, with the question that the arguments ask."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        if found.backup is not None:
            print(t("cli.reading_backup", file=found.backup.name), file=sys.stderr)
        settings = load_settings(cursor)
        yield cursor, question_of(cursor, settings, arguments), settings


def check_contact_day(day: date, params: Params) -> None:
    """Refuse to contact people before the day the list is of: who was contacted since would not be left out."""
    if day < params.as_of:
        raise InvalidParams("contact_day_before", day=day.isoformat(), as_of=params.as_of.isoformat())


def question_of(cursor: Cursor, settings: ShopSettings, arguments: argparse.Namespace) -> Params:
    """The question: without ``--from`` and ``--to`` the period is all history up to the as-of date.

    An empty shop has no day of its own; asked without one it answers for ``NO_DAY``, with zeros and undefined values.
    """
    empty_day = arguments.end or NO_DAY
    params = default_params(cursor, settings) or Params(empty_day, Period(empty_day, empty_day))
    as_of = arguments.as_of or params.as_of
    end = arguments.end or as_of
    start = arguments.start or min(params.period.start, end)
    return Params(as_of=as_of, period=Period(start, end), channel=arguments.channel)

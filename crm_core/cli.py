"""The command line: the same functions as the pages (DESIGN §7).

Exit status 0 success, 1 refused with a message on standard error, 2 wrong usage. With ``--json`` standard output
holds one JSON document and nothing else, also for a refusal: ``{"error": code, "message": …, "remedy": …}``.
"""

from __future__ import annotations

import argparse
import locale
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from crm_core.commands.console import say
from crm_core.db import database_path
from crm_core.errors import CrmError
from crm_core.i18n import Translator, best_language
from crm_core.json_forms import dumps

Run = Callable[[argparse.Namespace, Translator], int]


@dataclass(frozen=True)
class Command:
    """A command: the module of ``crm_core.commands`` with ``run_NAME`` and, where it takes any, ``add_NAME``."""

    module: str
    text: str
    has_arguments: bool = False
    has_json: bool = False


COMMANDS = {
    "import": Command("importing", "load files", has_arguments=True, has_json=True),
    "imports": Command("history", "every import so far", has_json=True),
    "undo": Command("history", "take an import back", has_arguments=True),
    "duplicates": Command("people", "customers that are probably one person", has_json=True),
    "metrics": Command("numbers", "measure numbers", has_arguments=True, has_json=True),
    "table": Command("numbers", "print a table", has_arguments=True, has_json=True),
    "lists": Command("lists", "what lists there are, and how long they are", has_arguments=True, has_json=True),
    "list": Command(
        "lists", "print a list of customers, or make a file for contacting them", has_arguments=True, has_json=True
    ),
    "exports": Command("lists", "every file of customers that left", has_json=True),
    "call-sheet": Command("calls", "whom to call on a day", has_arguments=True, has_json=True),
    "workload": Command("calls", "how long the lists are and will be", has_arguments=True, has_json=True),
    "campaign": Command("campaigns", "freeze a list, tell what came of it", has_arguments=True, has_json=True),
    "sample": Command("shop", "the sample shop", has_arguments=True),
    "rates": Command("rates", "exchange rates by month", has_arguments=True, has_json=True),
    "backup": Command("shop", "copy the database to the backup folder"),
    "restore": Command("shop", "put a backup (the newest one) in the place of the database", has_arguments=True),
    "check": Command("shop", "compare the stored results with a full rebuild"),
    "health": Command("shop", "what is known, what is missing, what looks wrong", has_json=True),
    "rebuild": Command("shop", "compute everything again from what was imported"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    given = sys.argv[1:] if argv is None else list(argv)
    arguments = _parser(given).parse_args(given)
    t = Translator(_language())
    run: Run = arguments.run
    try:
        return run(arguments, t)
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
        say(dumps({"error": error.code, "message": what, "remedy": remedy}))
    print(f"{what}\n{remedy}", file=sys.stderr)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """All commands by name; only the one that was given is loaded, for a command needs little of the whole."""
    parser = argparse.ArgumentParser(prog="python -m crm_core", description="Huike 回客 on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = commands.add_parser(name, help=command.text, description=command.text.capitalize() + ".")
        if name == (given[0] if given else None):
            _complete(own, name, command)
    return parser


def _complete(parser: argparse.ArgumentParser, name: str, command: Command) -> None:
    module = import_module(f"crm_core.commands.{command.module}")
    function = name.replace("-", "_")
    parser.set_defaults(run=getattr(module, f"run_{function}"))
    parser.add_argument("--db", type=Path, default=database_path(), help="the database file (default: HUIKE_DB)")
    if command.has_json:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
    if command.has_arguments:
        getattr(module, f"add_{function}")(parser)

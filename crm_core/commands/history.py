"""The commands ``imports`` and ``undo``."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict

from crm_core.commands.console import now, say
from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.ingest.history import imports_of
from crm_core.ingest.pipeline import take_back
from crm_core.json_forms import Json, dumps, plain_record
from crm_core.snapshot import reader


def add_undo(command: argparse.ArgumentParser) -> None:
    """What ``undo`` may be told."""
    command.add_argument("import_id", type=int)


def run_imports(arguments: argparse.Namespace, t: Translator) -> int:
    """List every import, the newest first."""
    with reader(arguments.db) as found, found.database.cursor() as cursor:
        records = imports_of(cursor)
    if arguments.json:
        rows: list[Json] = [plain_record(asdict(record)) for record in records]
        say(dumps({"imports": rows}))
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
        say("\t".join((*map(str, cells), state)))
    return 0


def run_undo(arguments: argparse.Namespace, t: Translator) -> int:
    """Take an import back."""
    with closing(Database(arguments.db)) as database:
        take_back(database, arguments.import_id, now())
    say(t("cli.undo_done", id=arguments.import_id))
    return 0

"""The command ``import``: one file, several, or whole folders; a check without storing where asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from crm_core.commands.console import now, say
from crm_core.db import Cursor, Database, Folders
from crm_core.errors import CrmError, FileRefused, MappingRefused
from crm_core.findings.reading import reading_notes
from crm_core.i18n import Translator
from crm_core.ingest import mapping as mappings
from crm_core.ingest.archives import MANY_IN_ZIP, unpack_archive
from crm_core.ingest.batch import (
    Brought,
    Checked,
    check_file,
    choose,
    files_in,
    load_all,
    loading_order,
    totals,
)
from crm_core.ingest.load import Origin
from crm_core.ingest.model import ParsedFile
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import Offer, Outcome, commit, in_channel, preview
from crm_core.json_forms import Json, dumps, import_form, plain
from crm_core.schema import Kind

AUTO = "auto"
IMPORTED_BY = "command line"


def add_import(command: argparse.ArgumentParser) -> None:
    """What ``import`` may be told."""
    command.add_argument("kind", choices=[*(kind.value for kind in Kind), AUTO], help=f"{AUTO}: tell by the headings")
    command.add_argument("file", type=Path, nargs="+", help="files, or folders of them")
    command.add_argument("--sheet", help="the sheet to read")
    command.add_argument("--mapping", type=Path, help="a TOML file that says what the columns mean")
    command.add_argument("--channel", help="the channel of all its orders")
    command.add_argument("--password", help="of a protected spreadsheet")
    command.add_argument("--encoding", help="of a text file, where the guess is wrong")
    command.add_argument(
        "--exported-on", type=date.fromisoformat, help="day of the export; of two exports the later one is right"
    )
    command.add_argument("--dry-run", action="store_true", help="check only, save nothing")


def run_import(arguments: argparse.Namespace, t: Translator) -> int:
    """Load what the arguments name; one JSON document, or a paragraph per file."""
    command = _Command(arguments, t, now())
    paths = files_in(arguments.file)
    is_one = len(arguments.file) == 1 and not arguments.file[0].is_dir()
    # A single file is read, in a process of its own, while the shop is being opened.
    with Folders.beside(arguments.db).exchange_folder() as folder, ThreadPoolExecutor(1) as reader:
        reading = reader.submit(command.read, paths[0], paths[0].name, folder) if is_one else None
        with closing(Database(arguments.db)) as database:
            if reading is None:
                return command.several(database, paths, folder)
            try:
                return command.one(database, reading.result(), folder)
            except FileRefused as refusal:
                if refusal.code != MANY_IN_ZIP:
                    raise
            return command.several(database, paths, folder)


@dataclass(frozen=True)
class _Command:
    """One call of the command."""

    arguments: argparse.Namespace
    t: Translator
    moment: datetime

    def one(self, database: Database, file: ParsedFile, folder: Path) -> int:
        """Load one file; a refusal ends the command."""
        origin = self._origin()
        with database.cursor() as cursor:
            chosen = self._choose(cursor, file)
        mapping = in_channel(chosen.mapping, self.arguments.channel)
        if self.arguments.dry_run:
            outcome = preview(database, file, chosen.table, mapping, folder, origin=origin)
        else:
            outcome = commit(database, file, chosen.table, mapping, folder, origin)
        if self.arguments.json:
            say(dumps(_outcome_form(outcome)))
        else:
            _say_outcome(outcome, self.t)
        return 0

    def several(self, database: Database, paths: Sequence[Path], folder: Path) -> int:
        """Load each file as an import of its own, the oldest first; a refused one keeps none of the others out."""
        checked = [
            each
            for number, path in enumerate(paths)
            for each in self._all_of(database, path, path.name, folder / str(number))
        ]
        ready = [checked[position] for position in loading_order(checked) if checked[position].outcome]
        if self.arguments.dry_run:
            brought = [Brought(each.file_name, each.outcome) for each in ready]
        else:
            brought = load_all(database, [each.found for each in ready if each.found], self._origin())
        brought += [Brought(each.file_name, refusal=each.refusal) for each in checked if each.outcome is None]
        if self.arguments.json:
            say(dumps(_batch_form(brought, self.t)))
        else:
            _say_batch(brought, self.t)
        return 1 if any(each.outcome is None for each in brought) else 0

    def _all_of(self, database: Database, path: Path, name: str, folder: Path) -> list[Checked]:
        """A file, checked; of an archive with several files every one of them."""
        found = self._checked(database, path, name, folder)
        if found.refusal is None or found.refusal.code != MANY_IN_ZIP:
            return [found]
        try:
            inside = unpack_archive(path, folder)
        except CrmError as refusal:
            return [Checked(name, refusal=refusal)]
        return [
            self._checked(database, each.path, each.name, folder / str(number)) for number, each in enumerate(inside)
        ]

    def _checked(self, database: Database, path: Path, name: str, folder: Path) -> Checked:
        try:
            file = self.read(path, name, folder)
        except CrmError as refusal:
            return Checked(name, refusal=refusal)
        return check_file(database, file, folder, self._choose, channel=self.arguments.channel, origin=self._origin())

    def read(self, path: Path, name: str, folder: Path) -> ParsedFile:
        """The file as text tables."""
        return parse(path, name, folder, password=self.arguments.password, encoding=self.arguments.encoding)

    def _choose(self, cursor: Cursor, file: ParsedFile) -> Offer:
        """The table of ``--sheet`` or the likeliest one, with the mapping of ``--mapping`` or a proposed one."""
        wanted = self.arguments.kind
        mapping = mappings.from_toml(self.arguments.mapping) if self.arguments.mapping else None
        if mapping is not None and wanted not in (AUTO, mapping.kind):
            raise MappingRefused("mapping_other_kind", kind=wanted, mapping_kind=mapping.kind)
        kind = (mapping.kind if mapping else None) if wanted == AUTO else Kind(wanted)
        return choose(cursor, file, kind=kind, sheet=self.arguments.sheet, mapping=mapping)

    def _origin(self) -> Origin:
        return Origin(IMPORTED_BY, self.moment, exported_on=self.arguments.exported_on)


# ---- as JSON ----


def _outcome_form(outcome: Outcome) -> dict[str, Json]:
    overlap = outcome.overlap
    return {
        **import_form(outcome.receipt, outcome.summary),
        "records_new": overlap.new,
        "records_changed": overlap.changed,
        "records_same": overlap.same,
    }


def _batch_form(brought: Sequence[Brought], t: Translator) -> dict[str, Json]:
    files: list[Json] = [{"file": each.file_name, **_brought_form(each, t)} for each in brought]
    found = totals(each.outcome for each in brought)
    return {
        "files": files,
        "totals": {
            "files": found.files,
            "refused": found.refused,
            "rows_read": found.rows_read,
            "rows_loaded": found.rows_loaded,
            "rows_unchanged": found.rows_unchanged,
            "rows_rejected": found.rows_rejected,
            "orders": found.orders,
            "revenue": plain(found.revenue),
            "records_new": found.new,
            "records_changed": found.changed,
            "records_same": found.same,
            "first_day": plain(found.first_on),
            "last_day": plain(found.last_on),
        },
    }


def _brought_form(brought: Brought, t: Translator) -> dict[str, Json]:
    if brought.outcome is not None:
        return _outcome_form(brought.outcome)
    refusal = brought.refusal or CrmError()
    what, remedy = t.error_text(refusal)
    return {"error": refusal.code, "message": what, "remedy": remedy}


# ---- in words ----


def _say_outcome(outcome: Outcome, t: Translator) -> None:
    receipt = outcome.receipt
    say(
        t(
            "cli.imported",
            id=receipt.import_id or t("cli.not_saved"),
            read=receipt.rows_read,
            loaded=receipt.rows_loaded,
            unchanged=receipt.rows_unchanged,
            rejected=receipt.rows_rejected,
        )
    )
    if outcome.summary.open_rows:
        say(t("cli.note", text=t.plural("upload.result.open_note", outcome.summary.open_rows)))
    for note in reading_notes(outcome.summary.findings, t):
        say(t("cli.open_note" if note.is_open else "cli.note", text=note.text))
    for problem in receipt.problems:
        rule = t(f"problems.{problem.rule}.what")
        if problem.heading:
            rule = t("upload.problems.in_column", heading=problem.heading, what=rule)
        say(t("cli.problem", rule=rule, count=problem.count, example=problem.example or "—"))


def _say_batch(brought: Sequence[Brought], t: Translator) -> None:
    """A paragraph per file, refusals on standard error, and the sum at the end."""
    for each in brought:
        if each.outcome is not None:
            say(each.file_name)
            _say_outcome(each.outcome, t)
        else:
            what, remedy = t.error_text(each.refusal or CrmError())
            sys.stderr.write(f"{each.file_name}\n{what}\n{remedy}\n")
    found = totals(each.outcome for each in brought)
    say(
        t(
            "batch.cli.totals",
            files=found.files,
            refused=found.refused,
            loaded=found.rows_loaded,
            unchanged=found.rows_unchanged,
            rejected=found.rows_rejected,
        )
    )

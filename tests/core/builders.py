"""Small shops for tests: files written as a shop would export them, taken in and asked over the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_core.checks import mart_fingerprints
from crm_core.cli import main
from crm_core.db import Database

Row = Mapping[str, Any]
Document = dict[str, Any]
Cell = Any


@dataclass(frozen=True)
class Reply:
    """What one command said: its exit status, standard output and standard error."""

    status: int
    out: bytes
    err: str

    @property
    def document(self) -> Document:
        """Standard output as the one JSON document it must be."""
        found: Document = json.loads(self.out)
        return found


def run(*arguments: object) -> Reply:
    """Run one command in this process."""
    out, err = io.BytesIO(), io.StringIO()
    text = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
    with redirect_stdout(text), redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 1
    return Reply(status, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Shop:
    """A shop's database, reached over the command line only."""

    path: Path

    def run(self, *arguments: object) -> Reply:
        return run(*arguments, "--db", self.path)

    def ask(self, *arguments: object) -> Document:
        """The JSON document of a command that must succeed."""
        reply = self.run(*arguments, "--json")
        assert reply.status == 0, reply.err
        return reply.document

    def take_in(self, kind: str, file: Path, *options: object) -> Document:
        return self.ask("import", kind, file, *options)

    def undo(self, import_id: int) -> None:
        assert self.run("undo", import_id).status == 0

    def values(self, *names: str, **options: object) -> dict[str, Any]:
        """Metric → value; options are those of the command line (``as_of="2024-01-31"``)."""
        return {key: metric["value"] for key, metric in self.metrics(*names, **options).items()}

    def metrics(self, *names: str, **options: object) -> dict[str, Document]:
        found = self.ask("metrics", *names, *_flags(options))["metrics"]
        return {metric["metric"]: metric for metric in found}

    def table(self, name: str, **options: object) -> list[Document]:
        """The rows of a table, column → cell."""
        found = self.ask("table", name, *_flags(options))
        return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        database = Database(self.path)
        try:
            with database.cursor() as cursor:
                return cursor.execute(sql).fetchall()
        finally:
            database.close()

    def fingerprints(self) -> dict[str, tuple[int, int]]:
        """Rows and hash of every mart."""
        database = Database(self.path)
        try:
            with database.cursor() as cursor:
                return mart_fingerprints(cursor)
        finally:
            database.close()


def _flags(options: Mapping[str, object]) -> list[object]:
    named = {"start": "from", "end": "to"}
    return [part for key, value in options.items() for part in (f"--{named.get(key, key.replace('_', '-'))}", value)]


def write_csv(path: Path, rows: Iterable[Row], header: Sequence[str] | None = None) -> Path:
    """Write rows as a CSV file; ``None`` becomes an empty cell."""
    rows = list(rows)
    header = header or list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows([["" if row.get(name) is None else row[name] for name in header] for row in rows])
    return path

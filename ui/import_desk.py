"""What lies on a person's import desk: files that wait to be read and checked, and the receipts of those taken in.

The bytes of a file lie in a folder of the session below the database's exchange folder; the session holds only paths,
the person's choices and results.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import time
from typing import Protocol
from uuid import uuid4

import streamlit as st

from crm_core.db import Cursor
from crm_core.errors import CrmError, FileRefused
from crm_core.ingest.mapping import changed_by_person
from crm_core.ingest.model import ColumnMapping, ParsedFile
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import Offer, Outcome, in_channel
from crm_core.metrics.spec import Reading
from crm_core.schema import Kind
from ui.session import Visit

DESK = "import_desk"
FOLDER_PREFIX = "upload-"
KEPT_SECONDS = 12 * 3600  # a folder that was left behind by a closed browser is taken away after this long


class Uploaded(Protocol):
    """A file as the upload field hands it over."""

    name: str

    def getbuffer(self) -> memoryview:
        """The bytes of the file."""


class FileReading:
    """A file being read in a thread of its own, which outlives the run of the page that started it."""

    def __init__(self, source: Path, name: str, folder: Path, password: str | None, encoding: str | None) -> None:
        self.progress = 0.0
        self.file: ParsedFile | None = None
        self.refusal: CrmError | None = None
        self._cancelled, self._ended = threading.Event(), threading.Event()
        work = threading.Thread(target=self._run, args=(source, name, folder, password, encoding), daemon=True)
        work.start()

    def _run(self, source: Path, name: str, folder: Path, password: str | None, encoding: str | None) -> None:
        try:
            self.file = parse(
                source,
                name,
                folder,
                password=password,
                encoding=encoding,
                on_progress=self._note,
                is_cancelled=self._cancelled.is_set,
            )
        except CrmError as refusal:
            self.refusal = refusal
        finally:
            if self.file is None and self.refusal is None:
                self.refusal = FileRefused("file_unreadable")
            self._ended.set()

    def _note(self, share: float) -> None:
        self.progress = min(max(share, 0.0), 1.0)

    def cancel(self) -> None:
        """Give up reading; the child process that reads is ended."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for the end; whether it has come."""
        return self._ended.wait(seconds)


@dataclass
class Draft:
    """A table on its way in: what it was taken for, what the person made of that, and what came out of the check."""

    offer: Offer
    samples: list[dict[str, str | None]]
    columns: dict[str, tuple[str, ...]]
    channel: str | None
    new_channel: str = ""
    tested: tuple[object, Outcome | CrmError] | None = None


@dataclass
class WaitingFile:
    """A file that was chosen and is not in yet. ``number`` tells its fields on screen from those of other files."""

    number: int
    name: str
    source: Path
    folder: Path
    password: str | None = None
    encoding: str | None = None
    reading: FileReading | None = None
    kind: Kind | None = None
    table: int | None = None
    draft: Draft | None = None

    def read(self, *, password: str | None = None, encoding: str | None = None) -> FileReading:
        """Start to read, from the beginning; what was made of an earlier reading is forgotten."""
        self.drop_reading()
        self.password, self.encoding = password, encoding
        self.reading = FileReading(self.source, self.name, self.folder, password, encoding)
        return self.reading

    def drop_reading(self) -> None:
        """Forget a reading and take away what it has written."""
        if self.reading is not None:
            self.reading.cancel()
        if self.reading is not None and self.reading.file is not None:
            for table in self.reading.file.tables:
                table.parquet.unlink(missing_ok=True)
        self.reading = self.draft = self.table = None


@dataclass(frozen=True)
class Receipted:
    """A file that is in: what loading it did, and the shop's figures before and after."""

    file_name: str
    outcome: Outcome
    before: dict[str, Reading]
    after: dict[str, Reading]
    is_remembered: bool
    is_sample_removed: bool


@dataclass
class Desk:
    """The files a person is busy with, in the order they were chosen; the first one is on the table."""

    folder: Path
    waiting: list[WaitingFile] = field(default_factory=list)
    done: list[Receipted] = field(default_factory=list)
    note: str | None = None
    uploads: int = 0
    taken: int = 0
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def current(self) -> WaitingFile | None:
        """The file to be looked at now."""
        return self.waiting[0] if self.waiting else None

    @property
    def step(self) -> str:
        """Which of the three steps the person is at."""
        if self.waiting:
            return "check"
        return "done" if self.done else "choose"

    def take(self, files: list[Uploaded]) -> None:
        """Keep the bytes of the files on disk, and empty the upload field by giving it another name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.waiting:
            self.taken, self.done = 0, []
        for file in files:
            number = self.numbers()
            folder = self.folder / str(number)
            folder.mkdir()
            source = folder / "source"
            source.write_bytes(file.getbuffer())
            self.waiting.append(WaitingFile(number, file.name, source, folder))
        self.taken += len(files)
        self.uploads += 1

    def put_away(self) -> None:
        """Clear the table: the current file is in, or shall not come in."""
        file = self.waiting.pop(0)
        file.drop_reading()
        shutil.rmtree(file.folder, ignore_errors=True)

    def start_over(self) -> None:
        """Forget the receipts: the next file is chosen."""
        self.done = []


def open_desk(visit: Visit) -> Desk:
    """The desk of this browser session; a new one also clears away what closed sessions left behind."""
    exchange = visit.database.folders.exchange
    if DESK not in st.session_state:
        _clear_old(exchange)
        st.session_state[DESK] = Desk(exchange / f"{FOLDER_PREFIX}{uuid4().hex}")
    desk: Desk = st.session_state[DESK]
    return desk


def _clear_old(exchange: Path) -> None:
    oldest = time() - KEPT_SECONDS
    for folder in exchange.glob(f"{FOLDER_PREFIX}*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def has_sample(cursor: Cursor) -> bool:
    """Whether the sample shop is in."""
    return _has_import(cursor, is_sample=True)


def has_own(cursor: Cursor) -> bool:
    """Whether any file of the shop's own is in."""
    return _has_import(cursor, is_sample=False)


def _has_import(cursor: Cursor, *, is_sample: bool) -> bool:
    question = "select 1 from imports where is_sample = ? and undone_at is null limit 1"
    return cursor.execute(question, [is_sample]).fetchone() is not None


def now() -> datetime:
    """The moment of an import, in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def mapping_of(draft: Draft) -> ColumnMapping:
    """The offered mapping with the person's columns and channel."""
    return in_channel(changed_by_person(draft.offer.mapping, draft.columns), draft.channel)

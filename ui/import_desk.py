"""What lies on a person's import desk: files that wait to be read and checked, and the receipts of those taken in.

The bytes of a file lie in a folder of the session below the database's exchange folder; the session holds only paths,
the person's choices and results.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path, PurePosixPath
from time import time
from typing import Literal, Protocol, TypedDict
from uuid import uuid4

import streamlit as st

from crm_core.db import Cursor
from crm_core.errors import CrmError, FileRefused
from crm_core.ingest.archives import unpack_archive
from crm_core.ingest.batch import Brought, Checked, ToLoad
from crm_core.ingest.content import Look
from crm_core.ingest.mapping import as_confirmed_by_person, changed_by_person
from crm_core.ingest.model import GENERIC, ColumnMapping, PackedItems, ParsedFile
from crm_core.ingest.parse import parse
from crm_core.ingest.pipeline import Offer, Outcome, in_channel
from crm_core.metrics.spec import Reading
from crm_core.schema import Kind
from ui.session import Visit

DateOrder = Literal["dmy", "mdy"]

DESK = "import_desk"
IMPORTED_BY = "data page"
FOLDER_PREFIX = "upload-"
READING = threading.Semaphore(2)  # files read at the same time: each has a process of its own
TURN_SECONDS = 0.1
KEPT_SECONDS = 12 * 3600  # a folder that was left behind by a closed browser is taken away after this long


class Uploaded(Protocol):
    """A file as the upload field hands it over."""

    name: str

    def getbuffer(self) -> memoryview:
        """The bytes of the file."""


class Loading(Protocol):
    """Files being loaded in a thread of their own."""

    @property
    def files(self) -> int:
        """How many files there are to load."""

    @property
    def number(self) -> int:
        """How many of them are done."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for the end; whether it has come."""

    def cancel(self) -> None:
        """Stop after the file that is being loaded."""

    def settle(self, desk: Desk) -> None:
        """Put the receipt on the desk, and take what is in off it."""


class FileReading:
    """A file being read in a thread of its own, which outlives the run of the page that started it.

    ``check`` is called with the file, in the same thread; what it finds is ``checked``.
    """

    def __init__(
        self,
        source: Path,
        name: str,
        folder: Path,
        password: str | None,
        encoding: str | None,
        check: Callable[[ParsedFile], Checked] | None = None,
    ) -> None:
        self.progress = 0.0
        self.file: ParsedFile | None = None
        self.refusal: CrmError | None = None
        self.checked: Checked | None = None
        self._cancelled, self._ended = threading.Event(), threading.Event()
        work = threading.Thread(target=self._run, args=(source, name, folder, password, encoding, check), daemon=True)
        work.start()

    def _run(
        self,
        source: Path,
        name: str,
        folder: Path,
        password: str | None,
        encoding: str | None,
        check: Callable[[ParsedFile], Checked] | None,
    ) -> None:
        try:
            with self._turn():
                self.file = self._parsed(source, name, folder, password, encoding)
                self.checked = check(self.file) if check is not None else None
        except CrmError as refusal:
            self.refusal = refusal
        finally:
            if self.file is None and self.refusal is None:
                self.refusal = FileRefused("file_unreadable")
            if self.checked is None and check is not None:
                self.checked = Checked(name, refusal=self.refusal or CrmError())
            self._ended.set()

    def _parsed(self, source: Path, name: str, folder: Path, password: str | None, encoding: str | None) -> ParsedFile:
        return parse(
            source,
            name,
            folder,
            password=password,
            encoding=encoding,
            on_progress=self._note,
            is_cancelled=self._cancelled.is_set,
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until fewer than the allowed number of files are being read, or reading is cancelled."""
        while not READING.acquire(timeout=TURN_SECONDS):
            if self._cancelled.is_set():
                raise FileRefused("import_cancelled")
        try:
            yield
        finally:
            READING.release()

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
    date_order: DateOrder | None = None
    exported_on: date | None = None
    not_items: set[str] = field(default_factory=set)  # columns of packed items that the person put to another use
    format_name: str = ""
    looks: dict[str, Look] = field(default_factory=dict)
    tested: tuple[object, Outcome | CrmError] | None = None

    @property
    def checked(self) -> Outcome | None:
        """What loading would bring, as the last check found it."""
        found = self.tested[1] if self.tested else None
        return found if isinstance(found, Outcome) else None


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
    is_seen: bool = False  # a person looked at it and found it right

    def read(
        self,
        *,
        password: str | None = None,
        encoding: str | None = None,
        check: Callable[[ParsedFile], Checked] | None = None,
    ) -> FileReading:
        """Start to read, from the beginning; what was made of an earlier reading is forgotten."""
        self.drop_reading()
        self.password, self.encoding = password, encoding
        self.reading = FileReading(self.source, self.name, self.folder, password, encoding, check)
        return self.reading

    def drop_reading(self) -> None:
        """Forget a reading and take away what it has written."""
        if self.reading is not None:
            self.reading.cancel()
        if self.reading is not None and self.reading.file is not None:
            for table in self.reading.file.tables:
                table.parquet.unlink(missing_ok=True)
        self.reading = self.draft = self.table = None
        self.is_seen = False


@dataclass(frozen=True)
class Receipted:
    """A file that is in: what loading it did, and the shop's figures before and after."""

    file_name: str
    outcome: Outcome
    before: dict[str, Reading]
    after: dict[str, Reading]
    is_remembered: bool
    is_sample_removed: bool


@dataclass(frozen=True)
class BatchReceipted:
    """Several files that went in together: what each did, and the shop's figures before and after all of them."""

    brought: list[Brought]
    before: dict[str, Reading]
    after: dict[str, Reading]
    is_stopped: bool  # some files were not tried any more
    is_sample_removed: bool


@dataclass
class Desk:
    """The files a person is busy with, in the order they were chosen.

    A single one is on the table at once; of several the one that was ``chosen``, else their summary is.
    """

    folder: Path
    waiting: list[WaitingFile] = field(default_factory=list)
    done: list[Receipted | BatchReceipted] = field(default_factory=list)
    loading: Loading | None = None
    chosen: int | None = None
    note: str | None = None
    uploads: int = 0
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def current(self) -> WaitingFile | None:
        """The file to be looked at now; none where several wait and none of them was chosen."""
        if len(self.waiting) == 1:
            return self.waiting[0]
        return next((file for file in self.waiting if file.number == self.chosen), None)

    @property
    def is_batch(self) -> bool:
        """Whether several files wait."""
        return len(self.waiting) > 1

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
            self.done = []
        for file in files:
            number = self.numbers()
            folder = self.folder / str(number)
            folder.mkdir()
            source = folder / "source"
            source.write_bytes(file.getbuffer())
            self.waiting.append(WaitingFile(number, PurePosixPath(file.name).name, source, folder))
        self.uploads += 1

    def take_apart(self, archive: WaitingFile) -> None:
        """Put the files of an archive on the desk in its place. Raises ``FileRefused``; the archive then stays."""
        folder = self.folder / str(self.numbers())
        try:
            inside = unpack_archive(archive.source, folder)
        except FileRefused:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        place = self.waiting.index(archive)
        taken = []
        for each in inside:
            number = self.numbers()
            own = self.folder / str(number)
            own.mkdir()
            taken.append(WaitingFile(number, each.name, each.path.replace(own / "source"), own))
        shutil.rmtree(folder, ignore_errors=True)
        self.drop(archive)
        self.waiting[place:place] = taken

    def put_away(self) -> None:
        """Clear the table: the current file is in, or shall not come in."""
        if self.current is not None:
            self.drop(self.current)

    def drop(self, file: WaitingFile) -> None:
        """Take a file off the desk, with everything that was made of it."""
        self.waiting.remove(file)
        self.chosen = None
        file.drop_reading()
        shutil.rmtree(file.folder, ignore_errors=True)

    def clear(self) -> None:
        """Take every waiting file off the desk."""
        for file in list(self.waiting):
            self.drop(file)

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
    """The offered mapping with the person's columns, channel and ways of reading."""
    mapping = changed_by_person(draft.offer.mapping, draft.columns)
    mapping = replace(
        mapping,
        date_order=draft.date_order or mapping.date_order,
        **_items(mapping, draft.not_items),
    )
    return in_channel(mapping, draft.channel)


class _Items(TypedDict):
    items: PackedItems | None
    item_columns: tuple[dict[str, str], ...]


def _items(mapping: ColumnMapping, dropped: set[str]) -> _Items:
    """The columns of several items in one row that are still taken as such."""
    packed = mapping.items
    if packed is not None:
        headings = tuple(heading for heading in packed.headings if heading not in dropped)
        packed = replace(packed, headings=headings) if headings else None
    numbered = ({name: h for name, h in item.items() if h not in dropped} for item in mapping.item_columns)
    return {"items": packed, "item_columns": tuple(item for item in numbered if item)}


def item_headings(mapping: ColumnMapping) -> tuple[str, ...]:
    """The columns that hold several items of an order, packed in one cell or in columns with numbers."""
    packed = mapping.items.headings if mapping.items is not None else ()
    return (*packed, *(heading for item in mapping.item_columns for heading in item.values()))


def is_own(draft: Draft) -> bool:
    """Whether the mapping is the shop's own: changed by a person, named by one, or vouched for by no platform."""
    mapping = mapping_of(draft)
    return mapping != draft.offer.mapping or mapping.platform == GENERIC or _is_renamed(draft)


def _is_renamed(draft: Draft) -> bool:
    name = draft.format_name.strip()
    return bool(name) and name != draft.offer.format_name


def to_load(waiting: WaitingFile, file: ParsedFile, draft: Draft) -> ToLoad:
    """The file as the person wants it loaded; a mapping of the shop's own is remembered."""
    mapping, own = mapping_of(draft), is_own(draft)
    return ToLoad(
        file,
        draft.offer,
        as_confirmed_by_person(mapping) if own else mapping,
        waiting.folder,
        remember=own,
        format_name=draft.format_name.strip() or None,
        exported_on=draft.exported_on,
    )

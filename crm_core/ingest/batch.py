"""Several files at once: which are ready, which need a person, in what order they go in, what they brought together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path, PurePath

from crm_core.backup import back_up
from crm_core.db import Cursor, Database
from crm_core.errors import CrmError, FileRefused, ImportRefused, MappingRefused
from crm_core.ingest.findings import is_open
from crm_core.ingest.load import Origin
from crm_core.ingest.mapping import CONTENT, SIMILAR
from crm_core.ingest.model import ColumnMapping, ParsedFile
from crm_core.ingest.pipeline import Offer, Outcome, best_offer, in_channel, preview, store, table_offers
from crm_core.ingest.profile import MONEY_FIELDS
from crm_core.schema import Kind

SUFFIXES = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".zip", ".gz", ".html", ".htm"}
)
PASSWORD_REFUSALS = frozenset({"file_needs_password", "file_wrong_password"})
UNSURE_BELOW = 0.5
MANY_REJECTED = 0.2
GUESSED = frozenset({SIMILAR, CONTENT})
# The fields whose guess decides what the figures are.
DECISIVE: dict[Kind, frozenset[str]] = {
    Kind.ORDERS: frozenset({"ordered_at", "order_id", *MONEY_FIELDS}),
    Kind.CUSTOMERS: frozenset({"customer_id"}),
    Kind.SURVEY: frozenset({"nps"}),
}


class State(StrEnum):
    """What can be done with a file: load it, ask a person first, or nothing."""

    READY = "ready"
    ASKS = "asks"
    REFUSED = "refused"


class Question(StrEnum):
    """What a person has to look at before a file goes in."""

    PASSWORD = "password"
    COLUMNS = "columns"  # what is needed was not found
    KIND = "kind"  # what the file is was guessed
    GUESS = "guess"  # a needed column was guessed
    DATES = "dates"  # nothing tells the day from the month
    REJECTED = "rejected"  # many rows cannot be read


@dataclass(frozen=True)
class ToLoad:
    """A file with what a person, or the guess, made of its columns; ``folder`` is for what passes to the database.

    ``remember`` keeps the mapping as a format of the shop's own; ``exported_on`` is the day a person named.
    """

    file: ParsedFile
    offer: Offer
    mapping: ColumnMapping
    folder: Path
    remember: bool = False
    format_name: str | None = None
    exported_on: date | None = None


@dataclass(frozen=True)
class Checked:
    """A file that was read and checked against the shop, with nothing stored: an outcome, or the refusal."""

    file_name: str
    found: ToLoad | None = None
    outcome: Outcome | None = None
    refusal: CrmError | None = None
    is_confirmed: bool = False  # a person looked at it and found it right

    @property
    def question(self) -> Question | None:
        """What a person has to settle first; None where nothing is open, or nothing can be done."""
        if self.refusal is not None:
            return _question_of(self.refusal)
        if self.found is None or self.outcome is None or self.is_confirmed:
            return None
        return _doubt(self.found.offer, self.outcome)

    @property
    def state(self) -> State:
        """Ready, to be looked at, or refused."""
        if self.question is not None:
            return State.ASKS
        return State.REFUSED if self.outcome is None else State.READY


def _question_of(refusal: CrmError) -> Question | None:
    """A refusal that a person can do something about on the screen."""
    if refusal.code in PASSWORD_REFUSALS:
        return Question.PASSWORD
    if isinstance(refusal, MappingRefused) and refusal.code == "mapping_incomplete":
        return Question.COLUMNS
    if isinstance(refusal, ImportRefused) and refusal.code == "all_rows_rejected":
        return Question.REJECTED
    return None


def _doubt(offered: Offer, outcome: Outcome) -> Question | None:
    """What was guessed so loosely that nobody should load it unseen."""
    receipt = outcome.receipt
    if receipt.rows_rejected > MANY_REJECTED * receipt.rows_read:
        return Question.REJECTED
    if any(map(is_open, outcome.summary.findings)):
        return Question.DATES
    if offered.is_remembered:
        return None
    if offered.profile.confidence < UNSURE_BELOW:
        return Question.KIND
    decisive = DECISIVE.get(offered.mapping.kind, frozenset())
    guessed = any(guess.field in decisive and guess.reason in GUESSED for guess in offered.mapping.guesses)
    return Question.GUESS if guessed else None


def choose(
    cursor: Cursor,
    file: ParsedFile,
    *,
    kind: Kind | None = None,
    sheet: str | None = None,
    mapping: ColumnMapping | None = None,
) -> Offer:
    """The likeliest table of a file, or the one of that sheet, with the mapping given or the proposed one.

    Raises ``FileRefused`` where there is no such sheet, ``MappingRefused`` where no table is data of a shop.
    """
    tables = [each for each in file.tables if sheet in (None, each.sheet)]
    if not tables:
        raise FileRefused("no_such_sheet", sheets=", ".join(each.sheet or "" for each in file.tables))
    chosen = best_offer(table_offers(cursor, tables, file.file_name, kind))
    return chosen if mapping is None else replace(chosen, mapping=mapping)


def check_file(
    database: Database,
    file: ParsedFile,
    folder: Path,
    choice: Callable[[Cursor, ParsedFile], Offer] = choose,
    *,
    channel: str | None = None,
    origin: Origin | None = None,
    without_sample: bool = False,
) -> Checked:
    """Recognise a file that was read, and check what it would bring; ``choice`` says which table and mapping."""
    found: ToLoad | None = None
    try:
        with database.cursor() as cursor:
            offered = choice(cursor, file)
        found = ToLoad(file, offered, in_channel(offered.mapping, channel), folder)
        outcome = preview(
            database, file, offered.table, found.mapping, folder, origin=origin, without_sample=without_sample
        )
    except CrmError as refusal:
        return Checked(file.file_name, found, refusal=refusal)
    return Checked(file.file_name, found, outcome)


# ---- order ----


def loading_order(checked: Sequence[Checked]) -> list[int]:
    """The positions of the files in the order to load them: what reaches furthest comes last, so that it is current.

    Files without days follow by name, numbers in it counted as numbers (``2.csv`` before ``10.csv``).
    """
    return sorted(range(len(checked)), key=lambda position: _age(checked[position]))


def _age(checked: Checked) -> tuple[date, date, list[tuple[bool, int, str]]]:
    summary = checked.outcome.summary if checked.outcome else None
    last_on = summary.last_on if summary and summary.last_on else date.max
    first_on = summary.first_on if summary and summary.first_on else date.max
    return last_on, first_on, natural(checked.file_name)


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts names as people do: runs of digits by their number."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(False, int(part), "") if part[0] in "0123456789" else (True, 0, part) for part in parts]


# ---- loading ----


@dataclass(frozen=True)
class Brought:
    """What came of loading one file of several: an outcome, or the refusal."""

    file_name: str
    outcome: Outcome | None = None
    refusal: CrmError | None = None


def load_all(
    database: Database,
    files: Sequence[ToLoad],
    origin: Origin,
    *,
    on_brought: Callable[[Brought], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    without_sample: bool = False,
) -> list[Brought]:
    """Load files one after the other, each as an import of its own, and back the shop up once at the end.

    A refused file is reported and the next one goes on. After a cancel the files so far are in, the others are not and
    are missing from what is returned. ``without_sample`` takes the sample shop out with the first file that goes in.
    """
    brought: list[Brought] = []
    has_sample = without_sample
    for each in files:
        if is_cancelled is not None and is_cancelled():
            break
        done = _load(database, each, origin, without_sample=has_sample)
        has_sample = has_sample and done.outcome is None
        brought.append(done)
        if on_brought is not None:
            on_brought(done)
    if any(each.outcome for each in brought):
        back_up(database)
    return brought


def _load(database: Database, each: ToLoad, origin: Origin, *, without_sample: bool) -> Brought:
    name = each.file.file_name
    own = replace(origin, exported_on=each.exported_on or origin.exported_on)
    try:
        outcome = store(
            database,
            each.file,
            each.offer.table,
            each.mapping,
            each.folder,
            own,
            remember=each.remember,
            format_name=each.format_name,
            without_sample=without_sample,
        )
    except CrmError as refusal:
        return Brought(name, refusal=refusal)
    return Brought(name, outcome)


# ---- totals ----


@dataclass(frozen=True)
class Totals:
    """What several files bring, or brought, together. Records are orders, customers or answers.

    ``orders`` and ``revenue`` add the files up as they stand: an order that is in two of them counts twice here, and
    once in the shop. ``new``, ``changed`` and ``same`` compare with the shop as it was before each file.
    """

    files: int
    refused: int
    rows_read: int
    rows_loaded: int
    rows_unchanged: int
    rows_rejected: int
    orders: int
    revenue: Decimal
    new: int
    changed: int
    same: int
    first_on: date | None
    last_on: date | None


def totals(outcomes: Iterable[Outcome | None]) -> Totals:
    """Add several outcomes up; None stands for a refused file."""
    listed = list(outcomes)
    found = [outcome for outcome in listed if outcome is not None]
    receipts, overlaps = [each.receipt for each in found], [each.overlap for each in found]
    days = [day for each in receipts for day in (each.first_day, each.last_day) if day is not None]
    return Totals(
        files=len(found),
        refused=len(listed) - len(found),
        rows_read=sum(each.rows_read for each in receipts),
        rows_loaded=sum(each.rows_loaded for each in receipts),
        rows_unchanged=sum(each.rows_unchanged for each in receipts),
        rows_rejected=sum(each.rows_rejected for each in receipts),
        orders=sum(each.orders for each in receipts),
        revenue=sum((each.revenue for each in receipts), Decimal(0)),
        new=sum(each.new for each in overlaps),
        changed=sum(each.changed for each in overlaps),
        same=sum(each.same for each in overlaps),
        first_on=min(days, default=None),
        last_on=max(days, default=None),
    )


# ---- folders ----


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: those named, and of a folder every export in it and in the folders below, by name.

    Raises ``FileRefused`` for a path that does not exist, and for a folder without any export.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _exports_in(path)
        elif path.is_file():
            found.append(path)
        else:
            raise FileRefused("file_not_found", file=path.name)
    return list(dict.fromkeys(found))


def _exports_in(folder: Path) -> list[Path]:
    inside = [path for path in folder.rglob("*") if path.is_file() and is_export_name(path.relative_to(folder))]
    exports = sorted(inside, key=lambda path: natural(path.relative_to(folder).as_posix()))
    if not exports:
        raise FileRefused("folder_without_exports", folder=folder.name)
    return exports


def is_export_name(path: PurePath) -> bool:
    """Whether a file of a folder may be an export: a table by its suffix; nothing hidden, no program's lock file."""
    is_visible = not any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)
    return is_visible and path.suffix.lower() in SUFFIXES

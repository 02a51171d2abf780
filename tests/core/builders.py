"""Small shops for tests: files written as a shop would export them, taken in and asked over the command line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crm_core.checks import mart_fingerprints
from crm_core.cli import main
from crm_core.db import Database
from crm_core.ingest.load import Origin, Receipt
from crm_core.ingest.load import undo as take_back
from crm_core.ingest.model import ColumnMapping, ParsedFile, TextTable
from crm_core.ingest.pipeline import store
from crm_core.schema import Kind

Row = Mapping[str, Any]
Document = dict[str, Any]

NOW = datetime(2024, 6, 1, 9)


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
            return fingerprints(database)
        finally:
            database.close()


def _flags(options: Mapping[str, object]) -> list[object]:
    named = {"start": "from", "end": "to"}
    return [part for key, value in options.items() for part in (f"--{named.get(key, key.replace('_', '-'))}", value)]


def text_file(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_csv(path: Path, rows: Iterable[Row], header: Sequence[str] | None = None) -> Path:
    """Write rows as a CSV file; ``None`` becomes an empty cell."""
    rows = list(rows)
    header = header or list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows([["" if row.get(name) is None else row[name] for name in header] for row in rows])
    return path


# ---- random shops ----

CHANNELS = ("web", "shopee", "store")
FIRST_DAY = date(2024, 1, 1)
DAYS = 150
STATUS_WORDS = {"valid": "completed", "cancelled": "cancelled"}
ORDER_COLUMNS = (
    "order_id", "ordered_at", "customer_id", "email", "phone", "customer_name", "channel", "status", "refunded",
    "sku", "product", "quantity", "unit_price",
)  # fmt: skip
CUSTOMER_COLUMNS = ("customer_id", "email", "phone", "name", "city", "joined_at", "consent_email")
ANSWER_COLUMNS = ("response_id", "submitted_at", "customer_id", "email", "phone", "channel", "nps", "recommended")
SERVICE_COLUMNS = (
    "case_id", "opened_at", "closed_at", "customer_id", "email", "phone", "order_id", "channel", "topic", "note",
)  # fmt: skip
ACTIVITY_COLUMNS = ("acted_at", "customer_id", "email", "phone", "channel", "action", "action_count")
CONTACT_COLUMNS = (
    "contacted_at", "customer_id", "email", "phone", "source", "channel", "outcome", "reason", "agent",
)  # fmt: skip
COLUMNS = {
    Kind.ORDERS: ORDER_COLUMNS,
    Kind.CUSTOMERS: CUSTOMER_COLUMNS,
    Kind.SURVEY: ANSWER_COLUMNS,
    Kind.SERVICE: SERVICE_COLUMNS,
    Kind.ACTIVITY: ACTIVITY_COLUMNS,
    Kind.CONTACTS: CONTACT_COLUMNS,
}


def identifiers(customer: str | None) -> Document:
    """How a file names a customer: by account, e-mail address or phone, whichever the number says."""
    if customer is None:
        return {}
    number = int(customer.removeprefix("c"))
    if number % 3 == 0:
        return {"customer_id": customer}
    return {"email": f"{customer}@example.com"} if number % 3 == 1 else {"phone": f"0912345{number:03}"}


def customer_of(customer_id: str) -> str:
    """The customer behind the core's customer id: the way back from :func:`identifiers`."""
    if customer_id.startswith("+886912345"):
        return f"c{int(customer_id[-3:]):02}"
    return customer_id.removesuffix("@example.com")


def random_orders(chance: random.Random, orders: int = 100, customers: int = 25) -> list[Document]:
    """Order lines as tests/oracle.py takes them.

    With cancellations, refunds in part and in full, several orders on one day, anonymous orders, free lines, negative
    lines and stand-alone returns, over several channels.
    """
    rows: list[Document] = []
    for number in range(orders):
        at = datetime.combine(FIRST_DAY, time()) + timedelta(minutes=chance.randrange(DAYS * 1440))
        customer = chance.choice([None, *(f"c{no:02}" for no in range(customers))])
        rows += random_order(chance, f"o{number:04}", customer, at)
        if chance.random() < 0.2:
            rows += random_order(chance, f"s{number:04}", customer, datetime.combine(at.date(), time(23, 59)))
    return rows


def random_order(chance: random.Random, order_id: str, customer: str | None, at: datetime) -> list[Document]:
    """The lines of one order; its refund stands on each of them."""
    channel, status = chance.choice(CHANNELS), chance.choice(["valid"] * 6 + ["cancelled"])
    is_return = chance.random() < 0.08
    lines: list[Document] = [
        {
            "order_id": order_id,
            "customer": customer,
            "ordered_at": at,
            "channel": channel,
            "status": status,
            "qty": -1 if is_return or chance.random() < 0.05 else chance.randint(1, 3),
            "price": Decimal(chance.choice(["0", "90", "125.5", "300", "33.33"])),
            "sku": f"SKU{chance.randrange(6)}",
        }
        for _ in range(chance.randint(1, 3))
    ]
    goods = sum((line["qty"] * line["price"] for line in lines), Decimal(0))
    refund = chance.choice([0, 0, 0, 0, 1, 2]) * goods / 2 if goods > 0 else Decimal(0)
    return [{**line, "refund": refund} for line in lines]


def order_cells(row: Row) -> Document:
    """A line as a cell per column of an order export."""
    return {
        "order_id": row["order_id"],
        "ordered_at": f"{row['ordered_at']:%Y-%m-%d %H:%M:%S}",
        **identifiers(row["customer"]),
        "channel": row["channel"],
        "status": STATUS_WORDS[row["status"]],
        "refunded": row["refund"] or None,
        "sku": row["sku"],
        "product": f"Product {row['sku']}",
        "quantity": row["qty"],
        "unit_price": row["price"],
    }


def random_answers(chance: random.Random, count: int = 60, customers: int = 15) -> list[Document]:
    """Answers as tests/oracle.py takes them, no two at the same moment."""
    answers = []
    for number in range(count):
        score = chance.choice([None, *range(11)])
        answers.append(
            {
                "customer": chance.choice([None, *(f"c{no:02}" for no in range(customers))]),
                "at": datetime(2024, 1, 1, 12) + timedelta(days=chance.randrange(DAYS), minutes=number),
                "nps": score,
                "text": chance.choice([None, "11", "maybe"]) if score is None else str(score),
                "channel": chance.choice(CHANNELS),
                "recommended": chance.choice([None, True, False]),
            }
        )
    return answers


def answer_cells(number: int, answer: Row) -> Document:
    words = {True: "yes", False: "no", None: None}
    return {
        "response_id": f"r{number}",
        "submitted_at": f"{answer['at']:%Y-%m-%d %H:%M:%S}",
        **identifiers(answer["customer"]),
        "channel": answer["channel"],
        "nps": answer["text"],
        "recommended": words[answer["recommended"]],
    }


def random_cases(chance: random.Random, count: int = 20, orders: int = 60) -> list[Document]:
    """Service records: of a customer, of an order only, or of nobody; some of them closed."""
    rows: list[Document] = []
    for number in range(count):
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        customer = chance.choice([None, *(f"c{no:02}" for no in range(25))])
        is_of_order = customer is None and chance.random() < 0.7
        rows.append(
            {
                "case_id": f"t{number}",
                "opened_at": f"{day} 09:00",
                "closed_at": chance.choice([None, f"{day} 18:00"]),
                **identifiers(customer),
                "order_id": f"o{chance.randrange(orders):04}" if is_of_order else None,
                "channel": chance.choice(CHANNELS),
                "topic": chance.choice(["客訴", "詢問", "退貨"]),
                "note": chance.choice([None, "broken"]),
            }
        )
    return rows


def random_activity(chance: random.Random, count: int = 30) -> list[Document]:
    """Rows of a log of interactions, some of them twice the same."""
    rows: list[Document] = []
    for _ in range(count):
        row = {
            "acted_at": f"{FIRST_DAY + timedelta(days=chance.randrange(DAYS))} 12:00",
            **identifiers(chance.choice([None, *(f"c{no:02}" for no in range(25))])),
            "channel": chance.choice(CHANNELS),
            "action": chance.choice(["open", "click", "comment"]),
            "action_count": chance.choice([None, 1, 2, 3]),
        }
        rows += [row] * chance.choice([1, 1, 1, 2])
    return rows


def random_contacts(chance: random.Random, count: int = 40, customers: int = 25) -> list[Document]:
    """Rows of a log of calls and messages, some without a time of day, of nobody known, or twice the same."""
    rows: list[Document] = []
    for _ in range(count):
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        channel = chance.choice(["phone", "phone", "phone", "sms", "email"])
        outcomes = ["sent"] if channel != "phone" else ["reached", "not_reached", "not_reached", "refused", "invalid"]
        row = {
            "contacted_at": str(day)
            if chance.random() < 0.3
            else f"{day} {chance.randint(9, 20):02}:{chance.randrange(60):02}",
            **identifiers(chance.choice([None, *(f"c{no:02}" for no in range(customers))])),
            "source": chance.choice([None, "spring", "second"]),
            "channel": channel,
            "outcome": chance.choice(outcomes),
            "reason": chance.choice([None, "太貴", " 太貴 ", "還有"]),
            "agent": chance.choice([None, "美"]),
        }
        rows += [row] * chance.choice([1, 1, 1, 2])
    return rows


def mapping_file(folder: Path, kind: Kind) -> Path:
    """A mapping for files whose headings are the canonical names."""
    path = folder / f"{kind}.toml"
    columns = "".join(f'{name} = "{name}"\n' for name in COLUMNS[kind])
    path.write_text(f'kind = "{kind}"\n[columns]\n{columns}', encoding="utf-8")
    return path


# ---- the short way: a table straight into the pipeline ----


def take_in(database: Database, kind: Kind, rows: Sequence[Row], *others: str) -> Receipt:
    """Load rows with canonical headings, without a file, its parsing and a backup; ``others`` are further columns."""
    columns = (*COLUMNS[kind], *others)
    with database.exchange_folder() as folder:
        table = _text_table(folder / "rows.parquet", columns, rows)
        mapping = ColumnMapping(kind, columns={name: (name,) for name in columns})
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        file = ParsedFile("rows.csv", digest, "csv", "utf-8", ",", (table,))
        return store(database, file, table, mapping, folder, Origin("test", NOW)).receipt


def _text_table(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> TextTable:
    """The rows as the parser would have written them: the header is row 1."""
    numbers = pa.array(range(2, len(rows) + 2), pa.int64())
    cells = [pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in columns]
    names = ["row_number", *(f"c{number}" for number in range(len(columns)))]
    pq.write_table(pa.table([numbers, *cells], names=names), path)
    return TextTable(None, False, tuple(columns), 1, path, len(rows))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def undo(database: Database, import_id: int | None) -> None:
    """Take an import back, without a backup."""
    assert import_id is not None
    with database.write() as cursor:
        take_back(cursor, import_id, NOW)


def fingerprints(database: Database) -> dict[str, tuple[int, int]]:
    with database.cursor() as cursor:
        return mart_fingerprints(cursor)

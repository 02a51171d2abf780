"""Measure the product side by side with its peers and print the table of docs/benchmarks.md.

``python -m benchmarks.run --size small`` takes about a minute, ``--size full`` about half an hour on two cores and 6 GB
of disk. Every measurement runs in a process of its own; memory is the largest process of it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from benchmarks.generate import ONLINE_RETAIL, WORK, Shape, order_lines, write_csv, write_parts
from benchmarks.shopee import marketplace_lines
from benchmarks.tasks import PAGES

PROJECT = Path(__file__).parents[1]
PYMC = "pymc-marketing==0.19.2"
MEGABYTE = 1_000_000
ROUNDS = 3
STARTS = 5
EXPORTS = {"email": "file for an e-mail tool", "full": "full table with the usual product"}

Measured = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large the measured shop is."""

    online_retail: Shape
    xlsx_rows: int
    shop: Shape
    addition: int
    with_pymc: bool


SIZES = {
    "small": Size(replace(ONLINE_RETAIL, lines=100_000), 10_000, Shape(100_000), 1_000, with_pymc=False),
    "full": Size(ONLINE_RETAIL, 100_000, Shape(10_000_000), 10_000, with_pymc=True),
}


def run_task(name: str, *arguments: object, python: str = sys.executable, database: Path | None = None) -> Measured:
    """Run one task; its result with ``peak``, the memory in MB of the largest process in it."""
    environment = {**os.environ, "HUIKE_DB": str(database)} if database else None
    command = [python, "-m", "benchmarks.tasks", name, *map(str, arguments)]
    child = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    out, err = child.communicate()
    if child.returncode:
        raise SystemExit(f"{name}: {err.decode()[-2000:]}")
    found: Measured = json.loads(out.splitlines()[-1])
    return found


def run_measured(name: str, *arguments: object) -> Measured:
    """As :func:`run_task`, with the peak memory where the system tells it."""
    timer = shutil.which("time", path="/usr/bin")
    if timer is None:
        return run_task(name, *arguments) | {"peak": None}
    report = WORK / "peak.txt"
    command = [timer, "-f", "%M", "-o", str(report), sys.executable, "-m", "benchmarks.tasks", name]
    done = subprocess.run([*command, *map(str, arguments)], cwd=PROJECT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.decode()[-2000:]}")
    found: Measured = json.loads(done.stdout.splitlines()[-1])
    return found | {"peak": int(report.read_text().split()[-1]) * 1024 // MEGABYTE}


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    work: str
    ours: str
    peer: str = ""
    ratio: str = ""
    budget: str = ""


def seconds(value: float) -> str:
    """Seconds as a person reads them."""
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def fresh(name: str) -> Path:
    """A new folder below the work folder."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def csv_import(size: Size) -> list[Line]:
    """CSV import, validation and marts included, against DuckDB's own reader; the best of three."""
    folder = fresh("csv")
    file = write_csv(order_lines(size.online_retail), folder / "online_retail.csv")
    rounds = [
        (
            run_task("duckdb_csv", file, fresh("csv/peer") / "peer.duckdb"),
            run_measured("take_in", fresh("csv/shop") / "huike.duckdb", file),
        )
        for _ in range(ROUNDS)
    ]
    peer, ours = (best([one[column] for one in rounds]) for column in range(2))
    peak = max((one["peak"] for _, one in rounds if one["peak"] is not None), default=None)
    work = f"CSV import, {size.online_retail.lines:,} lines, validated, marts included; peer: `read_csv` into a table"
    return [
        Line(work, told(ours), told(peer), ratio(ours, peer), "within 8 ×"),
        Line("peak memory of that import", f"{peak} MB", budget="below 1,500 MB"),
    ]


def xlsx_import(size: Size) -> list[Line]:
    """Spreadsheets, narrow and wide, against a bare calamine."""
    folder = fresh("xlsx")
    tables = {
        "8 columns": order_lines(Shape(size.xlsx_rows)),
        "the 56 columns of a marketplace": marketplace_lines(Shape(size.xlsx_rows)),
    }
    found = []
    for number, (named, table) in enumerate(tables.items()):
        file = folder / f"orders-{number}.xlsx"
        write_xlsx(table, file)
        found += xlsx_lines(file, f"{size.xlsx_rows:,} rows of {named}")
    return found


def xlsx_lines(file: Path, named: str) -> list[Line]:
    """One spreadsheet: read, and taken in as a whole; each the best of three, with processor seconds beside."""
    rounds = [
        (
            run_task("bare_calamine", file),
            run_task("parse_xlsx", file, fresh(f"xlsx/{file.stem}-parsed")),
            run_task("take_in", fresh(f"xlsx/{file.stem}-shop") / "huike.duckdb", file),
        )
        for _ in range(ROUNDS)
    ]
    peer, reading, whole = (best([one[column] for one in rounds]) for column in range(3))
    return [
        Line(f"XLSX read, {named}; peer: bare calamine", told(reading), told(peer), ratio(reading, peer)),
        Line(f"XLSX import, {named}; peer: bare calamine", told(whole), told(peer), ratio(whole, peer), "within 2 ×"),
    ]


def best(rounds: list[Measured]) -> Measured:
    """The least wall time and the least processor time of several runs: other work on the machine only adds to them."""
    return {name: min(one[name] for one in rounds) for name in ("seconds", "processor")}


def told(measured: Measured) -> str:
    """Wall time with the processor time behind it."""
    return f"{seconds(measured['seconds'])} ({seconds(measured['processor'])} of processor)"


def ratio(ours: Measured, peer: Measured) -> str:
    """Ours over the peer's, in wall time and in processor time."""
    return f"{ours['seconds'] / peer['seconds']:.1f} × ({ours['processor'] / peer['processor']:.1f} ×)"


def write_xlsx(table: pa.Table, path: Path) -> None:
    """The lines as the only sheet of a workbook, days as true date cells."""
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("orders")
        sheet.write_row(0, 0, table.column_names)
        for number, row in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True), start=1):
            sheet.write_row(number, 0, row)


def large_shop(size: Size, *, keep: bool) -> tuple[Path, list[Line]]:
    """A shop of that many lines, taken in through the real import, file by file."""
    folder = WORK / f"shop-{size.shop.lines}"
    database = folder / "huike.duckdb"
    if keep and database.exists():
        return database, []
    files = write_parts(size.shop, fresh(folder.name))
    taken = run_measured("take_in", database, *files)
    each = ", ".join(seconds(value) for value in taken["each"])
    work = f"filling the shop: {size.shop.lines:,} lines in {len(files)} CSV files ({each})"
    return database, [
        Line(work, seconds(taken["seconds"])),
        Line("peak memory of that", f"{taken['peak']} MB"),
    ]


RFM_TABLES = {
    "segments": "scores of all {customers:,} customers, counted per segment (the page)",
    "rfm": "the same as a frame of {customers:,} rows with names (the export)",
}


def rfm(size: Size, database: Path) -> list[Line]:
    """Scoring every customer, against pandas and pymc-marketing, which start from the lines in memory."""
    lines = database.parent / "lines.parquet"
    peers = [("pandas `groupby` + `qcut`", "rfm_pandas", sys.executable, "at least 10 × faster")]
    if size.with_pymc:
        peers.append((f"{PYMC} `rfm_segments`", "rfm_pymc", pymc_python(), "at least 40 × faster"))
    taken = {name: run_task(name, lines, python=python)["seconds"] for _, name, python, _ in peers if python}
    found = []
    for table, told in RFM_TABLES.items():
        ours = run_task("rfm_core", database, table)["seconds"]
        named = f"RFM of {size.shop.lines:,} lines: {told.format(customers=size.shop.customers)}"
        for peer, name, _, budget in peers:
            if name in taken:
                ratio = f"{taken[name] / ours:.1f} × faster"
                found.append(Line(f"{named}; peer: {peer}", seconds(ours), seconds(taken[name]), ratio, budget))
            else:
                found.append(Line(f"{named}; peer: {peer}", seconds(ours), "could not be installed", "", budget))
    return found


def forecast() -> list[Line]:
    """The forecast's models on the CDNOW master file, where the folder of public data is beside the project."""
    file = PROJECT.parent / "shared" / "data" / "orders" / "CDNOW_master.txt"
    if not file.exists():
        return []
    found = run_task("forecast_fit", file)
    work = f"BG/NBD and Gamma–Gamma fitted, CDNOW master file, {found['customers']:,} customers"
    return [Line(work, seconds(found["seconds"]), budget="2 s")]


def pymc_python() -> str:
    """A Python with pymc-marketing, in an environment made for nothing else; empty where it cannot be installed."""
    folder = WORK / "pymc"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    probe = subprocess.run([str(python), "-c", "import pymc_marketing, pyarrow"], capture_output=True, check=False)
    if probe.returncode:
        install = [str(python), "-m", "pip", "install", "--quiet", PYMC, f"pyarrow=={version('pyarrow')}"]
        if subprocess.run(install, check=False).returncode:
            return ""
    return str(python)


def app(size: Size, database: Path) -> list[Line]:
    """Every page on the server, the start, and the memory of the idle app."""
    shown = run_task("pages", database=database)
    lines = f"{size.shop.lines:,} lines"
    found = [
        Line(
            f"page *{name.replace('_', ' ')}*, {lines}: warm (first visit {seconds(shown[name]['cold'])}, "
            f"another as-of date {seconds(shown[name]['filter'])})",
            seconds(shown[name]["warm"]),
            budget="300 ms" if name == "week" else "1 s",
        )
        for name in PAGES
    ]
    slowest = max(PAGES, key=lambda name: shown[name]["filter"])
    work = f"another as-of date, slowest page (*{slowest.replace('_', ' ')}*)"
    found.append(Line(work, seconds(shown[slowest]["filter"]), budget="500 ms"))
    return found


def start() -> list[Line]:
    """From the command to the first page of the sample shop, the best of several."""
    database = fresh("sample") / "huike.duckdb"
    load = [sys.executable, "-m", "crm_core", "sample", "load", "--db", str(database)]
    subprocess.run(load, cwd=PROJECT, check=True, capture_output=True)
    rounds = [run_task("start", database=database) for _ in range(STARTS)]
    memory = max(one["memory"] for one in rounds)
    return [
        Line("start to first page in a browser, sample shop", told(best(rounds)), budget="3 s"),
        Line("memory of the idle app after it", f"{memory} MB", budget="below 300 MB"),
    ]


def addition(size: Size, database: Path) -> list[Line]:
    """A small file into the large shop; on a copy, which is thrown away."""
    folder = fresh("addition")
    shutil.copy(database, folder / "huike.duckdb")
    shape = Shape(size.addition, seed=2)
    lines = order_lines(shape)
    newer = pc.add(lines.column("InvoiceNo"), 100_000_000)
    file = write_csv(lines.set_column(0, "InvoiceNo", newer), folder / "newer.csv")
    taken = run_task("take_in", folder / "huike.duckdb", file)["seconds"]
    shutil.rmtree(folder)
    work = f"import of {size.addition:,} lines into {size.shop.lines:,}, backup included"
    return [Line(work, seconds(taken), budget="5 s")]


def exports(size: Size, database: Path) -> list[Line]:
    """A list of everyone in the large shop counted and written as CSV; on a copy with names and addresses."""
    folder = fresh("exports")
    copy = Path(shutil.copy(database, folder / "huike.duckdb"))
    run_task("fill_contacts", copy)
    lines = []
    for layout, name in EXPORTS.items():
        found = run_measured("export_list", copy, layout)
        work = f"{name} of {size.shop.lines:,} lines: {found['customers']:,} customers"
        lines.append(Line(f"{work}, counted with those left out", told(found["count"]), budget="1 s"))
        lines.append(Line(f"{work}, CSV of {found['bytes'] // MEGABYTE} MB", told(found["file"]), budget="5 s"))
        lines.append(Line("peak memory of that", f"{found['peak']} MB"))
    shutil.rmtree(folder)
    return lines


def machine() -> str:
    """Cores, memory, system and versions: no names."""
    memory = ""
    info = Path("/proc/meminfo")
    if info.exists():
        memory = f", {int(info.read_text().split()[1]) / MEGABYTE:.0f} GB of memory"
    names = ("duckdb", "pandas", "streamlit", "python-calamine")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores{memory}, {system}, Python {platform.python_version()}, {packages}"


def show(lines: list[Line]) -> None:
    """Print lines of the Markdown table."""
    for line in lines:
        print(f"| {line.work} | {line.ours} | {line.peer} | {line.ratio} | {line.budget} |", flush=True)


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description="Benchmarks, side by side.")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--imports", action="store_true", help="only files into an empty shop, not the large shop")
    parser.add_argument("--pages", action="store_true", help="only the pages on the large shop")
    parser.add_argument("--start", action="store_true", help="only the start")
    parser.add_argument("--exports", action="store_true", help="only files of customers from the large shop")
    parser.add_argument("--keep", action="store_true", help="use the large shop of an earlier run")
    arguments = parser.parse_args()
    size = SIZES[arguments.size]
    WORK.mkdir(exist_ok=True)
    print(f"{machine()}\n\n| work | ours | peer | ratio | budget |\n|---|---|---|---|---|", flush=True)
    if arguments.start:
        show(start())
        return
    if arguments.pages:
        show(app(size, large_shop(size, keep=arguments.keep)[0]))
        return
    if arguments.exports:
        show(exports(size, large_shop(size, keep=arguments.keep)[0]))
        return
    show(csv_import(size))
    show(xlsx_import(size))
    show(forecast())
    if arguments.imports:
        return
    database, filled = large_shop(size, keep=arguments.keep)
    show(filled)
    show(rfm(size, database))
    show(addition(size, database))
    show(exports(size, database))
    show(app(size, database))
    show(start())


if __name__ == "__main__":
    main()

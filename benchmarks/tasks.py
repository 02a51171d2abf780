"""What is measured, each in a process of its own.

``python -m benchmarks.tasks NAME ARGUMENT…`` prints one JSON document.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

Result = dict[str, Any]
PROJECT = Path(__file__).parents[1]
PAGES = tuple(sorted(path.stem for path in (PROJECT / "pages").glob("*.py")))
FIRST_PAGE = "week"
KEPT_READY_SECONDS = 600


def _processor_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _cost(work: Callable[[], object]) -> Result:
    """Wall and processor seconds of one piece of work."""
    before = _processor_seconds()
    return {"seconds": _timed(work), "processor": _processor_seconds() - before}


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def take_in(database: str, *files: str) -> Result:
    """Import files over the command line's own function, loaded before as the peers' libraries are; seconds of each."""
    import crm_core.commands.importing  # noqa: F401
    from crm_core.cli import main

    seconds = []
    before = _processor_seconds()
    for file in files:
        said = io.StringIO()
        with redirect_stdout(said):
            seconds.append(_timed(partial(main, ["import", "orders", file, "--db", database, "--json"])))
        receipt = json.loads(said.getvalue())
        if receipt["rows_loaded"] != receipt["rows_read"]:
            raise SystemExit(f"{file}: {receipt}")
    return {"seconds": sum(seconds), "each": seconds, "processor": _processor_seconds() - before}


def duckdb_csv(file: str, database: str) -> Result:
    """DuckDB's own reader into a table of a new database file."""
    import duckdb

    with duckdb.connect(database) as connection:
        load = f"create table lines as select * from read_csv('{file}')"
        return _cost(lambda: connection.execute(load))


def parse_xlsx(file: str, folder: str) -> Result:
    """Our own reading of a spreadsheet, child process and Parquet included."""
    from crm_core.ingest.parse import parse

    path = Path(file)
    return _cost(lambda: parse(path, path.name, Path(folder)))


def bare_calamine(file: str) -> Result:
    """The cells of the first sheet as Python values."""
    from python_calamine import CalamineWorkbook

    return _cost(lambda: CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())


def rfm_core(database: str, name: str) -> Result:
    """A table that scores every customer, as the page and the command line get it: first call, and best of three."""
    from crm_core.db import Database
    from crm_core.metrics.measure import default_params
    from crm_core.metrics.tables import table
    from crm_core.settings import load_settings

    shop = Database(Path(database))
    with shop.cursor() as cursor:
        settings = load_settings(cursor)
        params = default_params(cursor, settings)
        assert params is not None
        seconds = [_timed(lambda: table(cursor, name, params, settings)) for _ in range(3)]
    shop.close()
    return {"seconds": min(seconds), "first": seconds[0]}


def rfm_pandas(lines: str) -> Result:
    """The usual recipe: revenue per line, group by customer, quartiles by ``qcut`` on ranks."""
    import pandas as pd

    frame = pd.read_parquet(lines, columns=["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"])

    def recipe() -> None:
        frame["Revenue"] = frame["Quantity"] * frame["UnitPrice"]
        now = frame["InvoiceDate"].max()
        found = frame.groupby("CustomerID").agg(
            last=("InvoiceDate", "max"), frequency=("InvoiceNo", "nunique"), monetary=("Revenue", "sum")
        )
        found["recency"] = (now - found["last"]).dt.days
        for column, labels in (("recency", [4, 3, 2, 1]), ("frequency", [1, 2, 3, 4]), ("monetary", [1, 2, 3, 4])):
            found[f"{column}_score"] = pd.qcut(found[column].rank(method="first"), 4, labels=labels)

    return {"seconds": _timed(recipe)}


def rfm_pymc(lines: str) -> Result:
    """pymc-marketing's ``rfm_segments`` on the same lines; runs in an environment of its own."""
    import pandas as pd
    from pymc_marketing.clv.utils import rfm_segments

    frame = pd.read_parquet(lines, columns=["Quantity", "InvoiceDate", "UnitPrice", "CustomerID"])
    frame["Revenue"] = frame["Quantity"] * frame["UnitPrice"]
    return {"seconds": _timed(lambda: rfm_segments(frame, "CustomerID", "InvoiceDate", "Revenue"))}


def fill_contacts(database: str) -> Result:
    """Give every customer of a generated shop a name, an e-mail address, a mobile number and consents."""
    from crm_core.db import Database

    shop = Database(Path(database))
    with shop.alone() as cursor, shop.transaction(cursor):
        cursor.execute(
            """
            update customer_mart
            set name = '王小明' || customer_id, email = 'person' || customer_id || '@example.com', city = '臺北市',
                phone = '+8869' || lpad((hash(customer_id) % 90000000)::varchar, 8, '0'),
                consent_email = case when hash(customer_id) % 10 = 0 then false end,
                consent_sms = case when hash(customer_id) % 11 = 0 then false end
            """
        )
    shop.close()
    return {}


def export_list(database: str, layout_key: str) -> Result:
    """A list of all customers: how many a file may hold, and the CSV file with its log; best of three each."""
    from datetime import UTC, datetime

    from crm_core.db import Database
    from crm_core.i18n import Translator
    from crm_core.lists.conditions import EVERYONE
    from crm_core.lists.contactable import rules_on
    from crm_core.lists.exports import Export, FileFormat, made_file, remaining
    from crm_core.lists.layouts import channel_for, layout_of
    from crm_core.metrics.measure import default_params
    from crm_core.settings import load_settings

    shop, moment = Database(Path(database)), datetime.now(UTC).replace(tzinfo=None)
    with shop.cursor() as cursor:
        settings = load_settings(cursor)
        params = default_params(cursor, settings)
        assert params is not None
        layout = layout_of(layout_key)
        export = Export(
            EVERYONE, params, settings, layout, rules_on(moment.date(), settings, channel_for(layout, None))
        )
        counted = [_cost(lambda: remaining(cursor, export)) for _ in range(3)]
    t = Translator("zh-TW")
    sizes = []

    def write() -> None:
        with made_file(shop, export, t, FileFormat.CSV, by="benchmark", name="everyone", moment=moment) as made:
            sizes.append((made.customers, made.path.stat().st_size))

    written = [_cost(write) for _ in range(3)]
    shop.close()
    best = {name: min(each, key=lambda one: one["seconds"]) for name, each in (("count", counted), ("file", written))}
    return {**best, "customers": sizes[0][0], "bytes": sizes[0][1]}


def forecast_fit(file: str) -> Result:
    """BG/NBD and Gamma–Gamma on the purchases of the CDNOW master file up to the end of its calibration."""
    import numpy as np
    import pandas as pd
    import scipy.optimize  # noqa: F401 - loaded before, as the peers' libraries are

    from crm_core.analysis import bg_nbd, gamma_gamma

    lines = pd.read_csv(file, sep=r"\s+", skiprows=1, names=["customer", "day", "quantity", "amount"])
    lines = lines[lines["day"] <= 19970930].assign(day=lambda each: pd.to_datetime(each["day"].astype(str)))
    purchases = lines.groupby(["customer", "day"], as_index=False)["amount"].sum()
    days = purchases.groupby("customer")["day"].agg(["min", "max", "count"])
    ends = pd.Timestamp(1997, 9, 30) - days["min"]
    columns = (days["count"] - 1, (days["max"] - days["min"]).dt.days, ends.dt.days)
    counted = pd.concat(columns, axis=1, keys=["x", "last", "observed"]).value_counts().reset_index()
    histories = bg_nbd.Histories(*(counted[name].to_numpy(float) for name in ("x", "last", "observed", "count")))
    later = purchases[purchases["day"] > purchases.groupby("customer")["day"].transform("min")]
    again = later.groupby("customer")["amount"].agg(["count", "mean"]).query("mean > 0").astype(float)
    often, much = again["count"].to_numpy(), again["mean"].to_numpy()
    averages = gamma_gamma.Averages(often, much, np.log(much), np.ones(len(again)))

    def both() -> None:
        if bg_nbd.fit(histories) is None or gamma_gamma.fit(averages) is None:
            raise SystemExit("no model fits")

    return {"seconds": min(_timed(both) for _ in range(3)), "customers": len(days)}


def pages() -> Result:
    """Seconds of the server for each page on ``HUIKE_DB``: first visit, again, and with another as-of date or week.

    The first visit of This week, with which the app starts, is that of a new process: it opens the shop.
    """
    from streamlit.testing.v1 import AppTest

    from crm_core.db import Database, database_path
    from crm_core.periods import data_extent

    shop = Database(database_path())
    with shop.cursor() as cursor:
        extent = data_extent(cursor)
    shop.close()
    assert extent is not None
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=KEPT_READY_SECONDS)
    found: Result = {}
    for name in sorted(PAGES, key=lambda page: page != FIRST_PAGE):
        if name != FIRST_PAGE:
            app.switch_page(f"pages/{name}.py")
        cold = _timed(app.run)
        warm = min(_timed(app.run) for _ in range(3))
        day = extent.last_on - timedelta(days=14)
        earlier, text = ("week", f"{day:%G-W%V}") if name == FIRST_PAGE else ("as_of", day.isoformat())
        app.query_params[earlier] = text
        found[name] = {"cold": cold, "warm": warm, "filter": _timed(app.run)}
        del app.query_params[earlier]
        if app.exception:
            raise SystemExit(f"{name}: {app.exception[0].value}")
    return found


def start() -> Result:
    """Seconds from the command to the first page in a browser on ``HUIKE_DB``; memory and processor of the server."""
    from playwright.sync_api import sync_playwright

    from run import find_chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        begin = perf_counter()
        server = _server()
        page.goto(_address(server))
        page.wait_for_selector("[data-testid=stMetricValue]", timeout=60_000)
        page.wait_for_selector("[data-test-script-state=notRunning]", timeout=60_000, state="attached")
        seconds = perf_counter() - begin
        browser.close()
        status = Path(f"/proc/{server.pid}/status").read_text()
        before = _processor_seconds()
        server.terminate()
        server.wait()
        processor = _processor_seconds() - before
    resident = re.search(r"VmRSS:\s+(\d+)", status)
    return {"seconds": seconds, "processor": processor, "memory": int(resident[1]) // 1024 if resident else 0}


def _server() -> subprocess.Popen[str]:
    options = ["--server.port", "0", "--server.headless", "true"]
    command = [sys.executable, "-u", "-m", "ui", *options]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, encoding="utf-8")


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"URL: http://[^:]+:(\d+)", line):
            threading.Thread(target=server.stdout.read, daemon=True).start()
            return f"http://localhost:{found[1]}"
    raise SystemExit("the app did not start")


TASKS: dict[str, Callable[..., Result]] = {
    task.__name__: task
    for task in (
        take_in,
        duckdb_csv,
        parse_xlsx,
        bare_calamine,
        rfm_core,
        rfm_pandas,
        rfm_pymc,
        fill_contacts,
        export_list,
        forecast_fit,
        pages,
        start,
    )
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))

"""The start: what the first page needs is loaded ahead, and nothing in the way of that stops the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import streamlit as st

import ui.__main__ as start
from crm_core.errors import DatabaseUnreadable
from ui import session

ROOT = Path(start.__file__).parents[1]
SECONDS = 60

# In a process that has loaded nothing yet: the first page after what was loaded ahead, which it cannot load again.
FIRST_PAGE = """
import json, sys
from ui import session
from ui.__main__ import APP, load_ahead
load_ahead()
from streamlit.testing.v1 import AppTest
ahead = set(sys.modules)
session.Database = None
app = AppTest.from_file(APP, default_timeout=60).run()
late = set(sys.modules) - ahead
print(json.dumps({"tiles": len(app.metric), "late": sorted(late), "ahead": sorted(ahead)}))
"""
PREPARED = {"babel", "crm_core", "duckdb", "numpy", "pandas", "ui"}


@pytest.mark.usefixtures("filled_shop")
def test_the_first_page_finds_the_core_the_libraries_and_the_database_ready() -> None:
    command = [sys.executable, "-c", FIRST_PAGE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    found = json.loads(done.stdout)
    assert found["tiles"] == 5
    assert [name for name in found["late"] if name.split(".")[0] in PREPARED] == []
    # What reads files is large, and only a shop without orders asks for it at once.
    assert "crm_core.ingest.pipeline" not in [*found["late"], *found["ahead"]]


def test_a_database_that_cannot_be_opened_is_left_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "huike.duckdb"
    file.write_text("no database")
    monkeypatch.setenv("HUIKE_DB", str(file))
    st.cache_resource.clear()
    start.load_ahead()
    with pytest.raises(DatabaseUnreadable):
        session.shop_database()


def test_the_app_is_served_and_says_nothing_unasked(tmp_path: Path) -> None:
    options = ["--server.port", "0", "--server.headless", "true"]
    environment = os.environ | {"HUIKE_DB": str(tmp_path / "huike.duckdb"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "ui", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as server:
        try:
            assert server.stdout is not None
            said = list(until_address(server.stdout))
            with urlopen(
                f"http://localhost:{said[-1].rsplit(':')[-1].strip()}/_stcore/health", timeout=SECONDS
            ) as answer:
                assert answer.status == 200
        finally:
            server.terminate()
        said += server.stdout
    assert [line for line in said if "WARNING" in line or "Traceback" in line] == []


def until_address(lines: Iterable[str]) -> Iterator[str]:
    """What a starting server says, up to its address."""
    for line in lines:
        yield line
        if "URL: http://" in line:
            return

"""What tests of every kind start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core.db import Database

SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data files (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty shop of the test's own."""
    database = Database(tmp_path / "huike.duckdb")
    yield database
    database.close()

"""Shops for the tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import shops


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the small shop; nobody holds it open."""
    return shops.build(tmp_path_factory.mktemp("template") / "shop.duckdb")


@pytest.fixture
def filled_shop(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The app opens a copy of the small shop; its own file can be asked over the command line."""
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(template, tmp_path):
        yield template


@pytest.fixture
def empty_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app opens a shop without anything in it."""
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with shops.served(None, tmp_path):
        yield

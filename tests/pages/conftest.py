"""Shops for the tests of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.pages import shops
from tests.pages.weekly_shop import app_on, make_shop


@pytest.fixture(scope="session", autouse=True)
def _packages_searched_once() -> Iterator[None]:
    """Let Streamlit look for components in the installed packages once for each test process, as it does for a server.

    It would do so for every ``AppTest``, and read what each package says of itself (0.06 s).
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


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


@pytest.fixture(scope="session")
def weekly_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the shop whose weeks are known; nobody holds it open."""
    path = tmp_path_factory.mktemp("weekly") / "huike.duckdb"
    make_shop(path)
    return path


@pytest.fixture(scope="module")
def path(weekly_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the weekly shop for one file of tests."""
    return Path(shutil.copy(weekly_template, tmp_path_factory.mktemp("shop")))


@pytest.fixture
def shop(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app opens the copy of the weekly shop."""
    with app_on(path, monkeypatch):
        yield

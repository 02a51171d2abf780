"""The real app in a real browser.

A missing browser is an error here, not a skip: ``python run.py test`` installs one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from run import find_chromium

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STEP_MILLISECONDS = 30_000
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class OpenPage(Protocol):
    """Opens a page of the app in a browser of its own: a fresh session, no cookies."""

    def __call__(self, path: str = "", *, language: str = "zh-TW", width: int = 1440, dark: bool = False) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that ``-m "not browser"`` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@contextmanager
def serve_app(database: Path) -> Iterator[str]:
    """Start the app on a database of one's own and on a port that the system picks; its address."""
    command = ["-m", "streamlit", "run", "app.py", "--server.port", "0", "--server.headless", "true"]
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "HUIKE_DB": str(database), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def _address(server: subprocess.Popen[str]) -> str:
    """The address that a starting server announces, once it answers there."""
    lines: list[str] = []
    has_spoken = threading.Event()

    def listen() -> None:
        """Read to the end: a server whose words nobody reads would stand still one day."""
        for line in server.stdout or ():
            lines.append(line)
            if "URL:" in line:
                has_spoken.set()
        has_spoken.set()

    threading.Thread(target=listen, daemon=True).start()
    has_spoken.wait(START_SECONDS)
    found = re.search(r"URL: http://[^:]+:(\d+)", "".join(lines))
    assert found, "the app did not start:\n" + "".join(lines)
    address = f"http://localhost:{found[1]}"
    with urlopen(f"{address}/_stcore/health", timeout=START_SECONDS) as answer:
        assert answer.status == 200
    return address


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Start the app once more, on the database file given; its address. It runs until the test module ends."""
    with ExitStack() as servers:
        yield lambda database: servers.enter_context(serve_app(database))


@pytest.fixture(scope="module")
def app_url(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an app of the test module's own, whose shop is empty at first."""
    return serve(tmp_path_factory.mktemp("shop") / "huike.duckdb")


# Playwright keeps an event loop running in its thread: it ends with the module, before tests of other kinds begin.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium: the installed one, else Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, app_url: str) -> Iterator[OpenPage]:
    """Open pages of the app: ``open_page("lists", language="en", width=390)``. None may call on another host."""
    foreign: list[str] = []

    def note_foreign(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in (None, "localhost"):
            foreign.append(request.url)

    with ExitStack() as contexts:

        def open_page(path: str = "", *, language: str = "zh-TW", width: int = 1440, dark: bool = False) -> Page:
            context = browser.new_context(
                locale=language,
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
            )
            contexts.callback(context.close)
            context.set_default_timeout(STEP_MILLISECONDS)
            context.on("request", note_foreign)
            page = context.new_page()
            page.goto(f"{app_url}/{path}")
            settled(page)
            return page

        yield open_page
    assert not foreign, "the browser was sent to other hosts"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The app's first page, in Traditional Chinese on a wide screen."""
    return open_page()


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached(timeout=STEP_MILLISECONDS)

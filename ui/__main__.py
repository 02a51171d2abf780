"""Start the app as ``streamlit run app.py`` does, its first page loaded ahead: ``python -m ui [options of streamlit]``.

A server is idle while the browser opens and fetches Streamlit's own files. What the first page will ask for is loaded
then, in a thread beside the server, instead of when the page is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Thread

from streamlit import runtime
from streamlit.web import cli

from crm_core.errors import CrmError

APP = Path(__file__).parent.parent / "app.py"
LOOK_SECONDS = 0.01
SHARE_SECONDS = 0.0002

# The parts of the first page, which bring nearly everything else along, and what its libraries load when first asked.
AHEAD = (
    "ui.change",
    "ui.contact_day",
    "ui.filters",
    "ui.frame",
    "ui.navigation",
    "ui.this_week",
    "plotly.tools",
    "streamlit.emojis",
    "streamlit.material_icon_names",
)


def main(options: list[str]) -> None:
    """Serve until asked to stop."""
    Thread(target=_load_beside_server, daemon=True).start()
    cli.main(["run", str(APP), *options], prog_name="streamlit")


def _load_beside_server() -> None:
    """Load as soon as there is a server, and let it have its turn often: a browser asks for a hundred small files."""
    while not _is_serving():
        Event().wait(LOOK_SECONDS)
    with _short_turns():
        load_ahead()


def _is_serving() -> bool:
    return runtime.exists() and runtime.get_instance().state is not runtime.RuntimeState.INITIAL


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SHARE_SECONDS)
    yield
    sys.setswitchinterval(usual)


def load_ahead() -> None:
    """Import what the first page needs and open the shop's database; what is in the way of that, the page will tell."""
    for name in AHEAD:
        import_module(name)
    with suppress(CrmError):
        import_module("ui.session").shop_database()


if __name__ == "__main__":
    main(sys.argv[1:])

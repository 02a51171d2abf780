"""Start the app as ``streamlit run app.py`` does, its first page loaded ahead: ``python -m ui [options of streamlit]``.

A server is idle while the browser opens and fetches Streamlit's own files. What the first page will ask for is loaded
then, in a thread beside the server, instead of when the page is asked for.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread

from streamlit.web import cli

from crm_core.errors import CrmError
from ui import session

APP = Path(__file__).parent.parent / "app.py"

# What brings nearly all modules of the first page along, heaviest first. Not the page's own parts in ``ui``: declaring
# what ``st.cache_data`` remembers asks for a server that runs already.
AHEAD = (
    "pandas",
    "crm_core.findings.change",
    "crm_core.findings.moved",
    "crm_core.findings.week",
    "crm_core.charts.change",
    "crm_core.charts.weekly",
    "crm_core.metrics.tables",
    "crm_core.lists.groups",
    "crm_core.export",
    "crm_core.ingest.history",
    "plotly.tools",
    "streamlit.emojis",
    "streamlit.material_icon_names",
)


def load_ahead() -> None:
    """Import what the first page needs and open the shop's database; what is in the way of that, the page will tell."""
    for name in AHEAD:
        import_module(name)
    with suppress(CrmError):
        session.shop_database()


def main(options: list[str]) -> None:
    """Serve until asked to stop."""
    Thread(target=load_ahead, name="load_ahead", daemon=True).start()
    cli.main(["run", str(APP), *options], prog_name="streamlit")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Several files being loaded in a thread of their own, which outlives the run of the page that started it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from crm_core.db import Database
from crm_core.errors import CrmError
from crm_core.ingest.batch import Brought, Checked, ToLoad, load_all
from crm_core.ingest.load import Origin
from crm_core.metrics.spec import Reading
from ui.import_desk import IMPORTED_BY, BatchReceipted, Desk, WaitingFile, now
from ui.import_done import figures


class BatchLoading:
    """Loads files one after the other; what came of each is told on the desk at the end."""

    def __init__(
        self, database: Database, listed: Sequence[tuple[WaitingFile, Checked]], *, without_sample: bool
    ) -> None:
        self._listed = list(listed)
        self._without_sample = without_sample
        self._brought: list[Brought] = []
        self._before: dict[str, Reading] = {}
        self._after: dict[str, Reading] = {}
        self._cancelled, self._ended = threading.Event(), threading.Event()
        threading.Thread(target=self._run, args=(database,), daemon=True).start()

    @property
    def files(self) -> int:
        """How many files there are to load."""
        return len(self._listed)

    @property
    def number(self) -> int:
        """How many of them are done."""
        return len(self._brought)

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for the end; whether it has come."""
        return self._ended.wait(seconds)

    def cancel(self) -> None:
        """Stop after the file that is being loaded."""
        self._cancelled.set()

    def _run(self, database: Database) -> None:
        found = [checked.found for _, checked in self._listed if checked.found is not None]
        try:
            with suppress(CrmError):  # of a single file it is told with the file; else the others are still waiting
                self._load(database, found)
        finally:
            self._ended.set()

    def _load(self, database: Database, found: list[ToLoad]) -> None:
        kinds = [each.mapping.kind for each in found]
        days = [checked.outcome.summary.last_on for _, checked in self._listed if checked.outcome]
        until = max((day for day in days if day is not None), default=None)
        self._before = {} if self._without_sample else figures(database, kinds, until)
        load_all(
            database,
            found,
            Origin(IMPORTED_BY, now()),
            on_brought=self._brought.append,
            is_cancelled=self._cancelled.is_set,
            without_sample=self._without_sample,
        )
        self._after = figures(database, kinds, until)

    def settle(self, desk: Desk) -> None:
        """Put the receipt on the desk, take what is in off it, and keep what was refused with its reason."""
        if desk.loading is not self:
            return
        desk.loading = None
        for (waiting, checked), brought in zip(self._listed, self._brought, strict=False):
            if brought.outcome is not None:
                desk.drop(waiting)
            elif waiting.reading is not None:
                waiting.is_seen = False
                waiting.reading.checked = Checked(waiting.name, checked.found, refusal=brought.refusal)
        loaded = [each for each in self._brought if each.outcome is not None]
        is_stopped = len(self._brought) < len(self._listed)
        removed = self._without_sample and bool(loaded)
        desk.done.append(BatchReceipted(self._brought, self._before, self._after, is_stopped, removed))

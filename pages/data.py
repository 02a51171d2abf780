"""Data: take files in, see what is in, take it back."""

from __future__ import annotations

from ui import frame
from ui.batch import batch, loading
from ui.data_page import check_file, first_visit, more_to_see, note, stock
from ui.import_desk import has_own, has_sample, open_desk
from ui.import_done import receipts
from ui.import_history import history
from ui.saved_formats import own_formats
from ui.upload import choose_files, stepper

with frame.page("data", needs_orders=False) as visit:
    desk = open_desk(visit)
    note(desk)
    stock(visit)
    is_first_visit = not (desk.waiting or desk.done or has_own(visit.cursor) or has_sample(visit.cursor))
    if is_first_visit:
        first_visit(visit)
    stepper(visit.t, desk.step)
    if desk.done:
        receipts(visit, desk)
    if desk.loading is not None:
        loading(visit, desk, desk.loading)
    elif desk.current is not None:
        check_file(visit, desk, desk.current)
    elif desk.is_batch:
        batch(visit, desk)
    elif not desk.done:
        choose_files(visit, desk, with_places=not is_first_visit)
    if not desk.waiting:  # nothing beside a check
        more_to_see(visit)
        own_formats(visit, desk)
        history(visit, desk)

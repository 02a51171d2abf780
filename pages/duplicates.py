"""Same person: customers that may be one, what several people share, and what was decided."""

from __future__ import annotations

from crm_core.duplicates import review
from crm_core.metrics.measure import default_params
from ui import frame
from ui.decide import note
from ui.duplicates import answer, history, own_contact, pair_list, shared_list
from ui.remembered import remembered

with frame.page("duplicates") as visit:
    note()
    params = default_params(visit.cursor, visit.settings)
    if params is not None:
        found = remembered(visit, review, params, visit.settings)
        answer(visit, found, params)
        pair_list(visit, found)
        shared_list(visit, found)
    own_contact(visit)
    history(visit)
    frame.footer(visit)

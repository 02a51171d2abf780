"""Lists: whom to contact today, and the file to do it with."""

from __future__ import annotations

from crm_core.findings.lists import lists_answer
from crm_core.lists.ready_made import available_lists, list_of, list_sizes
from crm_core.metrics.measure import measure
from ui import address, frame
from ui.filters import filter_bar
from ui.list_cards import list_cards
from ui.list_open import back_button, open_list
from ui.remembered import remembered

with frame.page("lists") as visit:
    params = filter_bar(visit, period=False, comparison=False).params
    key = address.chosen("list")
    if key is not None:
        back_button(visit)
        entry = list_of(key)
    sizes = remembered(visit, list_sizes, params, visit.settings)
    available = remembered(visit, available_lists)
    if key is None:
        answer = lists_answer(sizes, params, visit.t)
        frame.answer(answer.sentence, answer.how_sure)
        list_cards(visit, sizes, available)
    else:
        open_list(visit, entry, params, sizes[key], is_available=entry in available)
    share = remembered(visit, measure, ("identified_order_share",), params, visit.settings)
    frame.footer(visit, share["identified_order_share"])

"""Lists: whom to contact today, the people behind a figure, and the file to do it with."""

from __future__ import annotations

from crm_core.findings.lists import lists_answer
from crm_core.lists.groups import group_from_texts, group_size
from crm_core.lists.ready_made import available_lists, list_of
from crm_core.lists.ready_rules import ready_lists
from crm_core.metrics.measure import measure
from crm_core.params import Params
from ui import address, frame
from ui.choice import choice
from ui.contact_day import on_contact_day
from ui.export_log import export_log_part
from ui.filters import filter_bar
from ui.list_builder import list_builder
from ui.list_cards import Told, list_cards
from ui.list_open import back_button, open_list, opened_group, opened_list
from ui.remembered import remembered
from ui.session import Visit

PARTS = ("ready", "build", "exports")


def one_list(visit: Visit, key: str, params: Params) -> None:
    """A ready-made list, opened."""
    back_button(visit)
    entry = list_of(key)
    size = remembered(visit, ready_lists, params, visit.settings).sizes[key]
    available = remembered(visit, available_lists)
    open_list(visit, opened_list(visit, entry, size, is_available=entry in available), params)


def one_group(visit: Visit, key: str, params: Params) -> None:
    """The people behind a figure, opened."""
    back_button(visit)
    group = group_from_texts(key, address.group_values())
    open_list(visit, opened_group(visit, group, remembered(visit, group_size, group, params, visit.settings)), params)


def all_lists(visit: Visit, params: Params) -> None:
    """Every ready-made list as a card."""
    found = remembered(visit, ready_lists, params, visit.settings)
    answer = lists_answer(found.sizes, params, visit.t)
    frame.answer(answer.sentence, answer.how_sure)
    list_cards(visit, Told(found.sizes, remembered(visit, available_lists), found.undecided))


def one_part(visit: Visit, part: str, params: Params) -> None:
    """What the page shows where no list is opened."""
    if part == "build":
        list_builder(visit, params)
    elif part == "exports":
        export_log_part(visit)
    else:
        all_lists(visit, params)


with frame.page("lists") as visit:
    params = on_contact_day(visit, filter_bar(visit, period=False, comparison=False).params)
    if (group_key := address.chosen("group")) is not None:
        one_group(visit, group_key, params)
    elif (key := address.chosen("list")) is not None:
        one_list(visit, key, params)
    else:
        one_part(visit, choice(visit, "part", PARTS, "conditions.part"), params)
    share = remembered(visit, measure, ("identified_order_share",), params, visit.settings)
    frame.footer(visit, share["identified_order_share"], params.period)

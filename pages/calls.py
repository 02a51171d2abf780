"""Contacts: whom to call today, what came of the calls, and how much work lies ahead."""

from __future__ import annotations

from ui import frame
from ui.call_sheet import call_sheet_part
from ui.choice import choice
from ui.contact_day import on_contact_day
from ui.contact_log import contact_log_part
from ui.filters import filter_bar
from ui.workload import workload_part

PARTS = {"sheet": call_sheet_part, "log": contact_log_part, "workload": workload_part}

with frame.page("calls") as visit:
    params = on_contact_day(visit, filter_bar(visit, period=False, comparison=False).params)
    PARTS[choice(visit, "part", list(PARTS), "calls.part")](visit, params)
    frame.footer(visit)

"""The day on which customers are contacted: today in the shop's time zone, while the latest data is looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from crm_core.params import Params
from crm_core.periods import data_extent
from ui.remembered import remembered
from ui.session import Visit


def today(visit: Visit) -> date:
    """The day it is in the shop."""
    return datetime.now(visit.settings.zone).date()


def on_contact_day(visit: Visit, params: Params) -> Params:
    """The question with today as the day of contact; with an earlier as-of date everything is as it was on that day."""
    extent = remembered(visit, data_extent)
    is_latest = extent is not None and params.as_of >= extent.last_on
    return replace(params, contact_on=today(visit)) if is_latest else params

"""The shop's own choices. They live in the database's ``settings`` table, one row each, and have defaults here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import is_currency

from crm_core.db import Cursor
from crm_core.errors import InvalidParams

RFM_BINS = (4, 5)


@dataclass(frozen=True)
class ShopSettings:
    """Everything an owner can set; ``None`` in the cut points means: computed from the data (METRICS §5)."""

    shop_name: str = ""
    time_zone: str = "Asia/Taipei"
    currency: str = "TWD"
    week_starts_on_sunday: bool = False
    rfm_bins: int = 4
    rfm_monetary_mean: bool = False
    rfm_recency_cuts: tuple[int, ...] | None = None
    rfm_frequency_cuts: tuple[int, ...] | None = None
    rfm_monetary_cuts: tuple[float, ...] | None = None
    thin_below: int = 30
    conversion_window_days: int = 90
    stale_after_days: int = 14
    country: str = "TW"
    # Rules of thumb for repurchase_order_share, not laws; without a note of the owner's the locale files have one.
    share_bands: tuple[float, ...] = (0.10, 0.20, 0.40)
    share_bands_source: str = ""
    # At most so many contacts with one customer within so many days.
    contact_cap_count: int = 1
    contact_cap_days: int = 14
    contact_failed_calls: int = 3  # after so many calls in a row that reached nobody, messages instead
    contact_needs_consent: bool = False  # an opt-out always counts; with this, no consent on record does too
    contacts_per_hour: float = 12.0  # until the log of four weeks tells it
    contact_people: int = 1
    contact_hours: float = 2.0  # per day and person
    gross_margin: float | None = None  # share of revenue that is profit before the cost of a campaign

    def __post_init__(self) -> None:
        if self.time_zone not in _known_zones():
            raise InvalidParams("unknown_time_zone", time_zone=self.time_zone)
        if not is_currency(self.currency):
            raise InvalidParams("unknown_currency", currency=self.currency)
        if self.rfm_bins not in RFM_BINS:
            raise InvalidParams("rfm_bins", bins=self.rfm_bins)
        for cuts in (self.rfm_recency_cuts, self.rfm_frequency_cuts, self.rfm_monetary_cuts):
            _check_cuts(cuts, self.rfm_bins)
        if not 1 <= self.stale_after_days <= 365:
            raise InvalidParams("stale_after_days", days=self.stale_after_days)
        if list(self.share_bands) != sorted(set(self.share_bands)) or not all(0 < b < 1 for b in self.share_bands):
            raise InvalidParams(share_bands=str(self.share_bands))
        self._check_contacts()

    def _check_contacts(self) -> None:
        bounds = {
            "contact_cap_count": (1, 30),
            "contact_cap_days": (1, 365),
            "contact_failed_calls": (1, 20),
            "contacts_per_hour": (0.1, 120),
            "contact_people": (1, 1_000),
            "contact_hours": (0.1, 24),
            "gross_margin": (0, 1),
        }
        for name, (lowest, highest) in bounds.items():
            value = getattr(self, name)
            if value is not None and not lowest <= value <= highest:
                raise InvalidParams("out_of_bounds", setting=name, lowest=lowest, highest=highest)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.time_zone)


@cache
def _known_zones() -> frozenset[str]:
    """The names of all time zones; finding them means searching folders, and settings are read with every page."""
    return frozenset(available_timezones())


def _check_cuts(cuts: tuple[float, ...] | None, bins: int) -> None:
    if cuts is not None and (len(cuts) != bins - 1 or list(cuts) != sorted(set(cuts))):
        raise InvalidParams("rfm_cuts", needed=bins - 1)


def cuts_in_text(text: str, bins: int) -> tuple[float, ...] | None:
    """Cut points as a person writes them (``30, 60, 120``); ``None`` for an empty text: computed from the data."""
    parts = [part for part in text.replace("、", ",").replace("，", ",").replace(" ", ",").split(",") if part]
    if not parts:
        return None
    try:
        cuts = tuple(int(part) if part.isdecimal() else float(part) for part in parts)
    except ValueError:
        raise InvalidParams("rfm_cuts", needed=bins - 1) from None
    if not all(isfinite(cut) for cut in cuts):
        raise InvalidParams("rfm_cuts", needed=bins - 1)
    return cuts


def load_settings(cursor: Cursor) -> ShopSettings:
    """The shop's settings; what was never set has its default."""
    known = {field.name for field in fields(ShopSettings)}
    stored = {name: json.loads(value) for name, value in cursor.execute("select name, value from settings").fetchall()}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in stored.items() if name in known
    }
    return replace(ShopSettings(), **values)


def save_settings(cursor: Cursor, settings: ShopSettings) -> None:
    """Store every setting. Call it inside ``Database.write``."""
    for name, value in asdict(settings).items():
        cursor.execute("insert or replace into settings (name, value) values (?, ?)", [name, json.dumps(value)])

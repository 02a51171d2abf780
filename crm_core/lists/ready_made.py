"""The ready-made lists: whom to contact and why. The rules themselves stand in ``sql/views/list_facts.sql``.

Names, reasons and suggested words stand in the locale files under ``lists.<key>``, those of segments under
``segments.<key>``. A list holds customers as of a date. The ``value`` of a list is what its members have spent (net,
returns included; in the window where there is one). With a channel it holds the customers whose first purchase was
in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists.members import ListSize, chunks_of, members_of
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Table
from crm_core.params import Params
from crm_core.settings import ShopSettings

Needs = Literal["orders", "survey"]
SEGMENT_PREFIX = "segment_"
OF_LIST = "lists/of_list"


@dataclass(frozen=True)
class ListLimits:
    """The numbers in the rules of the lists, in days unless said otherwise.

    ``silent_gaps``: silent for more than so many times the usual days between purchases, and at least
    ``silent_least_days``; usual is the customer's own median with ``own_rhythm_gaps`` gaps or more, else the shop's.
    """

    one_time_from_days: int = 30
    one_time_to_days: int = 60
    silent_gaps: int = 2
    silent_least_days: int = 30
    own_rhythm_gaps: int = 2
    answered_within_days: int = 90

    def __post_init__(self) -> None:
        if min(asdict(self).values()) < 0 or self.one_time_from_days > self.one_time_to_days:
            raise InvalidParams("list_limits")


LIMITS = ListLimits()


@dataclass(frozen=True)
class ReadyMadeList:
    """One list: its stable key, the data it needs, the columns that it shows unless others are chosen."""

    key: str
    needs: Needs
    columns: tuple[str, ...]

    @property
    def segment(self) -> str | None:
        """The segment that the list holds; ``None`` where it is another kind of list."""
        return self.key.removeprefix(SEGMENT_PREFIX) if self.key.startswith(SEGMENT_PREFIX) else None

    @property
    def locale_key(self) -> str:
        """Where its words stand: name, and rule and action (segments) or why and words (others)."""
        return f"segments.{self.segment}" if self.segment else f"lists.{self.key}"


CONTACT = ("name", "phone", "email")
BOUGHT = ("last_on", "recency_days", "frequency", "revenue", "usual_product")
CONSENT = ("consent_email", "consent_sms", "consent_line")
SAID = ("nps", "comment", "answered_on")

READY_MADE: dict[str, ReadyMadeList] = {
    entry.key: entry
    for entry in (
        ReadyMadeList("second_purchase_due", "orders", (*CONTACT, *CONSENT, "first_on", *BOUGHT)),
        ReadyMadeList("one_time_30_60", "orders", (*CONTACT, *CONSENT, "first_on", *BOUGHT)),
        ReadyMadeList("silent_best", "orders", (*CONTACT, *CONSENT, "segment", *BOUGHT)),
        ReadyMadeList("detractors_to_call", "survey", (*CONTACT, *CONSENT, *SAID, "segment", *BOUGHT)),
        ReadyMadeList("promoters_to_thank", "survey", (*CONTACT, *CONSENT, *SAID, "segment", *BOUGHT)),
        ReadyMadeList("top_spenders", "orders", (*CONTACT, *CONSENT, "segment", *BOUGHT)),
        *(
            ReadyMadeList(f"{SEGMENT_PREFIX}{segment}", "orders", (*CONTACT, *CONSENT, "city", "rfm_score", *BOUGHT))
            for segment in SEGMENT_KEYS
        ),
    )
}


def list_of(key: str) -> ReadyMadeList:
    """The list of that key. Raises ``UnknownName`` where there is none."""
    if key not in READY_MADE:
        raise UnknownName("unknown_list", name=key)
    return READY_MADE[key]


def available_lists(cursor: Cursor) -> tuple[ReadyMadeList, ...]:
    """The lists whose data is there: those on answers need a survey with known customers."""
    row = cursor.execute(model("lists/data_presence")).fetchone()
    present: dict[Needs, bool] = {"orders": bool(row and row[0]), "survey": bool(row and row[1])}
    return tuple(entry for entry in READY_MADE.values() if present[entry.needs])


def list_sizes(
    cursor: Cursor, params: Params, settings: ShopSettings, limits: ListLimits = LIMITS
) -> dict[str, ListSize]:
    """How many customers are on every list and what they have spent, in one pass; lists without members have 0."""
    found = cursor.execute(model("lists/sizes"), _binds(params, settings, limits)).fetchall()
    sizes = {key: ListSize(customers, value) for key, customers, value in found}
    return {key: sizes.get(key, ListSize(0, Decimal(0))) for key in READY_MADE}


def list_members(
    cursor: Cursor,
    key: str,
    params: Params,
    settings: ShopSettings,
    columns: Sequence[str] | None = None,
    *,
    limit: int | None = None,
    limits: ListLimits = LIMITS,
) -> Table:
    """The customers on a list, the highest spenders first; ``columns`` of ``LIST_COLUMNS``, ``None``: the list's own.

    ``limit`` cuts to the first so many, for a preview. Money is float64 in the frame.
    """
    picked = list_of(key).columns if columns is None else columns
    binds = {**_binds(params, settings, limits), "list_key": key, "limit": limit}
    return members_of(cursor, key, model(OF_LIST), picked, binds)


def list_chunks(
    cursor: Cursor,
    key: str,
    params: Params,
    settings: ShopSettings,
    columns: Sequence[str] | None = None,
    *,
    limits: ListLimits = LIMITS,
) -> Iterator[list[tuple[object, ...]]]:
    """The same customers in chunks of rows, for files that never stand in memory as a whole.

    The cursor is busy until the last chunk is taken.
    """
    picked = list_of(key).columns if columns is None else columns
    binds = {**_binds(params, settings, limits), "list_key": key, "limit": None}
    return chunks_of(cursor, model(OF_LIST), picked, binds)


def _binds(params: Params, settings: ShopSettings, limits: ListLimits) -> dict[str, object]:
    return {"question": question(params, settings), "limits": asdict(limits)}

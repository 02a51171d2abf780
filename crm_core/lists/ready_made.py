"""The ready-made lists: whom to contact and why.

The rules of those that compare customers with each other stand in ``sql/views/list_facts.sql``, those of the others
are trees of conditions (``crm_core.lists.ready_rules``).

Names, reasons and suggested words stand in the locale files under ``lists.<key>``, those of segments under
``segments.<key>``. A list holds customers as of a date. The ``value`` of a list is what its members have spent (net,
returns included; in the window where there is one). With a channel it holds the customers whose first purchase was
in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Literal

from crm_core.db import Cursor, model
from crm_core.errors import InvalidParams, UnknownName
from crm_core.lists.members import ListSize
from crm_core.metrics.rfm import question
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.params import Params
from crm_core.settings import ShopSettings

# What the shop's files or its log must tell of before a list can hold anybody (sql/lists/data_presence.sql).
Needs = Literal["orders", "survey", "joined", "complaint", "birthday", "calls"]
SEGMENT_PREFIX = "segment_"


class Purpose(StrEnum):
    """What the contact is for."""

    BUY_AGAIN = "buy_again"
    CARE = "care"
    WIN_BACK = "win_back"
    THANK = "thank"
    SEGMENT = "segment"


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
    """One list: its stable key, its purpose, the data it needs, the columns that it shows unless others are chosen.

    ``is_tree``: its rule is a tree of conditions; the others are found by ``list_facts``.
    """

    key: str
    purpose: Purpose
    needs: Needs
    columns: tuple[str, ...]
    is_tree: bool = False

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

ONCE = (*CONTACT, *CONSENT, "first_on", *BOUGHT)
KNOWN = (*CONTACT, *CONSENT, "segment", *BOUGHT)
HEARD = (*CONTACT, *CONSENT, *SAID, "segment", *BOUGHT)
JOINED = (*CONTACT, *CONSENT, "joined_on", "tier", "city", "birthday")


def _tree(key: str, purpose: Purpose, needs: Needs, columns: tuple[str, ...]) -> ReadyMadeList:
    return ReadyMadeList(key, purpose, needs, columns, is_tree=True)


# Within a purpose in the order in which they are offered.
READY_MADE: dict[str, ReadyMadeList] = {
    entry.key: entry
    for entry in (
        ReadyMadeList("second_purchase_due", Purpose.BUY_AGAIN, "orders", ONCE),
        _tree("reorder_due", Purpose.BUY_AGAIN, "orders", (*CONTACT, *CONSENT, "due_product", *BOUGHT)),
        _tree("one_time_reminder", Purpose.BUY_AGAIN, "orders", ONCE),
        ReadyMadeList("one_time_30_60", Purpose.BUY_AGAIN, "orders", ONCE),
        _tree("new_members", Purpose.BUY_AGAIN, "joined", JOINED),
        _tree("tier_near", Purpose.BUY_AGAIN, "orders", KNOWN),
        _tree("detractors_this_week", Purpose.CARE, "survey", HEARD),
        ReadyMadeList("detractors_to_call", Purpose.CARE, "survey", HEARD),
        _tree("complaint_closed", Purpose.CARE, "complaint", KNOWN),
        _tree("care_7", Purpose.CARE, "orders", KNOWN),
        _tree("care_30", Purpose.CARE, "orders", KNOWN),
        ReadyMadeList("silent_best", Purpose.WIN_BACK, "orders", KNOWN),
        _tree("win_back", Purpose.WIN_BACK, "orders", (*CONTACT, *CONSENT, "last_category", *BOUGHT)),
        _tree("message_instead", Purpose.WIN_BACK, "calls", KNOWN),
        ReadyMadeList("promoters_to_thank", Purpose.THANK, "survey", HEARD),
        _tree("birthdays", Purpose.THANK, "birthday", (*CONTACT, *CONSENT, "birthday", "segment", *BOUGHT)),
        ReadyMadeList("top_spenders", Purpose.THANK, "orders", KNOWN),
        *(
            ReadyMadeList(
                f"{SEGMENT_PREFIX}{segment}",
                Purpose.SEGMENT,
                "orders",
                (*CONTACT, *CONSENT, "city", "rfm_score", *BOUGHT),
            )
            for segment in SEGMENT_KEYS
        ),
    )
}
# Those that list_facts tells of.
FIGURED = tuple(entry.key for entry in READY_MADE.values() if not entry.is_tree)


def list_of(key: str) -> ReadyMadeList:
    """The list of that key. Raises ``UnknownName`` where there is none."""
    if key not in READY_MADE:
        raise UnknownName("unknown_list", name=key)
    return READY_MADE[key]


def available_lists(cursor: Cursor) -> tuple[ReadyMadeList, ...]:
    """The lists whose data is there: those on answers, say, need a survey with known customers."""
    cursor.execute(model("lists/data_presence"))
    names = [str(column[0]) for column in cursor.description or ()]
    present = dict(zip(names, cursor.fetchone() or (), strict=True))
    return tuple(entry for entry in READY_MADE.values() if present[entry.needs])


def figured_sizes(cursor: Cursor, params: Params, settings: ShopSettings) -> dict[str, ListSize]:
    """How many are on the lists that are no trees and what they have spent; where one is missing nobody is on it."""
    binds = {"question": question(params, settings), "limits": asdict(LIMITS)}
    found = cursor.execute(model("lists/sizes"), binds).fetchall()
    return {key: ListSize(customers, value) for key, customers, value in found}

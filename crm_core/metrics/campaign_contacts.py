"""How the contact work of campaigns stands: who was reached, who refused, who is left, and what each day brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.db import Cursor, model
from crm_core.metrics.query import Row, tuples_of
from crm_core.metrics.spec import Column, ColumnKind, TableSpec, Unit
from crm_core.params import Params
from crm_core.settings import ShopSettings

# What came of the contact with one person, from what tells most to nothing at all (sql/views/campaign_contacts.sql).
STATES = ("reached", "sent", "refused", "invalid", "not_reached", "untold", "not_yet")


@dataclass(frozen=True)
class ContactDay:
    """One day with contacts: how many, with whom by what came of it, with how many for the first time, who was left."""

    day: date
    contacts: int
    people: dict[str, int]
    newcomers: int
    left: int


@dataclass(frozen=True)
class ContactProgress:
    """How far the contacts of a campaign are: its people to contact by ``STATES``, and its days with a contact.

    A contact counts where its channel is the campaign's, from the first to the last day. Who was contacted several
    times counts once, by the outcome that tells most: wanted no more contact, was reached, was sent something, wrong
    number, not reached, no outcome told.
    """

    people: dict[str, int]
    days: tuple[ContactDay, ...] = ()

    @property
    def to_contact(self) -> int:
        """Everyone who is to be contacted."""
        return sum(self.people.values())

    @property
    def left(self) -> int:
        """Those without any contact."""
        return self.people.get("not_yet", 0)

    @property
    def contacted(self) -> int:
        """Those with a contact, whatever came of it."""
        return self.to_contact - self.left


NOTHING_YET = ContactProgress({})


def contact_progress(cursor: Cursor, day: date) -> dict[int, ContactProgress]:
    """How far the contacts of every campaign in force were on a day, by the campaign's number."""
    people: dict[int, dict[str, int]] = {}
    for campaign_id, state, count in tuples_of(cursor, model("campaigns/states"), {"day": day}):
        people.setdefault(campaign_id, {})[state] = count
    days: dict[int, dict[date, list[tuple[str, int, int, int]]]] = {}
    for campaign_id, on, *row in tuples_of(cursor, model("campaigns/contact_days"), {"day": day}):
        days.setdefault(campaign_id, {}).setdefault(on, []).append((row[0], row[1], row[2], row[3]))
    return {number: ContactProgress(found, _days(found, days.get(number, {}))) for number, found in people.items()}


def _days(people: dict[str, int], found: dict[date, list[tuple[str, int, int, int]]]) -> tuple[ContactDay, ...]:
    left, days = sum(people.values()), []
    for day, states in found.items():
        newcomers = sum(new for *_, new in states)
        left -= newcomers
        contacts = sum(made for _, made, _, _ in states)
        days.append(ContactDay(day, contacts, {state: count for state, _, count, _ in states}, newcomers, left))
    return tuple(days)


def campaign_contacts_table(
    cursor: Cursor, params: Params, settings: ShopSettings, *, campaign: int | None = None
) -> pd.DataFrame:
    """The days of a campaign with a contact, without ``campaign`` those of every one in force.

    Columns: campaign_id, day, people (contacted that day), newcomers (contacted for the first time), left (without any
    contact after that day), reached, sent, refused, invalid, not_reached and untold (people, by what came of it that
    day), contacts.
    """
    found = contact_progress(cursor, params.day)
    chosen = found if campaign is None else {campaign: found.get(campaign, NOTHING_YET)}
    return contact_days_frame(chosen)


def contact_days_frame(found: dict[int, ContactProgress]) -> pd.DataFrame:
    """The rows of :func:`campaign_contacts_table`."""
    rows: list[Row] = [
        {
            "campaign_id": number,
            "day": pd.Timestamp(each.day),
            "contacts": each.contacts,
            "people": sum(each.people.values()),
            **{state: each.people.get(state, 0) for state in DAY_STATES},
            "newcomers": each.newcomers,
            "left": each.left,
        }
        for number, progress in sorted(found.items(), reverse=True)
        for each in progress.days
    ]
    return pd.DataFrame(rows, columns=[column.key for column in CONTACT_DAY_COLUMNS])


DAY_STATES = STATES[:-1]
CONTACT_DAY_COLUMNS = (
    Column("campaign_id", ColumnKind.TEXT),
    Column("day", ColumnKind.DATE),
    Column("people", Unit.COUNT),
    Column("newcomers", Unit.COUNT),
    Column("left", Unit.COUNT),
    *(Column(state, Unit.COUNT) for state in DAY_STATES),
    Column("contacts", Unit.COUNT),
)
CONTACT_DAY_TABLES = {
    "campaign_contacts": TableSpec(CONTACT_DAY_COLUMNS, campaign_contacts_table, ("campaign",)),
}

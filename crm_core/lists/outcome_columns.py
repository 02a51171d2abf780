"""The columns of the call sheet that come back with an upload: their headings and the words that may stand in them.

The headings stand in the locale files under ``contacts.sheet.<key>``, the words under ``contacts.outcome.<key>`` and
``contacts.channel.<key>``. The file is recognised by its headings in either language, whatever other columns stand
beside them (``ingest/platforms/call_sheet.toml``); no other column may have one of these headings.
"""

from __future__ import annotations

from datetime import datetime

# What the sheet fills in: which row it is, whom it is about, the list it comes from and the way of the contact.
GIVEN_COLUMNS = ("contact_id", "customer_ref", "source", "channel")
# What a person fills in. The day stands there already: the day the sheet was made for.
OUTCOME_COLUMNS = ("outcome", "contacted_on", "contacted_time", "reason", "product", "note", "agent")
# Columns that the sheet may show besides; read back, they say whom a row is about where the customer has merged since.
PERSON_COLUMNS = ("phone", "email")

# The outcomes to choose from, by the way of the contact.
CALL_OUTCOMES = ("reached", "not_reached", "refused", "invalid")
MESSAGE_OUTCOMES = ("sent", "refused", "invalid")


def outcomes_of(channel: str) -> tuple[str, ...]:
    """The outcomes that a contact through a channel can have, in the order in which they are offered."""
    return CALL_OUTCOMES if channel == "phone" else MESSAGE_OUTCOMES


def contact_id(made_at: datetime, number: int) -> str:
    """What names one row of a sheet: the same row uploaded again replaces what it told before.

    ``made_at`` is when the sheet was made, in the shop's time; the rows are numbered from 1.
    """
    return f"{made_at:%Y%m%d-%H%M%S}-{number}"


def sheet_of(number: str) -> str:
    """Which sheet a row belongs to, by the number of :func:`contact_id`."""
    return number.rpartition("-")[0]

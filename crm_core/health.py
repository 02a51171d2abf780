"""The health of a shop's data: what is known, what is missing, what looks wrong, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from crm_core.db import Cursor, model
from crm_core.duplicates import Waiting, waiting
from crm_core.ingest.history import ImportRecord, imports_of
from crm_core.ingest.status_rules import StatusRule, status_rules
from crm_core.metrics.query import tuples_of
from crm_core.schema import Kind

FEWEST_EXPECTED = 7
"""Days without an order stand out where at least so many were to be expected: by chance once in a thousand times."""
TIMES_THE_USUAL = 10
FEWEST_DOUBLED = 2
"""One number, day and amount in two channels may be chance; two of them are a file that was brought in twice."""
MOST_COMPARED = 100_000
"""Customers among whom duplicates are looked for along with everything else: about a second."""
REJECTED = "rejected"
MISSING = "missing"


@dataclass(frozen=True)
class Coverage:
    """Of ``total`` records of a kind, how many know a field. Orders' ``product``, ``sku``, ``category``: of lines."""

    kind: Kind
    field: str
    filled: int
    total: int

    @property
    def share(self) -> float:
        """0..1; a field is only listed where there are records."""
        return self.filled / self.total


@dataclass(frozen=True)
class ChannelState:
    """A channel: counted orders, those with a known customer, days of its orders, time of its last upload (UTC)."""

    channel: str
    orders: int
    identified: int
    first_on: date
    last_on: date
    uploaded_at: datetime | None
    days_since_upload: int | None = None


@dataclass(frozen=True)
class OddDays:
    """Days that stand out.

    ``kind``: ``missing`` (no order in any of these channels; ``usual``: orders to be expected), ``many_orders`` or
    ``much_revenue`` (``value`` against ``usual``: orders or shop currency per day around it).
    """

    kind: str
    channels: tuple[str, ...]
    first_on: date
    last_on: date
    value: float
    usual: float


@dataclass(frozen=True)
class OrdersTwice:
    """Orders that two channels have alike, their revenue, and the number of one of them."""

    channel: str
    other_channel: str
    orders: int
    revenue: float
    example: str


@dataclass(frozen=True)
class FileProblem:
    """One rule that rows of one file broke."""

    import_id: int
    file_name: str
    rule: str
    severity: str
    count: int
    example: str | None
    heading: str | None = None  # the column of the file, where the rule is about one


@dataclass(frozen=True)
class Health:
    """Everything the data health page tells; ``kinds`` are those of the files in force.

    ``waiting`` is ``None`` where there are so many customers that looking for doubles among them takes its time.
    """

    kinds: frozenset[Kind]
    coverage: tuple[Coverage, ...]
    channels: tuple[ChannelState, ...]
    stale: tuple[ChannelState, ...]
    odd_days: tuple[OddDays, ...]
    twice: tuple[OrdersTwice, ...]
    problems: tuple[FileProblem, ...]
    undecided: tuple[StatusRule, ...]
    waiting: Waiting | None

    @property
    def orders(self) -> int:
        """Counted orders of all channels."""
        return sum(channel.orders for channel in self.channels)

    @property
    def identified_share(self) -> float | None:
        """Of them, the share with a known customer; ``None`` without orders."""
        return sum(channel.identified for channel in self.channels) / self.orders if self.orders else None


def health(cursor: Cursor, asked_on: date, stale_after_days: int) -> Health:
    """The health of the data on a day (UTC). A channel is stale after more than so many days without an upload."""
    channels = tuple(channel_states(cursor, asked_on))
    in_force = [record for record in imports_of(cursor) if record.undone_at is None]
    return Health(
        kinds=frozenset(Kind(record.kind) for record in in_force),
        coverage=tuple(coverage(cursor)),
        channels=channels,
        stale=tuple(each for each in channels if (each.days_since_upload or 0) > stale_after_days),
        odd_days=tuple(odd_days(cursor)),
        twice=tuple(orders_twice(cursor)),
        problems=tuple(file_problems(in_force)),
        undecided=tuple(rule for rule in status_rules(cursor) if rule.is_undecided),
        waiting=_waiting(cursor),
    )


def _waiting(cursor: Cursor) -> Waiting | None:
    """The probable duplicates and shared identifiers that wait for a decision; see ``Health``."""
    customers = cursor.execute("select count(*) from customer_mart").fetchall()[0][0]
    return waiting(cursor) if customers <= MOST_COMPARED else None


def coverage(cursor: Cursor) -> list[Coverage]:
    """How much of every field is known, by kind; a kind without records has none."""
    models = {
        Kind.ORDERS: "health/order_coverage",
        Kind.CUSTOMERS: "health/customer_coverage",
        Kind.SURVEY: "health/answer_coverage",
        Kind.SERVICE: "health/service_coverage",
        Kind.ACTIVITY: "health/activity_coverage",
        Kind.CONTACTS: "health/contact_coverage",
    }
    return [Coverage(kind, *row) for kind, name in models.items() for row in cursor.execute(model(name)).fetchall()]


def channel_states(cursor: Cursor, asked_on: date) -> list[ChannelState]:
    """Every channel with orders, the largest first."""
    found = [ChannelState(*row) for row in cursor.execute(model("health/channels")).fetchall()]
    return [
        replace(state, days_since_upload=(asked_on - state.uploaded_at.date()).days) if state.uploaded_at else state
        for state in found
    ]


def odd_days(cursor: Cursor) -> list[OddDays]:
    """Days without orders where some were to be expected, and days of ten times the usual; the newest first.

    Channels without orders on the same days are told of together: most likely the shop was closed.
    """
    values = {"fewest_expected": FEWEST_EXPECTED, "times": TIMES_THE_USUAL}
    found = [
        OddDays(kind, (channel,), *rest) for kind, channel, *rest in tuples_of(cursor, model("health/odd_days"), values)
    ]
    together: dict[tuple[object, ...], OddDays] = {}
    for each in found:
        key = (each.kind, each.first_on, each.last_on, *(() if each.kind == MISSING else each.channels))
        other = together.get(key)
        together[key] = each if other is None else _joined(other, each)
    return list(together.values())


def _joined(one: OddDays, other: OddDays) -> OddDays:
    return replace(one, channels=one.channels + other.channels, usual=one.usual + other.usual)


def orders_twice(cursor: Cursor) -> list[OrdersTwice]:
    """Pairs of channels that have the same orders."""
    found = [OrdersTwice(*row) for row in cursor.execute(model("health/orders_twice")).fetchall()]
    return [each for each in found if each.orders >= FEWEST_DOUBLED]


def file_problems(in_force: Sequence[ImportRecord]) -> list[FileProblem]:
    """The rules broken in these files: rejected rows before warnings, then the most frequent first."""
    found = [_file_problem(record, problem) for record in in_force for problem in record.problems]
    return sorted(found, key=lambda each: (each.severity != REJECTED, -each.count, each.rule, each.import_id))


def _file_problem(record: ImportRecord, problem: Mapping[str, str | int | None]) -> FileProblem:
    example, heading = problem["example"], problem.get("heading")
    return FileProblem(
        record.import_id,
        record.file_name,
        str(problem["rule"]),
        str(problem["severity"]),
        int(problem["count"] or 0),
        None if example is None else str(example),
        None if heading is None else str(heading),
    )

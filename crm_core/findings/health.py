"""What to look at in the data, and in which order: the answer of the page Data health."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.findings.words import Answer
from crm_core.health import REJECTED, Health, OddDays
from crm_core.i18n import Translator
from crm_core.schema import Kind

IDENTIFIED_ENOUGH = 0.8
NAMED_DAYS = 3


@dataclass(frozen=True)
class Concern:
    """One thing to look at: its key (words under ``health.concern.<key>``), in a sentence, and what to do."""

    key: str
    what: str
    remedy: str


def health_answer(found: Health, t: Translator) -> Answer:
    """How many orders have a known customer, and how many things wait for a look."""
    count, share = len(concerns(found, t)), found.identified_share
    waiting = t.plural("health.answer.concerns", count) if count else t("health.answer.fine")
    if share is None:
        return Answer(t("health.answer.no_orders"), waiting if count else "")
    return Answer(t("health.answer.identified", share=t.share(share), orders=t.number(found.orders)), waiting)


def concerns(found: Health, t: Translator) -> list[Concern]:
    """What needs a person, the most harmful to the numbers first."""
    listed = [
        _rejected(found, t),
        *_twice(found, t),
        _undecided(found, t),
        _duplicates(found, t),
        _shared(found, t),
        *(_odd(found, kind, t) for kind in ("missing", "many_orders", "much_revenue")),
        *_stale(found, t),
        _unidentified(found, t),
        _absent(found, Kind.SURVEY, t),
        _anonymous_answers(found, t),
        _absent(found, Kind.CUSTOMERS, t),
    ]
    return [concern for concern in listed if concern is not None]


def _concern(t: Translator, key: str, **facts: object) -> Concern:
    return Concern(key, t(f"health.concern.{key}.what", **facts), t(f"health.concern.{key}.remedy", **facts))


def _rejected(found: Health, t: Translator) -> Concern | None:
    left_out = [problem for problem in found.problems if problem.severity == REJECTED]
    if not left_out:
        return None
    files = len({problem.import_id for problem in left_out})
    rows = t.plural("health.rows", sum(problem.count for problem in left_out))
    return _concern(t, "rejected", rows=rows, files=t.plural("health.files", files))


def _twice(found: Health, t: Translator) -> list[Concern]:
    return [
        _concern(
            t,
            "twice",
            orders=t.plural("health.orders", pair.orders),
            channel=pair.channel or t("health.unnamed"),
            other=pair.other_channel or t("health.unnamed"),
            example=pair.example,
        )
        for pair in found.twice
    ]


def _undecided(found: Health, t: Translator) -> Concern | None:
    if not found.undecided:
        return None
    named = t("app.format.comma").join(rule.word for rule in found.undecided[:NAMED_DAYS])
    orders = t.plural("health.orders", sum(rule.order_count for rule in found.undecided))
    return _concern(t, "undecided", words=named, n=t.plural("health.words", len(found.undecided)), orders=orders)


def _duplicates(found: Health, t: Translator) -> Concern | None:
    pairs = found.waiting.pairs if found.waiting else 0
    return _concern(t, "duplicates", pairs=t.plural("health.pairs", pairs)) if pairs else None


def _shared(found: Health, t: Translator) -> Concern | None:
    shared = found.waiting.shared if found.waiting else 0
    return _concern(t, "shared", contacts=t.plural("health.contacts", shared)) if shared else None


def _odd(found: Health, kind: str, t: Translator) -> Concern | None:
    days = [each for each in found.odd_days if each.kind == kind]
    if not days:
        return None
    is_one = len(found.channels) == 1
    named = t("app.format.comma").join(_place(each, t, is_one=is_one) for each in days[:NAMED_DAYS])
    more = t("health.more", n=t.number(len(days) - NAMED_DAYS)) if len(days) > NAMED_DAYS else ""
    return _concern(t, kind, days=named + more)


def _place(each: OddDays, t: Translator, *, is_one: bool) -> str:
    """The days, and the channel where the shop has several."""
    if is_one:
        return t.date_range(each.first_on, each.last_on)
    return t("health.place", channel=channel_names(each, t), days=t.date_range(each.first_on, each.last_on))


def channel_names(each: OddDays, t: Translator) -> str:
    """The channels of days that stand out."""
    return t("app.format.comma").join(channel or t("health.unnamed") for channel in each.channels)


def _stale(found: Health, t: Translator) -> list[Concern]:
    return [
        _concern(t, "stale", channel=state.channel or t("health.unnamed"), days=t.days(state.days_since_upload or 0))
        for state in found.stale
    ]


def _unidentified(found: Health, t: Translator) -> Concern | None:
    share = found.identified_share
    is_enough = share is None or share >= IDENTIFIED_ENOUGH
    return None if is_enough else _concern(t, "unidentified", share=t.share(share))


def _anonymous_answers(found: Health, t: Translator) -> Concern | None:
    """Answers of which not one has a known customer."""
    known = next((each for each in found.coverage if (each.kind, each.field) == (Kind.SURVEY, "customer")), None)
    if known is None or known.filled:
        return None
    return _concern(t, "anonymous_answers", answers=t.plural("health.answers", known.total))


def _absent(found: Health, kind: Kind, t: Translator) -> Concern | None:
    return None if not found.orders or kind in found.kinds else _concern(t, f"no_{kind.value}")

"""What a table is: which kind of data, from which platform."""

from __future__ import annotations

import hashlib

from crm_core.errors import MappingRefused
from crm_core.ingest import questions, synonyms
from crm_core.ingest.model import GENERIC, Profile, TextTable
from crm_core.ingest.platforms import Platform, platforms
from crm_core.ingest.profile_interactions import cases, contacts, interactions
from crm_core.ingest.values import compact_heading, fold
from crm_core.schema import Kind

FINGERPRINT_CONFIDENCE, FORM_CONFIDENCE, GENERIC_CONFIDENCE, WEAK_CONFIDENCE, NO_CONFIDENCE = 0.99, 0.9, 0.7, 0.4, 0.1

MONEY_FIELDS = ("line_total", "line_gross", "unit_price", "order_total", "subtotal")
PERSON_FIELDS = ("customer_id", "email", "phone", "name", "birthday", "gender", "given_name", "family_name")
FORM_LOOKALIKES = (Kind.ORDERS, Kind.SERVICE, Kind.ACTIVITY, Kind.CONTACTS)
"""What a table with a form's first heading may be after all."""
SCORE_FIELDS = ("nps", "csat", "recommended")
ATTITUDE_FIELDS = (*SCORE_FIELDS, "contact_consent", "comment")


def header_signature(header: tuple[str, ...]) -> str:
    """A hash of the headings, half-width and in lower case; their order does not matter, their brackets do."""
    text = "\x1f".join(sorted(map(fold, header)))
    return hashlib.sha256(text.encode()).hexdigest()


def profile(table: TextTable, file_name: str = "") -> Profile:
    """The kind and platform of a table, from its headings.

    A platform's fingerprint decides; else the kind whose fields the headings name. Raises ``MappingRefused`` for an
    export that is known and holds no orders, customers or answers (a payout report), with the code and the key of that
    export. One that is only supposed from what it lacks (a list of products) is refused where no person maps it.
    """
    signature = header_signature(table.header)
    kind, confidence, evidence = _generic_kind(table.header)
    found = _platform_of(table.header)
    is_surely_other = kind in FORM_LOOKALIKES and confidence >= GENERIC_CONFIDENCE
    if found is not None and not (found[0].is_weak and is_surely_other):
        platform, compact = found
        if platform.refuse and not platform.is_supposed:
            raise MappingRefused(platform.refuse, file=file_name, platform=platform.key)
        headings = tuple(heading for heading in table.header if compact_heading(heading) in compact)
        return Profile(platform.kind, platform.key, _sureness(platform), signature, headings)
    return Profile(kind, GENERIC, confidence, signature, evidence)


def sure_kind(header: tuple[str, ...]) -> Kind | None:
    """The kind of data that the headings speak for beyond doubt; ``None`` where they do not."""
    found = _platform_of(header)
    if found is not None and not found[0].leaves_open:
        return found[0].kind
    kind, confidence, _ = _generic_kind(header)
    return kind if confidence >= GENERIC_CONFIDENCE else None


def _sureness(platform: Platform) -> float:
    if platform.is_supposed:
        return WEAK_CONFIDENCE
    return FORM_CONFIDENCE if platform.is_weak else FINGERPRINT_CONFIDENCE


def _platform_of(header: tuple[str, ...]) -> tuple[Platform, frozenset[str]] | None:
    """The platform with the most fingerprint headings; one that proves more goes first."""
    found = [(platform, hits) for platform in platforms().values() if (hits := platform.fingerprint.hits(header))]
    return max(found, key=lambda match: (match[0].rank, len(match[1])), default=None)


def _generic_kind(header: tuple[str, ...]) -> tuple[Kind, float, tuple[str, ...]]:
    """The kind that the headings speak for, by these rules in turn.

    What came of a call or message is contacts, unless a score stands beside it. Cases (a ticket number, a kind of
    problem, when it was closed) are service, interactions (clicks, opens …) activity, both without money; an attitude
    (a question on recommending, satisfaction …) without money is a survey; an order date with money or a quantity is
    orders; a person without both is customers; money alone is orders whose date is missing.
    """
    orders, customers = synonyms.hits(Kind.ORDERS, header), synonyms.hits(Kind.CUSTOMERS, header)
    money = [name for name in MONEY_FIELDS if name in orders]
    sales = money + [name for name in ("quantity",) if name in orders]
    attitudes = _attitudes(header, ATTITUDE_FIELDS)
    if not _attitudes(header, SCORE_FIELDS) and (outcome_headings := contacts(header)):
        return Kind.CONTACTS, GENERIC_CONFIDENCE, outcome_headings
    if not money and (case_headings := cases(header, len(attitudes))):
        return Kind.SERVICE, GENERIC_CONFIDENCE, case_headings
    if not money and (action_headings := interactions(header)):
        return Kind.ACTIVITY, GENERIC_CONFIDENCE, action_headings
    if attitudes and (not sales or "ordered_at" not in orders):
        return Kind.SURVEY, GENERIC_CONFIDENCE, attitudes
    if sales and "ordered_at" in orders:
        return Kind.ORDERS, GENERIC_CONFIDENCE, _headings(orders, ["ordered_at", *sales])
    people = [name for name in PERSON_FIELDS if name in customers]
    if people and not sales:
        confidence = GENERIC_CONFIDENCE if len(people) > 1 else WEAK_CONFIDENCE
        return Kind.CUSTOMERS, confidence, _headings(customers, people)
    return Kind.ORDERS, WEAK_CONFIDENCE if sales else NO_CONFIDENCE, _headings(orders, sales)


def _attitudes(header: tuple[str, ...], fields: tuple[str, ...]) -> tuple[str, ...]:
    """The headings that ask for one of these attitudes."""
    listed = synonyms.hits(Kind.SURVEY, header)
    named = {hit.heading for name in fields for hit in listed.get(name, ())}
    return tuple(h for h in header if h in named or any(questions.fits(name, h) for name in fields))


def _headings(hits: dict[str, list[synonyms.Hit]], names: list[str]) -> tuple[str, ...]:
    return tuple(hits[name][0].heading for name in names)

"""Which column holds which canonical field: proposals with their reasons, and mappings as text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from crm_core.errors import MappingRefused
from crm_core.ingest import synonyms, values
from crm_core.ingest.item_columns import with_items
from crm_core.ingest.model import GENERIC, ITEM_FIELDS, ColumnGuess, ColumnMapping, PackedItems, Profile, TextTable
from crm_core.ingest.platforms import Derived, Platform, platforms
from crm_core.ingest.profile import MONEY_FIELDS, sure_kind
from crm_core.ingest.status import meaning_of
from crm_core.ingest.survey_columns import on_another_scale, survey_guesses
from crm_core.schema import FIELDS, MOMENT, WIDE_ACTIONS, Kind, Shape, field_name

Samples = Sequence[Mapping[str, str | None]]

PLATFORM, SYNONYM, SIMILAR, CONTENT, PERSON = "platform", "synonym", "similar", "content", "person"
CONFIDENCE = {PLATFORM: 0.99, SYNONYM: 0.9, SIMILAR: 0.5, CONTENT: 0.6, PERSON: 1.0}
RECEIVER_CONFIDENCE = 0.5

# Names of requirements that several fields can meet; they have labels like fields.
ANY_MONEY, ANY_IDENTIFIER, ANY_ANSWER = "any_money", "any_identifier", "any_answer"
ANY_CASE, ANY_ACTION, ANY_CONTACT = "any_case", "any_action", "any_contact"

# Of these, further columns stand in where the first is blank; of others only the best heading is taken.
COALESCED = frozenset(["email", "phone", "sku"])
SIMILAR_ENOUGH = 0.84
# These only take what no other field needs: in some files the day of payment is the only day there is.
LEFT_OVER = frozenset(["last_event_at"])
# What synonyms may add to a known export that calls it otherwise or has had it added by its owner: what is needed, who
# bought and what. Its money is its own affair: a further discount or shipping column may be part of another one.
COMPLETED = frozenset(
    [
        "order_id", "ordered_at", "customer_id", "email", "phone", "phone_country", "customer_name", "name", "status",
        "payment_status", "product", "variant", "sku", "category", "quantity", "birthday", "gender", "city",
        "joined_at", "last_event_at",
    ]
)  # fmt: skip
# A wrong customer number merges strangers; it is never guessed from a heading that is merely alike (Customer No, Note).
NEVER_SIMILAR = frozenset(["customer_id", "customer_ref", "contact_id"])
SHORTEST_SIMILAR = 4
# A heading that ends in a word of these fields is taken for them (客人手機號碼): elsewhere endings mislead (郵寄日期).
ENDINGS: dict[str, tuple[str, ...]] = {
    "email": ("電子郵件", "電子信箱", "信箱", "email", "電郵"),
    "phone": ("手機號碼", "手機", "電話號碼", "行動電話", "mobile", "phone"),
    "birthday": ("生日", "birthday"),
}
NOT_THE_BUYER = re.compile(r"收件|收貨|緊急|公司|門市|店|物流|客服|ship|recipient|emergency|company|store")
NET_OF_DISCOUNT = re.compile(r"折扣後|折後|優惠後|\bnet\b", re.IGNORECASE)
SAYS_HOW_OR_WHETHER = frozenset(["付款", "收款", "匯款", "paid"])
_DATE_TEXT = re.compile(r"^\s*(?:民國)?\d{2,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}")
_CLOCK_TEXT = re.compile(
    r"^\s*(?:[上下中早晚凌][午上晨]\s*)?\d{1,2}(?:[:：]\d{2}){1,2}\s*(?:[ap]\.?m\.?|[上下]午)?\s*$", re.I
)
MOSTLY = 0.8
FEWEST_FOR_CONTENT = 3


@dataclass
class Draft:
    """A proposal in the making: one heading serves one field, the first claim wins."""

    kind: Kind
    header: tuple[str, ...]
    samples: Samples
    guesses: dict[str, ColumnGuess] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    @property
    def taken(self) -> set[str]:
        """Headings that serve a field already, or that the samples showed to serve none."""
        return self.refused.union(*(guess.headings for guess in self.guesses.values()))

    @property
    def free(self) -> list[str]:
        """Headings that serve no field yet, in file order."""
        taken = self.taken
        return [heading for heading in self.header if heading not in taken]

    def is_open(self, name: str) -> bool:
        """Whether the kind has the field and nothing serves it yet."""
        return name not in self.guesses and any(known.name == name for known in FIELDS[self.kind])

    def claim(self, name: str, headings: Sequence[str], reason: str, confidence: float | None = None) -> None:
        """Let those of the headings that are free serve the field, if it is open."""
        taken = self.taken
        usable = tuple(dict.fromkeys(heading for heading in headings if heading not in taken))
        if usable and self.is_open(name):
            self.guesses[name] = ColumnGuess(name, usable, reason, confidence or CONFIDENCE[reason])

    def refuse(self, name: str) -> None:
        """Take a field's headings back for good."""
        self.refused.update(self.guesses.pop(name).headings)

    def cells(self, heading: str) -> list[str]:
        """The sample texts of a column that say anything."""
        texts = (row.get(heading) for row in self.samples)
        return [text for text in texts if text is not None and not values.is_placeholder(text)]


def propose(table: TextTable, profile: Profile, samples: Samples) -> ColumnMapping:
    """The most likely meaning of the columns, every guess with its reason.

    In this order: the platform's own columns; what questions say (surveys); synonyms; headings that are nearly a
    synonym; what the samples hold. ``samples`` are rows, heading → text; without any, content decides nothing.
    """
    draft = Draft(profile.kind, table.header, samples)
    platform = platforms().get(profile.platform)
    if platform is not None:
        _claim_platform_columns(draft, platform)
        draft.refused.update(heading for heading in draft.free if values.compact_heading(heading) in platform.ignored)
    if platform is None or platform.leaves_open or draft.kind is Kind.SURVEY:  # questions are the shop's own
        _claim_unknown_columns(draft)
    else:
        _complete(draft, platform)
    return with_items(_as_mapping(draft, platform), draft.header, draft.samples)


def _claim_unknown_columns(draft: Draft) -> None:
    if draft.kind is Kind.SURVEY:
        for name, heading, reason, confidence in survey_guesses(draft.free, draft.cells):
            headings = (*draft.guesses[name].headings, heading) if name in draft.guesses else (heading,)
            draft.guesses[name] = ColumnGuess(name, headings, reason, confidence)
        draft.refused.update(on_another_scale(draft.free, draft.cells))
    _claim_synonyms(draft)
    _claim_joined_names(draft)
    _claim_clock_time(draft)
    if draft.kind is Kind.ORDERS:
        _settle_payment_words(draft)
        _settle_money(draft)
    _claim_similar(draft)
    _claim_by_content(draft)
    _claim_left_over(draft)


def _as_mapping(draft: Draft, platform: Platform | None) -> ColumnMapping:
    order = [known.name for known in FIELDS[draft.kind]]
    guesses = tuple(draft.guesses[name] for name in order if name in draft.guesses)
    mapping = ColumnMapping(
        kind=draft.kind, columns={guess.field: guess.headings for guess in guesses}, guesses=guesses
    )
    if platform is None:
        return mapping
    return replace(
        mapping,
        platform=platform.key,
        shape=platform.shape,
        channel=platform.channel,
        account_space=platform.account_space,
        subtotal_includes_discount=platform.subtotal_includes_discount,
        items=_items_in(draft.header, platform),
    )


# --- platforms ---


def _claim_platform_columns(draft: Draft, platform: Platform) -> None:
    for name, listed in platform.columns.items():
        headings = [found for heading in listed if (found := _present(draft, platform, heading))]
        draft.claim(name, headings, PLATFORM)


def _present(draft: Draft, platform: Platform, heading: str) -> str | None:
    """The heading of the file that a heading of the platform stands for: as written, compacted, or an older name."""
    for name in (heading, *platform.aliases.get(values.compact_heading(heading), ())):
        if name in draft.free:
            return name
        wanted = values.compact_heading(name)
        for present in draft.free:
            if values.compact_heading(present) == wanted:
                return present
    return None


def _items_in(header: Sequence[str], platform: Platform) -> PackedItems | None:
    """The packed items of a platform with the headings that the file has for them."""
    if platform.items is None:
        return None
    headings = tuple(heading for heading in header if _is_packed(heading, platform.items))
    return replace(platform.items, headings=headings) if headings else None


def _is_packed(heading: str, items: PackedItems) -> bool:
    """Whether a heading is one of those that hold packed items; a ``*`` stands for any ending."""
    compact = values.compact_heading(heading)
    return any(
        compact.startswith(values.compact_heading(known.rstrip("*")))
        if known.endswith("*")
        else compact == values.compact_heading(known)
        for known in items.headings
    )


def _complete(draft: Draft, platform: Platform) -> None:
    """Let synonyms fill what a known export leaves open: see ``COMPLETED``; money only where it has told none."""
    packed = _items_in(draft.header, platform)
    draft.refused.update(packed.headings if packed else ())
    has_money = packed is not None or not draft.guesses.keys().isdisjoint(MONEY_FIELDS)
    fields = COMPLETED if has_money else COMPLETED.union(MONEY_FIELDS)
    _claim_synonyms(draft, fields, with_receivers=False)
    _claim_left_over(draft)


# --- synonyms ---


def _claim_synonyms(draft: Draft, fields: Container[str] | None = None, *, with_receivers: bool = True) -> None:
    """The best-ranked claims first, so that a heading with two meanings goes to the field it names best."""
    found = synonyms.hits(draft.kind, draft.header)
    claims = sorted(
        (
            (hits[0].rank, name, hits)
            for name, hits in found.items()
            if draft.is_open(name) and name not in LEFT_OVER and (fields is None or name in fields)
        ),
        key=lambda claim: claim[:2],
    )
    for _, name, hits in claims:
        buyers = [hit.heading for hit in hits if not hit.is_receiver and hit.heading not in draft.taken]
        if buyers:
            draft.claim(name, buyers if name in COALESCED else buyers[:1], SYNONYM)
        elif with_receivers:
            draft.claim(name, [hit.heading for hit in hits][:1], SYNONYM, RECEIVER_CONFIDENCE)


def _claim_left_over(draft: Draft) -> None:
    for name, hits in synonyms.hits(draft.kind, draft.free).items():
        if name in LEFT_OVER:
            draft.claim(name, [hit.heading for hit in hits], SYNONYM)


def _claim_joined_names(draft: Draft) -> None:
    """First and last name, where no column holds the whole name."""
    name = "customer_name" if draft.kind is Kind.ORDERS else "name"
    found = synonyms.hits(draft.kind, draft.free)
    given, family = (found.get(part, []) for part in (synonyms.GIVEN_NAME, synonyms.FAMILY_NAME))
    parts = [hits[0].heading for hits in (given, family) if hits]
    if parts and not parts[0].isascii():
        parts.reverse()  # 姓 before 名
    if draft.is_open(name):
        draft.claim(name, parts, SYNONYM)


def _claim_clock_time(draft: Draft) -> None:
    """A column with the time of day, beside a date column that has none."""
    moment = MOMENT.get(draft.kind, "")
    dated = draft.guesses.get(moment)
    if dated is None:
        return
    heading = dated.headings[0]
    days = draft.cells(heading)
    if days and all(_CLOCK_TEXT.match(day) for day in days):
        dates = [other for other in _free_moments(draft, moment) if _mostly(draft, other, _is_date)]
        draft.guesses[moment] = replace(dated, headings=(*dates[:1], heading))
    elif days and not any(":" in day.removesuffix(" 00:00:00") or "點" in day for day in days):
        named = [hit.heading for hit in synonyms.hits(Kind.ORDERS, draft.free).get(synonyms.CLOCK_TIME, [])]
        clocks = [other for other in named if not any(map(_is_date, draft.cells(other)))]
        clocks += [other for other in _free_moments(draft, moment) if _is_clock(draft, other)]
        draft.guesses[moment] = replace(dated, headings=(heading, *clocks[:1]))


def _free_moments(draft: Draft, moment: str) -> list[str]:
    """Free headings that may say when it was: in some tills 營業日期 holds the day and 結帳時間 the time."""
    return [hit.heading for hit in synonyms.hits(draft.kind, draft.free).get(moment, [])]


def _is_clock(draft: Draft, heading: str) -> bool:
    """Whether a column holds times of day and nothing else."""
    cells = draft.cells(heading)
    return bool(cells) and all(_CLOCK_TEXT.match(cell) for cell in cells)


def _settle_payment_words(draft: Draft) -> None:
    """Drop a column such as 付款 or ``Paid`` that says how, when or how much was paid, not whether."""
    name = "payment_status"
    guess = draft.guesses.get(name)
    if guess is None or values.compact_heading(guess.headings[0]) not in SAYS_HOW_OR_WHETHER:
        return
    if any(meaning_of(name, cell)[1] == "unknown" for cell in draft.cells(guess.headings[0])):
        draft.refuse(name)


# --- money ---


def _settle_money(draft: Draft) -> None:
    """What the samples say about ambiguous money columns."""
    for name in ("discount", "line_discount"):
        if name in draft.guesses and _is_rate(draft.cells(draft.guesses[name].headings[0])):
            draft.refuse(name)
    if "order_total" in draft.guesses and _varies_within_orders(draft, draft.guesses["order_total"].headings[0]):
        _rename(draft, "order_total", "line_total")
    if "line_total" in draft.guesses:
        _settle_discount(draft)


def _rename(draft: Draft, old: str, new: str) -> None:
    """Let another field have the headings, unless something serves it; content is the reason."""
    guess = draft.guesses.pop(old)
    draft.claim(new, guess.headings, CONTENT)


def _numbers(texts: Sequence[str]) -> list[float]:
    return [float(number) for text in texts if (number := values.parse_money(text)) is not None]


def _is_rate(texts: Sequence[str]) -> bool:
    """Whether a column holds shares (0.15, 15 %) rather than amounts."""
    if any(text.rstrip().endswith(("%", "％", "折")) for text in texts):
        return True
    numbers = _numbers(texts)
    return bool(numbers) and all(0 <= n <= 1 for n in numbers) and any(n % 1 for n in numbers)


def _varies_within_orders(draft: Draft, heading: str) -> bool:
    """Whether one order number has several different amounts: then the amounts belong to lines."""
    orders = draft.guesses.get("order_id")
    if orders is None:
        return False
    seen: dict[str, str] = {}
    for row in draft.samples:
        order, amount = row.get(orders.headings[0]), row.get(heading)
        if order and amount and seen.setdefault(order, amount) != amount:
            return True
    return False


def _settle_discount(draft: Draft) -> None:
    """Drop a discount that the line totals contain already; one that differs from line to line is the lines' own."""
    discount = draft.guesses.get("discount")
    if discount is None or "order_total" in draft.guesses or "subtotal" in draft.guesses:
        return
    is_net = NET_OF_DISCOUNT.search(draft.guesses["line_total"].headings[0]) is not None
    if is_net or _is_contained(draft, discount.headings[0]):
        draft.refuse("discount")
    elif _varies_within_orders(draft, discount.headings[0]):
        _rename(draft, "discount", "line_discount")


def _is_contained(draft: Draft, heading: str) -> bool:
    """Whether line total = quantity x unit price - discount wherever there is a discount, in the samples."""
    needed = [draft.guesses.get(name) for name in ("line_total", "quantity", "unit_price")]
    outcomes: list[bool] = []
    for row in draft.samples:
        amounts = [values.parse_money(row.get(g.headings[0]) or "") if g else None for g in needed]
        discount = values.parse_money(row.get(heading) or "")
        total, quantity, price = amounts
        if discount and total is not None and quantity is not None and price is not None:
            outcomes.append(total != quantity * price and total == quantity * price - abs(discount))
    return bool(outcomes) and all(outcomes)


# --- similarity and content ---


def _claim_similar(draft: Draft) -> None:
    """Headings that nearly are a synonym of an open field, the most similar first."""
    found: list[tuple[float, str, str]] = []
    for heading in draft.free:
        compact = values.compact_heading(heading)
        if len(compact) >= SHORTEST_SIMILAR:
            found += [(ratio, name, heading) for name, ratio in _similar_fields(draft, compact)]
    for ratio, name, heading in sorted(found, key=lambda match: (-match[0], match[1])):
        draft.claim(name, [heading], SIMILAR, round(CONFIDENCE[SIMILAR] * ratio, 2))


def _similar_fields(draft: Draft, compact: str) -> list[tuple[str, float]]:
    matches = []
    for name, words in synonyms.words_of(draft.kind).items():
        if draft.is_open(name) and name not in NEVER_SIMILAR | LEFT_OVER:
            ending = compact.endswith(ENDINGS.get(name, ())) and not NOT_THE_BUYER.search(compact)
            ratio = 1.0 if ending else max((_ratio(compact, word) for word in words), default=0.0)
            if ratio >= SIMILAR_ENOUGH:
                matches.append((name, ratio))
    return matches


def _ratio(heading: str, word: str) -> float:
    """Similarity 0..1; a word too short or of very different length is not compared at all."""
    if len(word) < SHORTEST_SIMILAR or abs(len(heading) - len(word)) > 2:
        return 0.0
    return SequenceMatcher(None, heading, word, autojunk=False).ratio()


def _claim_by_content(draft: Draft) -> None:
    """Columns whose samples tell by themselves what they are: e-mail addresses, mobiles, the only dates of a file."""
    for name, is_it in (("email", _is_email), ("phone", _is_phone)):
        if draft.is_open(name):
            draft.claim(name, [h for h in draft.free if _mostly(draft, h, is_it) and _may_be_the_buyer(h)][:1], CONTENT)
    moment = MOMENT.get(draft.kind, "")
    if draft.is_open(moment):
        dated = [heading for heading in draft.free if _mostly(draft, heading, _is_date)]
        draft.claim(moment, dated if len(dated) == 1 else [], CONTENT)


def _mostly(draft: Draft, heading: str, is_it: Callable[[str], bool]) -> bool:
    cells = draft.cells(heading)
    return len(cells) >= FEWEST_FOR_CONTENT and sum(map(is_it, cells)) >= MOSTLY * len(cells)


def _may_be_the_buyer(heading: str) -> bool:
    return NOT_THE_BUYER.search(values.compact_heading(heading)) is None


def _is_email(text: str) -> bool:
    return values.parse_email(text) is not None


def _is_phone(text: str) -> bool:
    phone = values.parse_phone(text) if len(text) <= 20 else None
    return phone is not None and phone.startswith("+8869")


def _is_date(text: str) -> bool:
    return _DATE_TEXT.match(text) is not None and values.parse_date(text) is not None


# --- what is missing ---


def missing(mapping: ColumnMapping) -> list[str]:
    """The requirements a mapping does not meet yet, by field name (``any_money`` and the like for alternatives).

    Orders need a time and an amount; customers an identifier; survey answers an answer; service records a subject or
    a time; activity something that was done, or a time; contacts an outcome, or a time.
    """
    mapped = {name for name, headings in mapping.columns.items() if headings} | mapping.item_fields
    mapped |= {name for name, rule in derived_fields(mapping).items() if rule.source in mapped}
    if mapping.kind is Kind.ORDERS:
        absent = [] if "ordered_at" in mapped else ["ordered_at"]
        return absent if mapped.intersection(MONEY_FIELDS) else [*absent, ANY_MONEY]
    if mapping.kind is Kind.CUSTOMERS:
        return [] if mapped & {"customer_id", "email", "phone"} else [ANY_IDENTIFIER]
    if mapping.kind is Kind.SERVICE:
        return [] if mapped & {"opened_at", "topic", "note", "is_complaint", "case_id"} else [ANY_CASE]
    if mapping.kind is Kind.ACTIVITY:
        wide = {f"{action}_{part}" for action in WIDE_ACTIONS for part in ("count", "time")}
        return [] if mapped & {"acted_at", "action", *wide} else [ANY_ACTION]
    if mapping.kind is Kind.CONTACTS:
        return [] if mapped & {"outcome", "contacted_at"} else [ANY_CONTACT]
    answers = {"nps", "csat", "comment", "recommended", "source_heard", "contact_consent"}
    return [] if mapped & answers else [ANY_ANSWER]


def refusal(mapping: ColumnMapping, fields: Sequence[str], header: tuple[str, ...] = ()) -> MappingRefused:
    """What to say of a mapping without these fields: what the file is, where it seems to be something else."""
    platform = platforms().get(mapping.platform)
    if platform is not None and platform.refuse:
        return MappingRefused(platform.refuse, platform=platform.key)
    kind = sure_kind(header)
    if kind not in (None, mapping.kind):
        return MappingRefused(f"file_holds_{kind}", fields=", ".join(fields))
    return MappingRefused("mapping_incomplete", fields=", ".join(fields))


def check(mapping: ColumnMapping, header: Sequence[str]) -> None:
    """Raise ``MappingRefused`` where required fields are missing or a heading is not in the file."""
    for name, headings in mapping.columns.items():
        absent = [heading for heading in headings if heading not in header]
        if absent:
            raise MappingRefused("mapping_heading_absent", field=name, heading=absent[0])
    if fields := missing(mapping):
        raise refusal(mapping, fields, tuple(header))


def derived_fields(mapping: ColumnMapping) -> Mapping[str, Derived]:
    """The fields without a column of their own that another field of the platform tells besides."""
    platform = platforms().get(mapping.platform)
    rules = platform.derived if platform else {}
    return {name: rule for name, rule in rules.items() if not mapping.columns.get(name)}


def utc_headings(mapping: ColumnMapping) -> frozenset[str]:
    """The headings whose times are UTC though no cell says so: marked ``(UTC)``, or known of the platform."""
    platform = platforms().get(mapping.platform)
    known = platform.utc if platform else frozenset()
    headings = {heading for listed in mapping.columns.values() for heading in listed}
    return frozenset(h for h in headings if "(utc)" in h.lower() or values.compact_heading(h) in known)


# --- as text ---


def as_confirmed_by_person(mapping: ColumnMapping) -> ColumnMapping:
    """The same mapping, no longer a guess."""
    guesses = tuple(
        ColumnGuess(name, headings, PERSON, CONFIDENCE[PERSON])
        for name, headings in mapping.columns.items()
        if headings
    )
    return replace(mapping, columns={g.field: g.headings for g in guesses}, guesses=guesses)


def changed_by_person(mapping: ColumnMapping, columns: Mapping[str, tuple[str, ...]]) -> ColumnMapping:
    """The mapping with the columns a person settled on; the reasons of what stayed as it was are kept."""
    offered = {guess.field: guess for guess in mapping.guesses}
    guesses = tuple(
        offered[name]
        if name in offered and offered[name].headings == headings
        else ColumnGuess(name, headings, PERSON, CONFIDENCE[PERSON])
        for name, headings in columns.items()
        if headings
    )
    return replace(mapping, columns={guess.field: guess.headings for guess in guesses}, guesses=guesses)


def to_json(mapping: ColumnMapping) -> str:
    """The mapping as one JSON object; :func:`from_json` reads it back."""
    return json.dumps(asdict(mapping), ensure_ascii=False)


def from_json(text: str) -> ColumnMapping:
    """The mapping that :func:`to_json` wrote."""
    document = json.loads(text)
    guesses = tuple(ColumnGuess(**{**g, "headings": tuple(g["headings"])}) for g in document.pop("guesses"))
    return replace(_from_document(document), guesses=guesses)


def from_toml(path: Path) -> ColumnMapping:
    """The mapping of a TOML file: ``kind``, optional ``shape`` and others, ``[columns]`` canonical = heading(s).

    Raises ``MappingRefused``: ``mapping_file_unreadable``, ``mapping_file_wrong`` or ``mapping_field_unknown``.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingRefused("mapping_file_unreadable", file=path.name) from error
    try:
        return as_confirmed_by_person(_from_document(document))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MappingRefused("mapping_file_wrong", file=path.name, detail=str(error)) from error


def _from_document(document: dict[str, Any]) -> ColumnMapping:
    """A mapping from parsed JSON or TOML. Raises ``MappingRefused`` for a field the kind does not have."""
    kind = Kind(document["kind"])
    columns = _columns(kind, document.get("columns", {}))
    order = document.get("date_order")
    if order not in (None, "dmy", "mdy"):
        raise ValueError(f"date_order: {order}")
    return ColumnMapping(
        kind=kind,
        platform=document.get("platform") or GENERIC,
        shape=Shape(document["shape"]) if document.get("shape") else None,
        columns=columns,
        channel=document.get("channel"),
        account_space=document.get("account_space") or "shop",
        subtotal_includes_discount=document.get("subtotal_includes_discount"),
        date_order=order,
        items=_packed(document["items"]) if document.get("items") else None,
        item_columns=tuple(
            {str(name): str(heading) for name, heading in item.items()} for item in document.get("item_columns", ())
        ),
    )


def _columns(kind: Kind, listed: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Headings by field; columns that nothing is kept of are left out."""
    columns = {}
    for canonical, headings in listed.items():
        try:
            name = field_name(kind, canonical)
        except KeyError:
            raise MappingRefused("mapping_field_unknown", field=canonical, kind=kind) from None
        if name is not None:
            columns[name] = _headings(headings)
    return columns


def _packed(items: Mapping[str, Any]) -> PackedItems:
    """The packed items of a document. Raises ``ValueError`` where a pattern is none, or tells what no line has."""
    packed = PackedItems(_headings(items["headings"]), str(items["item"]), items.get("between"))
    try:
        told = re.compile(packed.item).groupindex.keys()
        re.compile(packed.between or "")
    except re.error as error:
        raise ValueError(f"items: {error}") from error
    if not told or not told <= set(ITEM_FIELDS):
        raise ValueError(f"items: {', '.join(sorted(told))}")
    return packed


def _headings(value: str | Sequence[str]) -> tuple[str, ...]:
    headings = (value,) if isinstance(value, str) else tuple(value)
    if not all(isinstance(heading, str) for heading in headings):
        raise ValueError(f"headings: {value}")
    return headings

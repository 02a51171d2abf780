"""One condition, chosen step by step: what it is about, how it is held, against what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from crm_core.errors import CrmError
from crm_core.findings.conditions import COUNTED, ConditionWords, way_of
from crm_core.i18n import currency_digits
from crm_core.lists.conditions import (
    BY_AMOUNT,
    BY_OPTIONS,
    HIGHEST,
    LONGEST_DAYS,
    Comparison,
    Condition,
    comparisons_of,
    condition,
)
from crm_core.lists.facts import FACTS, Fact, FactType, offered_facts
from crm_core.lists.groups import Value
from crm_core.lists.options import MOST_OPTIONS, Option, fact_options, item_options, value_options
from crm_core.params import Params
from ui.remembered import remembered
from ui.session import Visit
from ui.text import plain

AREA_KEY, OF_KEY = "condition_area", "condition_of"
# The numbers that a condition begins with.
USUAL: Mapping[str, float] = {
    "recency_days": 60,
    "contacts_lately": 0,
    "days_to_birthday": 14,
    "complaint_closed_days": 14,
    "answered_days": 90,
    "nps": 9,
    "age": 30,
    "purchases": 2,
}
USUAL_BY_TYPE = {FactType.DAYS: 90, FactType.NUMBER: 1, FactType.MONEY: 1_000, FactType.SHARE: 20}
AT_MOST_FIRST = ("contacts_lately", "days_to_birthday", "top_share", "answered_days", "joined_days")
USUAL_WITHIN = {"contacts_lately": 30, "bought": 0}
WITHIN = 90
AMOUNT_STEP = 100


@dataclass(frozen=True)
class ConditionForm:
    """The widgets of one condition."""

    visit: Visit
    params: Params

    def show(self) -> Condition | None:
        """The condition as it is chosen now; ``None`` where a choice is missing."""
        t = self.visit.t
        fact = FACTS[self._fact()]
        help_key = f"conditions.fact.{fact.key}.help"
        if t.has(help_key):
            st.caption(plain(t(help_key)))
        of: dict[str, Value | None] = {}
        places = iter(st.columns(len(fact.source.values) + 2, vertical_alignment="bottom"))
        for name in fact.source.values:
            with next(places):
                of[name] = self._source_value(fact, name)
        with next(places):
            comparison = self._comparison(fact)
        with next(places):
            value = self._value(fact, comparison)
        missing = any(each is None for each in of.values()) or (comparison in BY_OPTIONS and not value)
        return None if missing else self._made(fact, comparison, value, of)

    def _made(self, fact: Fact, comparison: Comparison, value: object, of: Mapping[str, object]) -> Condition | None:
        try:
            return condition(fact.key, comparison.value, value, **of)
        except CrmError as refusal:
            what, remedy = self.visit.t.error_text(refusal)
            st.warning(plain(f"{what} {remedy}"))
            return None

    def _fact(self) -> str:
        t = self.visit.t
        offered = remembered(self.visit, offered_facts)
        areas = list(dict.fromkeys(FACTS[key].area for key in offered))
        first, second = st.columns(2)
        with first:
            area = _select(t("conditions.page.area"), areas, AREA_KEY, lambda key: t(f"conditions.area.{key}"))
        own = [key for key in offered if FACTS[key].area == area]
        name = f"condition_fact_{area}"
        with second:
            return _select(t("conditions.page.fact"), own, name, lambda key: t(f"conditions.fact.{key}.name"))

    def _comparison(self, fact: Fact) -> Comparison:
        t = self.visit.t
        offered = [each.value for each in comparisons_of(fact)]
        if fact.key in AT_MOST_FIRST:
            offered.sort(key=lambda each: each != Comparison.AT_MOST.value)
        picked = _select(
            t("conditions.page.comparison"),
            offered,
            f"condition_is_{fact.key}",
            lambda each: t(f"conditions.comparison.{way_of(fact, Comparison(each))}"),
        )
        return Comparison(picked)

    def _value(self, fact: Fact, comparison: Comparison) -> object:
        if comparison in BY_AMOUNT:
            return self._amount(fact)
        return self._options(fact) if comparison in BY_OPTIONS else None

    def _amount(self, fact: Fact) -> float:
        key = f"condition_amount_{fact.key}"
        st.session_state[key] = st.session_state.get(key, USUAL.get(fact.key, USUAL_BY_TYPE[fact.type]))
        picked = self._number(key, self._unit(fact), fact.type)
        return round(picked / 100, 6) if fact.type is FactType.SHARE else picked

    def _number(self, key: str, label: str, kind: FactType) -> float:
        current = st.session_state[key]
        whole = kind in (FactType.NUMBER, FactType.DAYS) or (
            kind is FactType.MONEY and currency_digits(self.visit.currency) == 0 and current == int(current)
        )
        st.session_state[key] = int(current) if whole else float(current)
        highest = {FactType.SHARE: 100, FactType.DAYS: LONGEST_DAYS}.get(kind, HIGHEST)
        return st.number_input(
            label,
            min_value=None if kind is FactType.MONEY else (0 if whole else 0.0),
            max_value=highest if whole else float(highest),
            step=(AMOUNT_STEP if kind is FactType.MONEY else 1) * (1 if whole else 1.0),
            key=key,
        )

    def _unit(self, fact: Fact) -> str:
        t = self.visit.t
        if fact.type is FactType.MONEY:
            return t("conditions.page.amount", unit=t.symbol(self.visit.currency))
        named = {FactType.DAYS: "days", FactType.SHARE: "percent"}.get(fact.type) or COUNTED.get(fact.key, "times")
        return t("conditions.page.amount", unit=t(f"conditions.unit.{named}"))

    def _options(self, fact: Fact) -> list[str]:
        t = self.visit.t
        key = f"condition_options_{fact.key}"
        found = list(remembered(self.visit, fact_options, fact, self.params))
        before = [each for each in st.session_state.get(key, []) if each not in found]
        words = ConditionWords(self.visit.cursor, t, self.visit.currency)
        return st.multiselect(
            t("conditions.page.options"),
            [*found, *before],
            key=key,
            format_func=lambda option: words.option_name(fact, option),
            placeholder=t("conditions.page.choose"),
            select_all=False,  # all options at once say nothing, and would be the first that Enter picks
        )

    def _source_value(self, fact: Fact, name: str) -> Value | None:
        t, expected, key = self.visit.t, fact.source.values[name], f"{OF_KEY}_{fact.key}_{name}"
        label = t(f"conditions.page.of.{name}")
        if name == "item_key":
            return self._item(fact, label, key)
        if name in ("within_days", "threshold"):
            usual = USUAL_WITHIN.get(fact.key, WITHIN) if name == "within_days" else AMOUNT_STEP * 100
            st.session_state[key] = st.session_state.get(key, usual)
            picked = self._number(key, label, FactType.DAYS if name == "within_days" else FactType.MONEY)
            return int(picked) if name == "within_days" else float(max(picked, 0))
        if expected.options:
            words = ConditionWords(self.visit.cursor, t, self.visit.currency)
            return _select(label, list(expected.options), key, lambda each: words.source_value(expected, name, each))
        found = value_options(self.visit.cursor, name, self.params)
        words = ConditionWords(self.visit.cursor, t, self.visit.currency)
        picked_key = self._pick(label, found, key, lambda each: words.source_value(expected, name, each))
        return int(picked_key) if picked_key and expected.type is int else picked_key

    def _item(self, fact: Fact, label: str, key: str) -> str | None:
        """A product or a category; among many products those whose name holds what is typed."""
        kind = str(st.session_state.get(f"{OF_KEY}_{fact.key}_kind", "product"))
        found = remembered(self.visit, item_options, kind, self.params)
        if len(found) >= MOST_OPTIONS:
            wanted = st.text_input(self.visit.t("conditions.page.search"), key=f"{key}_wanted")
            found = remembered(self.visit, item_options, kind, self.params, wanted)
        words = ConditionWords(self.visit.cursor, self.visit.t, self.visit.currency)
        if "item_key" in fact.source.any_if_empty:
            found = (Option("", words.item(kind, "")), *found)
        return self._pick(label, found, f"{key}_{kind}", lambda each: words.item_name(kind, each))

    def _pick(self, label: str, found: Sequence[Option], key: str, name: Callable[[str], str]) -> str | None:
        """One of many, by name; what was chosen before stays, even where the shop's data no longer has it."""
        named = {option.key: option.name for option in found}
        before = st.session_state.get(key)
        options = [*named, *([before] if before is not None and before not in named else [])]
        if not options:
            st.caption(plain(self.visit.t("conditions.page.no_options")))
            return None

        def said(each: str) -> str:
            told = named.get(each, each)
            return name(each) if told == each and each else told

        return _select(label, options, key, said)


def _select(label: str, options: Sequence[str], key: str, said: Callable[[str], str]) -> str:
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    return str(st.selectbox(label, options, key=key, format_func=said))


def fill_form(leaf: Condition) -> None:
    """Let the widgets begin with a condition that is there; call it before they are drawn."""
    fact, state = leaf.fact, st.session_state
    state[AREA_KEY], state[f"condition_fact_{fact.area}"] = fact.area, fact.key
    state[f"condition_is_{fact.key}"] = leaf.comparison.value
    if isinstance(leaf.value, tuple):
        state[f"condition_options_{fact.key}"] = list(leaf.value)
    elif leaf.value is not None:
        shown = round(leaf.value * 100, 4) if fact.type is FactType.SHARE else leaf.value
        state[f"condition_amount_{fact.key}"] = shown
    for name, value in leaf.of.items():
        suffix = f"_{leaf.of['kind']}" if name == "item_key" else ""
        state[f"{OF_KEY}_{fact.key}_{name}{suffix}"] = str(value) if name == "campaign_id" else value

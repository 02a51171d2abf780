"""The conditions of a list in words: what a person reads instead of the tree."""

from __future__ import annotations

from crm_core.db import Cursor
from crm_core.i18n import Translator
from crm_core.lists.conditions import BY_AMOUNT, BY_OPTIONS, All, AnyOf, Comparison, Condition, Node, Not
from crm_core.lists.facts import AGO, Fact, FactType
from crm_core.lists.groups import GroupValue, Told, Value
from crm_core.lists.ready_made import READY_MADE

AREA = "conditions"
# What a number of a fact counts, where it is no plain number.
TIMES, YEARS, POINTS = "times", "years", "points"
COUNTED = {
    **dict.fromkeys(("purchases", "purchases_lately", "orders_through", "bought", "contacts_lately"), TIMES),
    "age": YEARS,
    "nps": POINTS,
}


class ConditionWords:
    """Conditions as one person reads them: the language, the shop's currency, names instead of keys."""

    def __init__(self, cursor: Cursor, t: Translator, currency: str) -> None:
        self.cursor, self.t, self.currency = cursor, t, currency

    def tree(self, node: Node) -> str:
        """A whole tree in one sentence without its full stop."""
        t = self.t
        match node:
            case All(()):
                return t(f"{AREA}.everyone")
            case AnyOf(()):
                return t(f"{AREA}.nobody")
            case All(parts):
                return t(f"{AREA}.and").join(self._part(part, len(parts)) for part in parts)
            case AnyOf(parts):
                return t(f"{AREA}.or").join(self._part(part, len(parts)) for part in parts)
            case Not(part):
                return t(f"{AREA}.not", part=self.tree(part))
        return self.leaf(node)

    def leaf(self, leaf: Condition) -> str:
        """One condition."""
        facts = self._of(leaf)
        own = f"{AREA}.said.{leaf.fact.key}.{_way(leaf)}"
        if self.t.has(own):
            return self.t(own, value=self.value(leaf), **facts)
        about = self.t(f"{AREA}.fact.{leaf.fact.key}.about", **facts).strip()
        return self.t(f"{AREA}.way.{way_of(leaf.fact, leaf.comparison)}", about=about, value=self.value(leaf))

    def value(self, leaf: Condition) -> str:
        """What a fact is held against, with its unit."""
        if isinstance(leaf.value, tuple):
            return self.t(f"{AREA}.options").join(self.option(leaf.fact, option) for option in leaf.value)
        return "" if leaf.value is None else self.amount(leaf.fact, leaf.value)

    def amount(self, fact: Fact, value: float) -> str:
        """An amount of a fact with its unit."""
        t = self.t
        match fact.type:
            case FactType.DAYS:
                return t.days(value)
            case FactType.MONEY:
                return t.money(value, self.currency)
            case FactType.SHARE:
                return f"{t.number(value * 100, 4)}%"
        unit = COUNTED.get(fact.key)
        if unit == TIMES:
            return t.times(value)
        return t.plural(f"{AREA}.counted.{unit}", value) if unit else t.number(value, 0)

    def option(self, fact: Fact, option: str) -> str:
        """One option of a fact: fixed ones by their words, those of the shop's data as they are written."""
        if not fact.words:
            return self.t(f"{AREA}.quoted", text=option)
        return self.t(f"{AREA}.fixed", text=self.option_name(fact, option))

    def option_name(self, fact: Fact, option: str) -> str:
        """One option as it stands in a menu."""
        return self.t(fact.words.replace("{}", option)) if fact.words else option

    def source_value(self, expected: GroupValue, name: str, value: Value) -> str:
        """A value that a fact's source takes."""
        t = self.t
        if expected.words:
            words = expected.words.replace("{}", str(value))
            return t(words) if t.has(words) else str(value)
        if expected.told is Told.MONEY and not isinstance(value, str):
            return t.money(value, self.currency)  # type: ignore[arg-type]
        if name == "list_key":
            return t(f"{READY_MADE[str(value)].locale_key}.name")
        if name == "campaign_id":
            return self._named("select name from campaigns where campaign_id = ?", value)
        return str(value)

    def item(self, kind: str, key: str) -> str:
        """A product by its name, a category by itself, or any of them."""
        if not key:
            return self.t(f"{AREA}.item.any_{kind}")
        return self.t(f"{AREA}.item.{kind}", name=self.item_name(kind, key))

    def item_name(self, kind: str, key: str) -> str:
        """The name of a product; its key where the shop's data no longer has it."""
        if kind == "category":
            return key
        return self._named("select name from product_mart where product_key = ?", key)

    def _part(self, node: Node, siblings: int) -> str:
        """A part among others; a group that says more than one thing stands in brackets."""
        is_group = isinstance(node, All | AnyOf) and len(node.parts) > 1
        said = self.tree(node)
        return self.t(f"{AREA}.group", parts=said) if is_group and siblings > 1 else said

    def _of(self, leaf: Condition) -> dict[str, str]:
        """What the source of a condition was asked, in words."""
        expected = leaf.fact.source.values
        said = {name: self.source_value(expected[name], name, value) for name, value in leaf.of.items()}
        if "item_key" in leaf.of:
            said["item"] = self.item(str(leaf.of["kind"]), str(leaf.of["item_key"]))
        if "within_days" in leaf.of:
            days = int(str(leaf.of["within_days"]))
            said["within"] = self.t(f"{AREA}.within.days", days=self.t.days(days)) if days else ""
        return said

    def _named(self, sql: str, key: Value) -> str:
        """The name of a key; the key where there is none."""
        found = self.cursor.execute(sql, [key]).fetchone()
        return str(found[0]) if found else str(key)


def way_of(fact: Fact, comparison: Comparison) -> str:
    """The wording of a comparison for facts of one type, below ``conditions.way`` and ``conditions.comparison``."""
    if comparison in BY_AMOUNT:
        return f"ago.{comparison}" if fact.key in AGO else f"amount.{comparison}"
    if comparison in BY_OPTIONS:
        return f"options.{comparison}"
    return f"flag.{comparison}" if fact.type is FactType.FLAG else f"known.{comparison}"


def _way(leaf: Condition) -> str:
    """The comparison by name; a count of none, and of any at all, have words of their own."""
    if leaf.fact.type is FactType.NUMBER and leaf.fact.missing == 0:
        if leaf.value == 0 and leaf.comparison in (Comparison.AT_MOST, Comparison.EXACTLY):
            return "none"
        if leaf.value == 1 and leaf.comparison is Comparison.AT_LEAST:
            return "some"
    return leaf.comparison.value

"""Groups of first-time buyers in words: what they are called, whether they differ, what their first orders tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crm_core.analysis.logrank import FEWEST_GROUPS, LogRank
from crm_core.analysis.proportions import Difference, Estimate, difference_of
from crm_core.charts.model import records
from crm_core.findings.words import Answer
from crm_core.i18n import Translator, currency_digits
from crm_core.metrics.group_tables import SEVERAL_AT_ONCE, FirstOrderGroup, GroupCurve, GroupsCompared
from crm_core.metrics.spec import Table, Unit

# The day at which shares are told; an earlier one where a group is younger than that.
TOLD_DAYS = (90, 60, 30)
SMALLEST_P = 0.001
NO_BREAK = "\u00a0"

# Groups that have a fixed word for each key.
WORDED = ("season", "coupon", "products")
BEST_SHOWN = 7
WORST_SHOWN = 4


@dataclass(frozen=True)
class FirstOrderDifference:
    """One row of the table first_order_differences that has a difference (shares 0..1)."""

    dimension: str
    group: str
    name: str
    amount_from: float
    amount_to: float
    mature_buyers: int
    return_rate: float
    other_rate: float
    difference: float
    difference_low: float
    difference_high: float
    is_different: bool | None
    is_thin: bool

    @property
    def words_for(self) -> FirstOrderGroup:
        """The group, to be worded."""
        own = (self.dimension, self.group, self.name, int(self.mature_buyers), self.amount_from, self.amount_to)
        return FirstOrderGroup(*own)


def group_words(group: FirstOrderGroup, t: Translator, currency: str) -> str:
    """What a group is called beside others of its dimension."""
    if group.dimension == "size":
        digits = currency_digits(currency)
        low, high = t.money(group.amount_from, currency), t.number(group.amount_to, digits)
        return low if group.amount_from == group.amount_to else t("first_orders.size", low=low, high=high)
    if group.dimension in WORDED:
        return t(f"first_orders.kind.{group.dimension}_{group.key}")
    return group.name


def trait_words(group: FirstOrderGroup, t: Translator, currency: str) -> str:
    """What a group is called beside groups of other dimensions."""
    return t(f"first_orders.trait.{group.dimension}", name=group_words(group, t, currency))


def told_day(curves: Sequence[GroupCurve]) -> int | None:
    """The day at which all groups can be held against each other; ``None`` where one is too young for any."""
    longest = min((group.curve.longest_wait for group in curves), default=-1)
    return next((day for day in TOLD_DAYS if day <= longest), None)


def can_be_told(compared: GroupsCompared) -> bool:
    """Whether enough have come back, and enough time has passed, to hold the groups against each other."""
    return compared.test is not None and told_day(compared.groups) is not None


def groups_answer(compared: GroupsCompared, t: Translator, currency: str, thin_below: int) -> Answer:
    """Whether the groups come back differently, as a title, and how sure that is."""
    test, day = compared.test, told_day(compared.groups)
    if test is None or day is None:
        return Answer(t("first_orders.compare.question"), t("first_orders.compare.too_little"))
    parts = [_test_words(test, t), _share_words(compared.groups, day, t, currency)]
    parts += _difference_words(compared.groups, day, t, currency)
    if compared.in_several:
        parts.append(t.plural("first_orders.compare.in_several", compared.in_several))
    if compared.groups[0].group.dimension == "tier":
        parts.append(t("first_orders.compare.tier"))
    if min(group.curve.customers for group in compared.groups) < thin_below:
        parts.append(t("first_orders.compare.thin", n=thin_below))
    return Answer(_title(compared.groups, test, day, t, currency), "\n".join(parts))


def _title(groups: Sequence[GroupCurve], test: LogRank, day: int, t: Translator, currency: str) -> str:
    if not test.is_significant:
        return t("first_orders.compare.same")
    ordered = sorted(groups, key=lambda of: _estimate(of, day).share, reverse=True)
    best, worst = ordered[0], ordered[-1]
    gap = _gap(best, worst, day)
    if gap.low <= 0 <= gap.high:
        return t("first_orders.compare.differ")
    names = {key: group_words(of.group, t, currency) for key, of in (("better", best), ("worse", worst))}
    return t("first_orders.compare.more" if len(groups) == FEWEST_GROUPS else "first_orders.compare.most", **names)


def _test_words(test: LogRank, t: Translator) -> str:
    told = "test_differ" if test.is_significant else "test_same"
    return t(f"first_orders.compare.{told}", p=p_words(test.p_value, t))


def p_words(p_value: float, t: Translator) -> str:
    """A p-value as it is written: p = 0.012, p < 0.001."""
    words = f"p < {SMALLEST_P}" if p_value < SMALLEST_P else f"p = {t.fixed(p_value, 3)}"
    return words.replace(" ", NO_BREAK)


def _share_words(groups: Sequence[GroupCurve], day: int, t: Translator, currency: str) -> str:
    listed = t("first_orders.compare.joint").join(
        t(
            "first_orders.compare.share",
            name=group_words(of.group, t, currency),
            share=t.share(estimate.share),
            low=t.share(estimate.low),
            high=t.share(estimate.high),
            n=t.number(of.curve.customers),
        )
        for of in groups
        for estimate in [_estimate(of, day)]
    )
    return t("first_orders.compare.shares", days=day, listed=listed)


def _difference_words(groups: Sequence[GroupCurve], day: int, t: Translator, currency: str) -> list[str]:
    """Every group against the next one, from the highest share down."""
    ordered = sorted(groups, key=lambda of: _estimate(of, day).share, reverse=True)
    return [
        t(
            "first_orders.compare.gap",
            one=group_words(one.group, t, currency),
            other=group_words(other.group, t, currency),
            points=t.signed(gap.difference, Unit.SHARE),
            low=t.signed_share(gap.low).removesuffix("%"),
            high=t.signed_share(gap.high).removesuffix("%"),
        )
        for one, other in pairwise(ordered)
        for gap in [_gap(one, other, day)]
    ]


def _estimate(of: GroupCurve, day: int) -> Estimate:
    point = of.curve.within(day)
    assert point is not None  # the day was chosen so
    return Estimate(point.share, point.low, point.high)


def _gap(one: GroupCurve, other: GroupCurve, day: int) -> Difference:
    return difference_of(_estimate(one, day), _estimate(other, day))


def told_differences(differences: Table) -> list[FirstOrderDifference]:
    """The rows worth a look: the best and the worst of those that are not thin, or where all are thin the best of them.

    The best are those whose interval begins highest, the worst those whose interval ends lowest. ``differences`` is
    the table first_order_differences.
    """
    frame = differences.frame
    known = _once(records(frame[frame["difference"].notna()], FirstOrderDifference))
    sure = [row for row in known if not row.is_thin]
    if not sure:
        return known[:BEST_SHOWN]
    best = sure[:BEST_SHOWN]
    rest = [row for row in sure if row not in best and row.difference < 0]
    worst = sorted(rest, key=lambda row: row.difference_high)[:WORST_SHOWN]
    return [row for row in sure if row in best or row in worst]


def _once(rows: list[FirstOrderDifference]) -> list[FirstOrderDifference]:
    """Without the second of two groups that everyone is in one of: it says the same again."""
    sizes = Counter(row.dimension for row in rows)
    twice = {name for name, size in sizes.items() if size == FEWEST_GROUPS and name not in SEVERAL_AT_ONCE}
    seen: set[str] = set()
    kept = []
    for row in rows:
        if row.dimension not in seen or row.dimension not in twice:
            kept.append(row)
        seen.add(row.dimension)
    return kept


def differences_answer(differences: Table, window_days: int, t: Translator, currency: str) -> Answer:
    """What stands out about the first orders of those who come back, as a title, and how sure that is."""
    frame = differences.frame
    tried = frame["is_different"].dropna()
    if tried.empty:
        return Answer(
            t("first_orders.differences.question"), t("first_orders.differences.too_little", days=window_days)
        )
    found = [row for row in told_differences(differences) if row.is_different and row.difference > 0]
    tried_words = t("first_orders.differences.tried", n=t.number(len(tried)), sure=t.number(int(tried.sum())))
    if not found:
        return Answer(t("first_orders.differences.none"), tried_words)
    best = found[0]
    title = t(
        "first_orders.differences.best",
        trait=trait_words(best.words_for, t, currency),
        days=window_days,
        share=t.share(best.return_rate),
        other=t.share(best.other_rate),
    )
    return Answer(title, tried_words)

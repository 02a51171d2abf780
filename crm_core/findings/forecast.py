"""What is to be expected: the answer of the page Forecast, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10

from crm_core.findings.words import Answer
from crm_core.i18n import Translator, is_defined
from crm_core.metrics.forecast import FEWEST_REPEAT_CUSTOMERS, Check, Forecast
from crm_core.params import Params

NEAR = 90
DIGITS = 3
# Below half a per cent "more" and "fewer" would be a quarrel about rounding.
SAME = 0.005
HARDLY = 0.01
# Above, how often and how much go together too plainly for the value model.
TIED = 0.3


def forecast_answer(
    found: Forecast, totals: Mapping[str, float | None], params: Params, t: Translator, currency: str
) -> Answer:
    """Purchases and revenue expected within 90 days, who is still a customer, and how the model did before."""
    revenue = about(totals["expected_revenue_90d"])
    sentence = t(
        "forecast.sentence" if is_defined(revenue) else "forecast.sentence_plain",
        purchases=t.number(about(totals["expected_purchases_90d"])),
        days=NEAR,
        revenue=t.money(revenue, currency),
    )
    return Answer(sentence + _still(found, totals["expected_active_customers"], t), _how_sure(found.check, params, t))


def _still(found: Forecast, active: float | None, t: Translator) -> str:
    """How many still are customers; nothing where the model sees hardly anybody leave, which is no finding."""
    if active is None or sees_nobody_leave(active, found):
        return ""
    return t("forecast.still", repeaters=t.number(found.repeat_customers), active=t.number(about(active)))


def sees_nobody_leave(active: float, found: Forecast) -> bool:
    """Whether the model takes nearly everyone for a customer still."""
    return active > (1 - HARDLY) * found.repeat_customers


def about(value: float | None) -> float | None:
    """An expectation with three digits that count: more would only look exact. The rows and files have them all."""
    if value is None or not value:
        return value
    return round(value, DIGITS - 1 - floor(log10(abs(value))))


def _how_sure(check: Check | None, params: Params, t: Translator) -> str:
    day = t.date(params.as_of)
    if check is None or check.missed_by is None:
        return t("forecast.how_sure_unchecked", day=day)
    key = "how_sure_exact" if abs(check.missed_by) < SAME else "how_sure"
    weeks = t.number(len(check.weeks))
    return t(f"forecast.{key}", day=day, split=t.date(check.split_on), missed=missed_text(check, t), weeks=weeks)


def missed_text(check: Check, t: Translator) -> str:
    """By how much more or fewer purchases were expected than there were."""
    missed = check.missed_by or 0.0
    return t("forecast.more" if missed > 0 else "forecast.fewer", share=t.share(abs(missed), 0))


def refusal_text(found: Forecast, t: Translator) -> str:
    """Why nothing is forecast."""
    missed = missed_text(found.check, t) if found.check else ""
    facts = {"needed": t.number(FEWEST_REPEAT_CUSTOMERS), "found": t.number(found.repeat_customers)}
    return t(f"forecast.refused.{found.refusal}", missed=missed, **facts)


def check_note(check: Check, t: Translator) -> str:
    """How far off the check is over the whole time."""
    missed = check.missed_by or 0.0
    key = "exact" if abs(missed) < SAME else "more" if missed > 0 else "fewer"
    return t(f"forecast.check.note_{key}", share=t.share(abs(missed), 0))


def value_text(found: Forecast, t: Translator) -> str:
    """Whether the value model's assumption holds in this shop."""
    if found.worth is None or found.correlation is None:
        return t("forecast.limits.value_none")
    key = "tied" if abs(found.correlation) > TIED else "apart"
    return t(f"forecast.limits.value_{key}", correlation=t.number(found.correlation, 2))

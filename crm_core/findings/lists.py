"""Whom to contact today: the answer of the page Lists."""

from __future__ import annotations

from collections.abc import Mapping

from crm_core.findings.customers import FEWEST_CUSTOMERS
from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.lists.members import ListSize
from crm_core.lists.ready_made import READY_MADE
from crm_core.params import Params

MOST_URGENT = ("detractors_to_call", "silent_best", "second_purchase_due")

# What this week names: what is due now. The long lists that stand for months wait on their own page.
TO_DO = frozenset(
    {
        *MOST_URGENT,
        *("reorder_due", "one_time_reminder", "one_time_30_60", "detractors_this_week", "complaint_closed", "care_7"),
        *("promoters_to_thank", "birthdays", "top_spenders"),
    }
)


def urgent_lists(sizes: Mapping[str, ListSize]) -> tuple[str, ...]:
    """The most urgent lists that have people; where none of them has, the first lists that do."""
    filled = [key for key in READY_MADE if sizes[key].customers]
    return tuple(key for key in MOST_URGENT if key in filled) or tuple(filled[: len(MOST_URGENT)])


def lists_answer(sizes: Mapping[str, ListSize], params: Params, t: Translator) -> Answer:
    """The most urgent lists with their sizes; where few customers are known, that the segments mean little yet."""
    sure = t("lists.page.how_sure", day=t.date(params.as_of))
    people = sum(sizes[key].customers for key, entry in READY_MADE.items() if entry.segment)
    if people < FEWEST_CUSTOMERS:
        sure += t("lists.page.few", customers=t.number(people))
    parts = [
        t("lists.page.part", name=t(f"{READY_MADE[key].locale_key}.name"), customers=t.number(sizes[key].customers))
        for key in urgent_lists(sizes)
    ]
    if not parts:
        return Answer(t("lists.page.nobody"), sure)
    return Answer(t("lists.page.sentence", lists=t("charts.comma").join(parts)), sure)

"""Who carries the shop and who is slipping: the answer of the page Customers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_core.findings.words import Answer
from crm_core.i18n import Translator
from crm_core.metrics.segments import Segment
from crm_core.metrics.spec import Reading
from crm_core.params import Params

# Of fewer, the best fifth is one person: a share of revenue would say nothing.
FEWEST_CUSTOMERS = 5

SLIPPING = (Segment.AT_RISK, Segment.CANT_LOSE)


@dataclass(frozen=True)
class Slipping:
    """How many of all customers used to come often and have been away for long, and what they have spent."""

    customers: int
    revenue: float
    all_customers: int


def slipping(segments: pd.DataFrame) -> Slipping:
    """The two slipping segments of the table ``segments`` together."""
    going = segments[segments["segment"].isin([segment.value for segment in SLIPPING])]
    return Slipping(int(going["customers"].sum()), float(going["revenue"].sum()), int(segments["customers"].sum()))


def customers_answer(top20: Reading, going: Slipping, params: Params, t: Translator, currency: str) -> Answer:
    """The share of revenue that the top 20 % bring, and who is slipping; on how many customers that rests."""
    names = {segment.value: t(f"segments.{segment.value}.name") for segment in SLIPPING}
    key = "customers.how_sure_thin" if top20.is_thin else "customers.how_sure"
    sure = t(key, customers=t.number(top20.sample_size), day=t.date(params.as_of), **names)
    sentence = t(
        f"customers.{_kind_of_sentence(going)}",
        share=t.reading_text(top20),
        slipping=t.number(going.customers),
        customers=t.number(going.all_customers),
        revenue=t.money(going.revenue, currency),
    )
    return Answer(sentence, sure)


def _kind_of_sentence(going: Slipping) -> str:
    if going.all_customers < FEWEST_CUSTOMERS:
        return "sentence_few"
    return "sentence" if going.customers else "sentence_none"

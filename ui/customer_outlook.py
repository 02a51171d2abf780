"""On the view of one customer: the next purchase, the most likely product, and what the forecast says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from crm_core.findings.forecast import about
from crm_core.i18n import Translator
from crm_core.metrics.customer_outlook import (
    CustomerForecast,
    NextProduct,
    NextPurchase,
    customer_forecast,
    next_product,
    next_purchase,
)
from crm_core.metrics.customers import CustomerView, UsualProduct
from crm_core.metrics.forecast import forecast_of
from crm_core.metrics.tables import table
from crm_core.params import Params
from ui.people import page_path
from ui.remembered import remembered
from ui.session import Visit
from ui.text import plain

SURE = 0.01


def outlook_card(visit: Visit, found: CustomerView, params: Params) -> None:
    """What to expect of a customer who has bought."""
    t, header = visit.t, found.header
    if header.last_on is None:
        return
    with st.container(border=True, key="card_outlook", gap="xsmall"):
        st.markdown(f"**{plain(t('outlook.title'))}**")
        expected = next_purchase(found.rhythm, header.last_on)
        _line(t("outlook.next"), next_text(t, expected, params.as_of))
        next_on = expected.due_on if expected else params.as_of
        own = next_product(found.usual_products, params.as_of, next_on)
        _line(t("outlook.product"), product_text(visit, own, found.usual_products, header.last_on, params))
        shop = remembered(visit, forecast_of, replace(params, channel=None))
        told = customer_forecast(visit.cursor, shop, header.customer_id, params)
        _line(t("outlook.forecast"), "\n".join(forecast_lines(visit, told)))
        path = page_path("forecast")
        if path:
            st.page_link(path, label=t("outlook.to_forecast"), icon=":material/trending_up:")


def _line(label: str, said: str) -> None:
    st.caption(plain(label))
    st.text(said)


def next_text(t: Translator, expected: NextPurchase | None, as_of: date) -> str:
    """When the next purchase is due, or was, and by whose rhythm."""
    if expected is None:
        return t("outlook.no_day")
    when = "late" if expected.due_on < as_of else "due"
    return t(f"outlook.{when}_{expected.basis}", day=t.date(expected.due_on), gap=t.days(expected.gap_days))


def product_text(
    visit: Visit, own: NextProduct | None, usual: Sequence[UsualProduct], last_on: date, params: Params
) -> str:
    """The product that is due by the customer's rhythm, else what others bought next, else the usual one."""
    t = visit.t
    if own is not None:
        facts = {"n": t.number(own.purchases), "gap": t.days(own.gap_days), "day": t.date(own.due_on)}
        return t("outlook.product_own", product=own.product, **facts)
    lately = [each for each in usual if each.last_on == last_on]
    others = _bought_next(visit, lately[0], params) if lately else None
    if others is not None:
        return others
    if usual and usual[0].purchases > 1:
        return t("outlook.product_usual", product=usual[0].product, n=t.number(usual[0].purchases))
    return t("outlook.no_product")


def _bought_next(visit: Visit, last: UsualProduct, params: Params) -> str | None:
    """What most of those who bought the same product bought next; ``None`` where too few did."""
    t = visit.t
    everyone = replace(params, channel=None)
    asked = {"product": last.product_key, "order": "confidence", "limit": 1}
    found = remembered(visit, table, "next_products", everyone, visit.settings, **asked)
    for row in found.frame.to_dict("records"):
        facts = {"times": t.number(row["times"]), "purchases": t.number(row["purchases"])}
        share = t.share(row["confidence"], 0)
        return t("outlook.product_next", product=row["next_name"], last=last.product, share=share, **facts)
    return None


def forecast_lines(visit: Visit, told: CustomerForecast | None) -> list[str]:
    """The probabilities and what is expected within a year."""
    t = visit.t
    if told is None:
        return [t("outlook.refused")]
    active = t("outlook.once") if told.active is None else t("outlook.active", share=chance_text(t, told.active))
    purchases = t.number(told.purchases_365, 1)
    year = t("outlook.year_plain", purchases=purchases)
    if told.revenue_365 is not None:
        money = t.money(about(told.revenue_365), visit.currency)
        year = t("outlook.year", purchases=purchases, revenue=money)
    return [active, t("outlook.buys", share=chance_text(t, told.buys_90)), year, t("outlook.how")]


def chance_text(t: Translator, chance: float) -> str:
    """A probability in whole per cent; none is called certain or impossible."""
    if chance > 1 - SURE:
        return t("outlook.over", share=t.share(1 - SURE, 0))
    return t("outlook.below", share=t.share(SURE, 0)) if chance < SURE else t.share(chance, 0)

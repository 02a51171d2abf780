"""The map of first products: which bring new customers, and which bring them back."""

from __future__ import annotations

from crm_core.charts.magnets import QUADRANTS, MagnetMap, magnet_chart
from crm_core.findings.products import magnets_of
from crm_core.metrics.spec import Table
from ui.chart import PeopleChoice, Rows, show_chart
from ui.people import people_in
from ui.session import Visit
from ui.table import headed

COLUMNS = ("name", "buyers", "start_share", "mature_buyers", "return_rate", "shop_rate", "lift", "product")


def magnets_card(visit: Visit, first: Table, window_days: int, by: str) -> None:
    """The map with words in its corners; ``first`` is the table first_purchase_products."""
    t, found = visit.t, magnets_of(first)
    ranked = sorted(first.columns, key=lambda column: COLUMNS.index(column.key) if column.key in COLUMNS else 99)
    show_chart(
        visit,
        "products_map",
        t("product.map.title"),
        magnet_chart(found, t, visit.theme),
        rows=Rows(first.frame, headed(t, ranked), "first_purchase_products.csv"),
        definition=t("product.map.how", days=window_days, it=t(f"product.it.{by}")),
        people=_people(visit, found, by),
        note=t("product.map.note" if found.magnets else "product.map.thin", thin=visit.settings.thin_below),
    )


def _people(visit: Visit, found: MagnetMap, by: str) -> PeopleChoice:
    """Those who started with a product, quadrant by quadrant."""
    t, links = visit.t, {}
    for quadrant in QUADRANTS:
        for magnet in found.magnets:
            link = people_in("started_with", kind=by, product_key=magnet.key)
            if link is not None and found.quadrant(magnet) == quadrant:
                links[f"{t(f'product.map.{quadrant}')} · {magnet.name}"] = link
    return PeopleChoice(t("product.people.label"), links)

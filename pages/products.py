"""Products: what is bought again, what leads to a second purchase, what goes together, who is due; and one product."""

from __future__ import annotations

from crm_core.metrics.measure import measure
from ui import address, frame
from ui.empty import missing
from ui.filters import filter_bar
from ui.product_view import product_view
from ui.products import overview
from ui.remembered import remembered

with frame.page("products") as visit:
    asked = filter_bar(visit, period=False, comparison=False).params
    share = remembered(visit, measure, ("customers", "identified_order_share"), asked, visit.settings)
    if not share["customers"].value:
        missing(visit, "customers")
    elif (product := address.chosen("product")) is not None:
        product_view(visit, asked, product)
    else:
        overview(visit, asked)
    frame.footer(visit, share["identified_order_share"], asked.period)

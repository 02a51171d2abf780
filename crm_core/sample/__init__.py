"""The sample shop: an invented Taiwanese tea-and-sweets shop, as files in the layouts of real exports.

``generate`` writes the files; ``SAMPLE_FILES`` names the ones that come with the product, in ``data/sample``.
Everything follows from one seed: the same code gives the same bytes. All people are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from crm_core.sample.behaviour import live
from crm_core.sample.calls import calls_of
from crm_core.sample.cases import cases_of
from crm_core.sample.checkout import number_orders
from crm_core.sample.layouts.counter import STORE, write_counter_sales
from crm_core.sample.layouts.forms import write_answers
from crm_core.sample.layouts.members import write_members
from crm_core.sample.layouts.records import write_calls, write_cases, write_deeds
from crm_core.sample.layouts.shopee import write_shopee_orders
from crm_core.sample.layouts.site import write_site_orders
from crm_core.sample.newsletters import deeds_of
from crm_core.sample.people import Town
from crm_core.sample.survey import WAVES, answers_of
from crm_core.schema import Kind

SEED = 20261115
SAMPLE_FOLDER = Path(__file__).parents[2] / "data" / "sample"


@dataclass(frozen=True)
class SampleFile:
    """One file of the sample shop.

    ``channel`` names the channel of its orders, ``None`` where the file holds no orders. ``description_key`` is the
    locale key of one sentence about the file.
    """

    kind: Kind
    path: Path
    channel: str | None
    description_key: str


SAMPLE_FILES = (
    SampleFile(Kind.ORDERS, SAMPLE_FOLDER / "orders_20261115.xlsx", "官網", "sample.files.site_orders"),
    SampleFile(Kind.ORDERS, SAMPLE_FOLDER / "Order.all.20250501_20261115.xlsx", "蝦皮", "sample.files.shopee_orders"),
    SampleFile(Kind.ORDERS, SAMPLE_FOLDER / "門市銷售明細_20261115.csv", STORE, "sample.files.counter_sales"),
    SampleFile(Kind.CUSTOMERS, SAMPLE_FOLDER / "顧客報表_20261115.csv", None, "sample.files.members"),
    SampleFile(Kind.SURVEY, SAMPLE_FOLDER / "購物滿意度調查_2026春 (回覆).csv", None, "sample.files.survey_spring"),
    SampleFile(Kind.SURVEY, SAMPLE_FOLDER / "購物滿意度調查_2026秋.csv", None, "sample.files.survey_autumn"),
    SampleFile(Kind.SERVICE, SAMPLE_FOLDER / "客服紀錄_20261115.csv", None, "sample.files.cases"),
    SampleFile(Kind.ACTIVITY, SAMPLE_FOLDER / "會員互動紀錄_20261115.csv", None, "sample.files.interactions"),
    SampleFile(Kind.CONTACTS, SAMPLE_FOLDER / "電話回訪紀錄_20261115.csv", None, "sample.files.calls"),
)


def generate(folder: Path) -> list[SampleFile]:
    """Write all files into an existing folder; they are named and ordered as ``SAMPLE_FILES``."""
    rng = Random(SEED)
    people, orders = live(rng, Town(rng))
    number_orders(rng, orders)
    spring, autumn = (answers_of(Random(f"{SEED} {wave.key}"), wave, orders) for wave in WAVES)
    files = [replace(file, path=folder / file.path.name) for file in SAMPLE_FILES]
    site, shopee, counter, members, first_wave, second_wave, cases, deeds, calls = (file.path for file in files)
    write_site_orders(site, (order for order in orders if order.channel == "site"))
    write_shopee_orders(shopee, (order for order in orders if order.channel == "shopee"))
    write_counter_sales(counter, (order for order in orders if order.channel == "counter"))
    write_members(members, people, orders)
    write_answers(first_wave, spring, from_sheets=True)
    write_answers(second_wave, autumn, from_sheets=False)
    write_cases(cases, cases_of(Random(f"{SEED} cases"), orders))
    write_deeds(deeds, deeds_of(Random(f"{SEED} newsletters"), orders))
    write_calls(calls, calls_of(Random(f"{SEED} calls"), orders))
    return files

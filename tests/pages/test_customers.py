"""The page Customers: its figures are those of the core and the command line, and one customer is shown whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.db import Database
from crm_core.findings.customers import customers_answer, slipping
from crm_core.i18n import Translator
from crm_core.metrics import rfm
from crm_core.metrics.customers import CustomerView, customer_reference, customer_view
from crm_core.metrics.measure import default_params
from crm_core.metrics.rfm import RfmCuts
from crm_core.metrics.rfm_overview import rfm_overview
from crm_core.metrics.score_ranges import Range, score_ranges
from crm_core.metrics.segments import SEGMENT_KEYS
from crm_core.metrics.spec import Reading, Unit
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core.builders import Shop
from tests.pages.shops import HOSTILE_COMMENT, HOSTILE_NAME, opened, words
from ui.customer_view import EVENTS_AT_FIRST, consent_text, labels
from ui.text import WORD_JOINER

LANGUAGES = ("zh-TW", "en")
DAY = date(2024, 5, 1)
WHOLE_SCORES = st.lists(st.integers(0, 60), min_size=3, max_size=4)


def customers_of(shop: Shop) -> list[str]:
    return [str(row["customer_id"]) for row in shop.table("rfm")]


def view_of(path: Path, customer_id: str) -> CustomerView:
    database, settings = Database(path), ShopSettings()
    with database.cursor() as cursor:
        asked = default_params(cursor, settings)
        assert asked is not None
        found = customer_view(cursor, customer_id, asked, settings)
    database.close()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_and_the_cards_say_what_the_command_line_says(filled_shop: Path, language: str) -> None:
    shop, t = Shop(filled_shop), Translator(language)
    top20 = shop.metrics("top20_revenue_share")["top20_revenue_share"]
    rows = {row["segment"]: row for row in shop.table("segments")}
    said = words(opened("customers", lang=language))
    assert t.share(top20["value"]) in said
    going = sum(rows[key]["customers"] for key in ("at_risk", "cant_lose"))
    assert going > 0
    assert t.number(going) in said.split("\n")[1]
    assert t.money(sum(rows[key]["revenue"] for key in ("at_risk", "cant_lose"))) in said
    for key, row in rows.items():
        card = said.split(f"\n**{t(f'segments.{key}.name')}**\n", 1)[1].split("\n")[0]
        people = t.plural("lists.page.people", row["customers"])
        assert card.split("  ")[0] == t("customers.segments.customers", people=people, share=t.share(row["share"]))
        assert t(f"segments.{key}.rule") in said
        assert t(f"segments.{key}.action") in said
    assert len(rows) == len(SEGMENT_KEYS)


def test_the_table_lists_every_customer_with_the_figures_of_the_command_line(filled_shop: Path) -> None:
    rows = {row["customer_id"]: row for row in Shop(filled_shop).table("rfm")}
    shown = opened("customers", lang="en").dataframe[-1].value
    bought = shown[shown["monetary"].notna()]
    assert sorted(bought["monetary"]) == pytest.approx(sorted(row["monetary"] for row in rows.values()))
    assert sorted(bought["rfm_score"]) == sorted(row["rfm_score"] for row in rows.values())
    assert list(bought["monetary"]) == sorted(bought["monetary"], reverse=True)
    assert HOSTILE_NAME in set(shown["who"])


@pytest.mark.usefixtures("filled_shop")
def test_search_segment_and_order_narrow_the_table() -> None:
    app = opened("customers", lang="en", segment="champions")
    assert set(app.dataframe[-1].value["segment"]) == {"Champions"}
    app.selectbox(key="customers_segment").set_value("").run()
    app.text_input(key="customers_search").set_value("person 12").run()
    assert list(app.dataframe[-1].value["who"]) == ["Person 12"]
    app.text_input(key="customers_search").set_value("0912345").run()
    assert len(app.dataframe[-1].value) > 3
    assert all(phone.startswith("0912-345-") for phone in app.dataframe[-1].value["phone"])
    app.text_input(key="customers_search").set_value("%' or 1=1 --").run()
    assert "Nothing matches." in words(app)
    assert not [link for link in app.get("page_link") if "segment_" in str(link.proto.query_string)]
    # What is searched may be an address or a name: it never gets into the address bar.
    assert "1=1" not in str(dict(app.query_params))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_customer_is_shown_with_the_figures_of_the_core(filled_shop: Path, language: str) -> None:
    t = Translator(language)
    for customer_id in customers_of(Shop(filled_shop))[:3]:
        view = view_of(filled_shop, customer_id)
        app = opened("customers", lang=language, customer=customer_reference(customer_id))
        said = words(app)
        assert f"{t('customers.one.purchases')} {t.number(view.header.purchases)}" in said
        assert f"{t('customers.one.revenue')} {t.money(view.header.revenue)}" in said
        assert t(f"segments.{view.header.segment}.name") in said
        assert len(app.expander) == min(EVENTS_AT_FIRST, len(view.orders) + len(view.answers))
        for known in view.identifiers:
            assert known.sources
            assert known.kind == "phone" or known.identifier in said
        for product in view.usual_products:
            assert product.product in said
        assert consent_text(t, view.header) in said
        app.button(key="back_to_customers").click().run()
        assert "customer" not in app.query_params
        assert t("customers.table.title") in words(app)


@pytest.mark.parametrize(
    ("tier", "tags", "told"),
    [
        ("VIP", "VIP, 門市會員", ["VIP", "門市會員"]),
        (None, "a、b；a", ["a", "b"]),
        ("Gold", None, ["Gold"]),
        (None, None, []),
    ],
)
def test_a_tag_that_repeats_the_tier_is_told_once(tier: str | None, tags: str | None, told: list[str]) -> None:
    assert labels(tier, tags) == told


def test_what_customers_typed_stays_plain_text(filled_shop: Path) -> None:
    shop = Shop(filled_shop)
    ids = shop.query("select customer_id from answer_mart where comment like '**bold**%' and customer_id is not null")
    named = shop.query("select customer_id from customer_mart where name like '=HYPERLINK%'")
    app = opened("customers", lang="en", customer=customer_reference(str(named[0][0])))
    title = str(app.subheader[0].value)
    assert title.replace("\\", "").replace(WORD_JOINER, "") == HOSTILE_NAME
    assert "\\(" in title
    assert "//evil" not in title  # or Markdown makes a link of it
    opened("customers", lang="en", customer=customer_reference(str(ids[0][0])))
    assert HOSTILE_COMMENT not in "".join(str(element.value) for element in app.markdown)


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("hostile", ["<img src=x>", "' or 1=1 --", "c1@example.com", "0" * 16])
@pytest.mark.parametrize(("language", "what"), [("en", "There is no such customer."), ("zh-TW", "沒有這位顧客。")])
def test_a_reference_to_nobody_is_refused_with_a_way_back(hostile: str, language: str, what: str) -> None:
    app = opened("customers", lang=language, customer=hostile)
    assert what in app.error[0].value.replace("\\", "")
    assert hostile not in app.error[0].value
    app.button(key="back_to_customers").click().run()
    assert not app.error


@pytest.mark.usefixtures("filled_shop")
def test_a_segment_that_does_not_exist_is_every_segment() -> None:
    app = opened("customers", lang="en", segment="<script>", channel="<b>", as_of="2999-99-99")
    assert app.selectbox(key="customers_segment").value == ""
    assert not app.error


@pytest.mark.usefixtures("empty_shop")
@pytest.mark.parametrize(("language", "sentence"), [("en", "No orders yet"), ("zh-TW", "還沒有訂單資料")])
def test_an_empty_shop_is_told_what_to_upload(language: str, sentence: str) -> None:
    assert sentence in words(opened("customers", lang=language))


@pytest.mark.parametrize("channel", [None, "web"])
def test_the_overview_gives_what_its_parts_give_one_by_one_and_leaves_nothing_behind(
    filled_shop: Path, channel: str | None
) -> None:
    database, settings = Database(filled_shop), ShopSettings()
    with database.cursor() as cursor:
        asked = default_params(cursor, settings)
        assert asked is not None
        asked = replace(asked, channel=channel)
        found = rfm_overview(cursor, asked, settings)
        pd.testing.assert_frame_equal(found.segments, rfm.segments(cursor, asked, settings))
        pd.testing.assert_frame_equal(found.cells, rfm.rfm_map(cursor, asked, settings))
        pd.testing.assert_frame_equal(found.pareto, rfm.pareto(cursor, asked, settings))
        assert found.top20 == rfm.top20_revenue_share(cursor, asked, settings)
        assert found.cuts == rfm.rfm_cuts(cursor, asked, settings)
        earlier = replace(asked, as_of=date(2024, 2, 1), channel=None)
        before = rfm.segments(cursor, earlier, settings)
    with database.cursor() as cursor:
        pd.testing.assert_frame_equal(before, rfm.segments(cursor, earlier, settings))
    database.close()
    assert before["customers"].sum() != found.segments["customers"].sum()


def segments_frame(**customers: int) -> pd.DataFrame:
    rows = [
        {"segment": key, "customers": customers.get(key, 0), "revenue": 10.0 * customers.get(key, 0)}
        for key in SEGMENT_KEYS
    ]
    return pd.DataFrame(rows)


def test_the_sentence_fits_the_shop() -> None:
    t, asked = Translator("en"), Params(DAY, Period(DAY, DAY))
    top20 = Reading("top20_revenue_share", Unit.SHARE, 0.6335, 40)
    going = slipping(segments_frame(loyal=30, at_risk=7, cant_lose=3))
    assert (going.customers, going.revenue, going.all_customers) == (10, 100.0, 40)
    told = customers_answer(top20, going, asked, t, "TWD").sentence
    assert told.startswith("The 20% who spend most bring 63.4% of revenue; 10 customers")
    assert "NT$100" in told
    nobody = customers_answer(top20, slipping(segments_frame(loyal=40)), asked, t, "TWD").sentence
    assert "no customer who used to come often" in nobody
    few = customers_answer(replace(top20, sample_size=2), slipping(segments_frame(new=2)), asked, t, "TWD").sentence
    assert few.startswith("Known customers who have bought so far: 2")


# ------------------------------------------------------------------------------------------ what the scores stand for


def holds(values: Range, value: float, *, is_amount: bool = False) -> bool:
    over = values.low is None or (value > values.low if is_amount else value >= values.low)
    return over and (values.high is None or value <= values.high)


def score(value: float, cuts: tuple[float, ...], *, fewer_is_better: bool = False) -> int:
    """The rule of METRICS §5, written once more."""
    return 1 + sum(cut > value if fewer_is_better else cut < value for cut in cuts)


@given(
    st.lists(st.floats(0, 60), min_size=3, max_size=3).map(sorted),
    st.lists(st.floats(1, 12), min_size=3, max_size=3).map(sorted),
    WHOLE_SCORES.map(lambda found: sorted(found)[:3]),
    st.integers(0, 80),
    st.integers(1, 20),
    st.floats(-20, 90),
)
def test_every_value_lies_in_the_range_of_its_score_and_in_no_other(
    recency: list[float], frequency: list[float], monetary: list[float], days: int, times: int, amount: float
) -> None:
    cuts = RfmCuts(tuple(recency), tuple(frequency), tuple(monetary), "quantiles", 9)
    ranges = {entry.score: entry for entry in score_ranges(cuts)}
    assert list(ranges) == [4, 3, 2, 1]
    for number, entry in ranges.items():
        assert holds(entry.recency, days) == (number == score(days, cuts.recency, fewer_is_better=True))
        assert holds(entry.frequency, times) == (number == score(times, cuts.frequency))
        assert holds(entry.monetary, amount, is_amount=True) == (number == score(amount, cuts.monetary))


def test_without_buyers_there_are_no_ranges() -> None:
    assert score_ranges(RfmCuts((), (), (), "quantiles", 0)) == ()

"""The page that asks who is the same person: what it says is what the core found, and its answers take effect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_core import decisions
from crm_core.db import Database
from crm_core.decisions import Action, NamedBy
from crm_core.duplicates import Review, review
from crm_core.i18n import Translator
from crm_core.metrics.customers import customer_reference
from crm_core.metrics.measure import default_params
from crm_core.schema import Kind
from crm_core.settings import ShopSettings
from tests.core.builders import Document, take_in
from tests.pages.shops import opened, served, words
from ui import session
from ui.duplicates import contact_in, in_order, reasons_text

LANGUAGES = ("zh-TW", "en")
ANN = {"customer_name": "林美美", "email": "mei.lin@gmail.com"}
TWIN = {"customer_name": "林美美", "email": "mei.lin@gmial.com"}
HOSTILE = "[Ann](http://evil.example) :red[Lee]"
MING = {"customer_name": HOSTILE, "phone": "0911222333"}
MONG = {"customer_name": HOSTILE, "phone": "0911222338"}


def order(order_id: str, day: int, **person: object) -> Document:
    row: Document = {"order_id": order_id, "ordered_at": f"2024-03-{day:02}", "quantity": 1, "unit_price": 10}
    return {"product": f"Product {order_id}", **row, **person}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two pairs that look like one person each, and a phone with four names."""
    path = tmp_path / "template.duckdb"
    database = Database(path)
    people = [order(f"o{no}", 1 + no, **person) for no, person in enumerate((ANN, TWIN, MING, MONG))]
    shared = [order(f"s{no}", 10 + no, phone="0922333444", customer_name=f"Person {no}") for no in range(4)]
    take_in(database, Kind.ORDERS, [*people, order("again", 8, **ANN), *shared])
    database.close()
    monkeypatch.setenv("HUIKE_DB", str(tmp_path / "served.duckdb"))
    with served(path, tmp_path) as copy:
        yield copy


def found() -> Review:
    with session.shop_database().cursor() as cursor:
        params = default_params(cursor, ShopSettings())
        assert params is not None
        return review(cursor, params, ShopSettings())


def made() -> list[tuple[Action, bool]]:
    with session.shop_database().cursor() as cursor:
        return [(each.action, each.is_in_force) for each in decisions.decisions(cursor)]


def customers() -> set[str | None]:
    with session.shop_database().cursor() as cursor:
        return {row[0] for row in cursor.execute("select customer_id from order_mart").fetchall()}


def pair_key(number: int) -> str:
    pair = found().pairs[number]
    return f"{pair.left.reference}_{pair.right.reference}"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_core_found(language: str) -> None:
    t, waiting = Translator(language), found()
    said = words(opened("duplicates", lang=language))
    assert (len(waiting.pairs), waiting.shared_count) == (2, 1)
    together = waiting.all_together
    assert t.share(together.rate_before, 2) in said
    assert t.share(together.rate_after, 2) in said
    for pair in waiting.pairs:
        assert reasons_text(t, pair.reasons) in said
        for person in (pair.left, pair.right):
            assert all(email in said for email in person.emails)
    assert HOSTILE in said
    assert "0922-333-444" in said
    assert t("duplicates.history.empty") in said


@pytest.mark.usefixtures("shop")
def test_merging_and_taking_it_back() -> None:
    app, before = opened("duplicates", lang="en"), customers()
    app.button(key=f"merge_{pair_key(0)}").click().run()
    assert not app.exception
    assert len(customers()) == len(before) - 1
    assert made() == [(Action.MERGE, True)]
    assert len(found().pairs) == 1
    app.button(key="undo_decision_1").click().run()
    assert not app.exception
    assert customers() == before
    assert made() == [(Action.MERGE, False)]
    assert "undone" in words(app)


@pytest.mark.usefixtures("shop")
def test_different_people_are_not_asked_about_again() -> None:
    app, key = opened("duplicates", lang="en"), pair_key(0)
    app.button(key=f"apart_{key}").click().run()
    assert made() == [(Action.APART, True)]
    assert f"merge_{key}" not in [button.key for button in app.button]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("key", "action"), [("aside_0", Action.SET_ASIDE), ("trust_0", Action.TRUST)])
def test_a_shared_phone_is_decided_about(key: str, action: Action) -> None:
    app, before = opened("duplicates", lang="zh-TW"), len(customers())
    app.button(key=key).click().run()
    assert made() == [(action, True)]
    assert len(customers()) == (before if action is Action.SET_ASIDE else before - 3)
    assert found().shared_count == 0


@pytest.mark.usefixtures("shop")
def test_the_phone_of_the_shop_itself_recognises_nobody() -> None:
    app = opened("duplicates", lang="en")
    app.text_input(key="own_contact_text").set_value("no phone")
    app.button[[b.label for b in app.button].index("Recognise nobody by it")].click().run()
    assert "neither a phone nor an e-mail" in words(app)
    app.text_input(key="own_contact_text").set_value("0911-222-333")
    app.button[[b.label for b in app.button].index("Recognise nobody by it")].click().run()
    assert made() == [(Action.SET_ASIDE, True)]
    assert contact_in("Ann@Example.com", "TW") == NamedBy("email", "ann@example.com")


@pytest.mark.usefixtures("shop")
def test_the_pairs_that_change_most_can_come_first() -> None:
    pairs = found().pairs
    changes = [abs(pair.effect.change) for pair in in_order(pairs, "by_effect")]
    assert changes == sorted(changes, reverse=True)
    assert in_order(pairs, "by_likelihood") == list(pairs)
    assert not opened("duplicates", lang="en", order="by_effect").exception


@pytest.mark.usefixtures("shop")
def test_one_customer_is_merged_with_another_and_split_from_the_view() -> None:
    app = opened("customers", lang="en", customer=customer_reference("+886911222333"))
    assert "0911-222-333" in words(app)
    app.text_input(key="join_search").set_value("mei.lin").run()
    assert len(app.selectbox(key="join_pick").options) == 2
    app.selectbox(key="join_pick").set_value("mei.lin@gmail.com").run()
    app.text_input(key="join_reason").set_value("told us").run()
    app.button(key="join_do").click().run()
    assert not app.exception
    assert not app.error
    assert app.query_params["customer"] == customer_reference("mei.lin@gmail.com")
    said = words(app)
    assert "0911-222-333" in said
    assert "mei.lin@gmail.com" in said
    with session.shop_database().cursor() as cursor:
        assert decisions.decisions(cursor)[0].reason == "told us"
    app.button(key="undo_decision_1").click().run()
    assert not app.error
    assert made() == [(Action.MERGE, False)]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_says_where_the_details_come_from(language: str) -> None:
    with session.shop_database().write():
        pass
    take_in(
        session.shop_database(),
        Kind.CUSTOMERS,
        [{"email": "mei.lin@gmail.com", "name": "林美", "city": "台北市", "consent_email": "yes"}],
    )
    t = Translator(language)
    said = words(opened("customers", lang=language, customer=customer_reference("mei.lin@gmail.com")))
    assert t("duplicates.sources.line", field=t("duplicates.field.name"), value="林美") in said
    assert t("duplicates.sources.line", field=t("duplicates.field.city"), value="台北市") in said
    assert t("duplicates.sources.orders", file="rows.csv") in said
    lost = t("duplicates.sources.lost", value="林美美", source="|", when="|").split("|")[0]
    assert lost in said


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_reasons_read_as_one_sentence(language: str) -> None:
    t = Translator(language)
    said = reasons_text(t, ("same_name_city", "same_products"))
    assert said[0] == said[0].upper()
    assert t("duplicates.reason.same_products") in said
    assert not any(part.lstrip()[:1].isupper() for part in said.split(",")[1:])

"""Building a list on the page Lists: the count is the core's, the link holds the conditions, saved lists open again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.decisions import identifiers_of
from crm_core.i18n import Translator
from crm_core.lists.conditions import All, AnyOf, Node, Not, condition, from_json, to_json
from crm_core.lists.saved import save_list, saved_lists
from crm_core.lists.sources import source_size
from crm_core.lists.trees import opposite
from crm_core.metrics.measure import default_params
from tests.pages.shops import opened, visit_of, words

OFTEN = condition("purchases", "at_least", 3)
WITHOUT_MAIL = condition("has_email", "no")
TREE = All((OFTEN, AnyOf((WITHOUT_MAIL, Not(condition("nps", "at_least", 9))))))


def people(node: Node) -> int:
    with visit_of("lists", "en") as visit:
        asked = default_params(visit.cursor, visit.settings)
        assert asked is not None
        return source_size(visit.cursor, node, asked, visit.settings).customers


def built(language: str, node: Node | None = None, **query: str) -> AppTest:
    asked = {"if": to_json(node)} if node is not None else {}
    return opened("lists", lang=language, part="build", **asked, **query)


def in_address(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def tree_of(app: AppTest) -> Node:
    return from_json(in_address(app, "if"))


DAMAGED = {
    "saved_list_unreadable": '{"all":[',
    "saved_list_fact": '{"fact":"shoe_size","is":"at_least","value":40}',
    "saved_list_item": to_json(condition("bought", "at_least", 1, kind="product", item_key="GONE-9", within_days=0)),
}


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_saved_list_that_cannot_be_used_stops_nothing_and_can_be_deleted(filled_shop: Path, language: str) -> None:
    """Damaged, of a fact or of a product that is gone: told on the three pages, and one button takes each away."""
    t = Translator(language)
    told = {"list": "VIP", "name": "shoe_size", "item": "GONE-9"}
    with visit_of("lists", language) as visit, visit.database.write_beside() as cursor:
        fine = save_list(cursor, "Fine", OFTEN, "Mei", datetime(2024, 6, 1))
        flawed = {code: save_list(cursor, f"VIP {code}", OFTEN, "Mei", datetime(2024, 6, 1)) for code in DAMAGED}
        for code, number in flawed.items():
            cursor.execute("update saved_lists set conditions = ? where list_id = ?", [DAMAGED[code], number])
    said = {code: t(f"errors.{code}.what", **{**told, "list": f"VIP {code}"}) for code in DAMAGED}
    sheet = opened("calls", lang=language, call=f"saved-{fine},saved-{flawed['saved_list_unreadable']}")
    assert all(words(sheet).count(each) == 1 for each in said.values())
    offered = [option for option in sheet.multiselect(key="call_lists").options if "VIP" in option]
    assert offered == [t("calls.form.saved", name="VIP saved_list_item")]
    assert sheet.dataframe[0].value.shape[0]
    assert opened("lists", lang=language).markdown
    broken = built(language, saved=str(flawed["saved_list_fact"]))
    assert said["saved_list_fact"] in words(broken)
    emptied = built(language, saved=str(flawed.pop("saved_list_item")))
    assert said["saved_list_item"] in words(emptied)
    emptied.button(key="builder_delete").click().run()
    for number in flawed.values():
        broken.button(key=f"delete_flawed_{number}").click().run()
        assert not broken.exception
    with visit_of("lists", language) as visit:
        assert [entry.list_id for entry in saved_lists(visit.cursor)] == [fine]
    assert not any("VIP" in each.value for each in broken.warning)


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "bought at least 3 times and (has no e-mail address or not (latest NPS score at least 9 points))"),
        ("zh-TW", "總共買過至少 3 次，而且（沒有電子郵件，或是不是（最近一次的 NPS 分數至少 9 分））"),
    ],
)
def test_a_link_shows_the_conditions_in_words_and_how_many_fulfil_each(language: str, said: str) -> None:
    app, t = built(language, TREE), Translator(language)
    shown, found = words(app), people(TREE)
    everyone = people(All(()))
    assert found > 2
    assert said in shown
    assert t.plural("conditions.page.people", found).strip() in shown
    for part, key in ((OFTEN, "fulfil"), (TREE.parts[1], "fulfil_group"), (WITHOUT_MAIL, "fulfil")):
        count = people(part)
        assert t.plural(f"conditions.page.{key}", count, share=t.share(count / everyone)) in shown
    assert len(app.dataframe[0].value) == min(found, 50)


@pytest.mark.usefixtures("filled_shop")
def test_conditions_that_python_computes_for_can_be_remembered() -> None:
    due = condition("reorder_due", "yes", kind="product", item_key="")
    never = condition("contacts_lately", "at_most", 0, within_days=30)
    for tree in (All((never,)), All((Not(due),)), All((condition("on_list", "yes", list_key="top_spenders"),))):
        app = built("en", tree)
        assert not app.error
        assert Translator("en").plural("conditions.page.people", people(tree)) in words(app)


@pytest.mark.usefixtures("filled_shop")
def test_a_contact_that_was_just_entered_counts_at_once() -> None:
    contacted = All((condition("contacts_lately", "at_least", 1, within_days=0),))
    app = built("en", contacted)
    assert "Nobody fits at present" in words(app)
    with visit_of("lists", "en") as visit, visit.database.write_beside() as cursor:
        (customer,) = cursor.execute("select min(customer_id) from customer_mart").fetchone() or ("",)
        cursor.execute(
            "insert into contact_entries by name select 1 as entry_id, '2024-05-01 10:00'::timestamp as contacted_at, "
            "'phone' as channel, 'reached' as outcome, '' as agent, '2024-05-01 02:00'::timestamp as entered_at"
        )
        for own in identifiers_of(cursor, customer):
            cursor.execute("insert into contact_entry_identifiers values (1, ?, ?)", [own.kind, own.identifier])
    assert "1 customer on the list" in words(app.run())


@pytest.mark.usefixtures("filled_shop")
def test_conditions_are_added_turned_round_changed_and_removed() -> None:
    app = built("en")
    app.button(key="builder_add_root").click().run()
    app.selectbox(key="condition_area").select("products").run()
    app.selectbox(key="condition_fact_products").select("bought").run()
    app.selectbox(key="condition_of_bought_item_key_product").select("SKU1").run()
    app.number_input(key="condition_amount_bought").set_value(2).run()
    app.button(key="condition_take").click().run()
    bought = condition("bought", "at_least", 2, kind="product", item_key="SKU1", within_days=0)
    assert tree_of(app) == All((bought,))
    assert "bought “Product SKU1” at least 2 times" in words(app)
    app.button(key="builder_opposite_0").click().run()
    assert tree_of(app) == All((Not(bought),))
    app.button(key="builder_change_0").click().run()
    app.number_input(key="condition_of_bought_within_days").set_value(60).run()
    app.button(key="condition_take").click().run()
    changed = condition("bought", "at_least", 2, kind="product", item_key="SKU1", within_days=60)
    assert tree_of(app) == All((Not(changed),))
    app.button(key="builder_remove_0").click().run()
    assert tree_of(app) == All(())
    assert not app.error


@pytest.mark.usefixtures("filled_shop")
def test_a_list_is_saved_opened_by_its_short_link_and_refused_once_it_is_gone() -> None:
    app = built("en", TREE)
    app.text_input(key="save_list_name").set_value("Often, no mail")
    next(button for button in app.button if button.label == "Save the list").click().run()
    number = in_address(app, "saved")
    assert "if" not in app.query_params
    with visit_of("lists", "en") as visit:
        (kept,) = saved_lists(visit.cursor)
    assert (kept.name, kept.node, str(kept.list_id)) == ("Often, no mail", TREE, number)
    again = built("en", saved=number)
    assert "bought at least 3 times" in words(again)
    again.button(key="builder_delete").click().run()
    assert "saved" not in again.query_params
    gone = built("en", saved=number)
    assert "This saved list is not there any more" in words(gone)
    gone.button(key="builder_clear").click().run()
    assert not gone.error


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize(
    "damaged",
    ['{"all":', '{"fact":"name","is":"exactly","value":1}', '{"fact":"age","is":"at_least","value":"1) or (1=1"}'],
)
def test_a_damaged_link_is_refused_with_a_way_on(damaged: str) -> None:
    app = opened("lists", lang="zh-TW", part="build", **{"if": damaged})
    assert "請" in app.error[0].value
    app.button(key="builder_clear").click().run()
    assert not app.error
    assert "if" not in app.query_params


@pytest.mark.usefixtures("filled_shop")
def test_conditions_too_long_for_a_link_stay_and_can_be_saved() -> None:
    app = built("en", AnyOf(tuple(condition("city", "one_of", [f"{'城' * 60}{number}"]) for number in range(6))))
    app.button(key="builder_add_root").click().run()
    app.selectbox(key="condition_area").select("reach").run()
    app.selectbox(key="condition_fact_reach").select("has_phone").run()
    app.button(key="condition_take").click().run()
    assert "if" not in app.query_params
    assert "too many conditions for a link" in words(app)
    assert "has a phone number" in words(app)
    app.button(key="builder_remove_0").click().run()
    app.button(key="builder_remove_0").click().run()
    app.button(key="builder_remove_0").click().run()
    assert "if" in app.query_params


def test_the_opposite_of_the_opposite_is_the_condition() -> None:
    for leaf in (OFTEN, WITHOUT_MAIL, condition("gender", "one_of", ["female"]), condition("nps", "unknown")):
        assert opposite(opposite(leaf)) == leaf

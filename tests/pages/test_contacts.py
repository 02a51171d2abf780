"""Contacts on screen: entered and taken back where the customer is, counted and listed in the log."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from crm_core.i18n import Translator, languages
from crm_core.lists.contact_log import Entry, add_contact
from crm_core.metrics.customers import customer_reference
from crm_core.schema import Kind
from tests.core.builders import random_contacts, take_in
from tests.pages.shops import opened, words
from ui import session
from ui.import_desk import now

LOG_PAGE = """
from datetime import date
from crm_core.i18n import Translator
from crm_core.params import Params, Period
from ui.contact_log import contact_log_part
from ui.session import visit
import streamlit as st

with visit("calls", Translator(st.query_params["lang"])) as here:
    contact_log_part(here, Params(date(2024, 5, 31), Period(date(2024, 5, 1), date(2024, 5, 31))))
"""


def log_of(language: str, **query: str) -> AppTest:
    app = AppTest.from_string(LOG_PAGE, default_timeout=30)
    for name, value in {"lang": language, **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def somebody() -> str:
    with session.shop_database().cursor() as cursor:
        found = cursor.execute("select min(customer_id) from customer_mart where phone is not null").fetchall()
    return str(found[0][0])


@pytest.mark.parametrize("language", languages())
def test_a_contact_is_entered_and_taken_back(filled_shop: Path, language: str) -> None:
    t, customer_id = Translator(language), somebody()
    app = opened("customers", lang=language, customer=customer_reference(customer_id))
    assert t("contacts.card.none") in words(app)
    next(box for box in app.text_input if box.label == t("contacts.form.reason")).set_value("=1+1 **x**")
    next(box for box in app.text_input if box.label == t("contacts.form.agent")).set_value("小美")
    next(box for box in app.radio if box.label == t("contacts.form.outcome")).set_value("not_reached")
    next(button for button in app.button if button.label == t("contacts.form.save")).click().run()
    assert not app.exception
    with session.shop_database().cursor() as cursor:
        kept = "select outcome, channel, reason, agent from contact_entries"
        assert cursor.execute(kept).fetchall() == [("not_reached", "phone", "=1+1 **x**", "小美")]
    titles = [expander.label for expander in app.expander]
    assert any(t("contacts.outcome.not_reached") in title for title in titles)
    next(button for button in app.button if button.label == t("contacts.card.undo")).click().run()
    assert t("contacts.card.none") in words(app)


def test_who_wants_no_contact_may_be_contacted_again(filled_shop: Path) -> None:
    t, customer_id = Translator("en"), somebody()
    app = opened("customers", lang="en", customer=customer_reference(customer_id))
    labels = (t("contacts.card.refused_button"), t("contacts.card.allowed_button"))
    for pressed, other in (labels, labels[::-1]):
        next(button for button in app.button if button.label == pressed).click().run()
        assert not app.exception
        shown = [button.label for button in app.button]
        assert (other in shown, pressed in shown) == (True, False)
        assert (t("contacts.card.refused") in words(app)) is (pressed == labels[0])
    with session.shop_database().write_beside() as cursor:
        asked = "select outcome, channel from contact_entries order by entry_id"
        assert cursor.execute(asked).fetchall() == [("refused", None), ("allowed", None)]
        yesterday = now() - timedelta(days=1)
        cursor.execute("delete from contact_entries")
        add_contact(cursor, customer_id, Entry("refused", "sms", yesterday), yesterday)
    app = opened("customers", lang="en", customer=customer_reference(customer_id))
    assert t("contacts.card.refused_by", channels=t("contacts.channel.sms")) in words(app)
    assert set(labels) <= {button.label for button in app.button}


@pytest.mark.parametrize("language", languages())
def test_the_log_tells_the_figures_of_the_core(
    filled_shop: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.contact_log.page_path", lambda key: None)
    t = Translator(language)
    assert t("contacts.answer.none") in words(log_of(language))
    rows = random_contacts(random.Random(4), 60)
    take_in(session.shop_database(), Kind.CONTACTS, rows)
    calls = [row["outcome"] for row in rows if row["channel"] == "phone"]
    reached = sum(outcome in ("reached", "refused") for outcome in calls)
    sentence = t(
        "contacts.answer.rate",
        reached=t.number(reached),
        tried=t.number(len(calls)),
        share=t.share(reached / len(calls)),
    )
    app = log_of(language)
    assert sentence in words(app)
    known = [row for row in rows if row.get("customer_id") or row.get("email") or row.get("phone")]
    assert len(app.dataframe[-1].value) == min(50, len(known))
    assert t("contacts.weeks.title") in words(app)
    weekly = next(each.value for each in app.dataframe if list(each.value)[:4] == ["start", "end", "contacts", "tried"])
    assert [weekly["tried"].sum(), weekly["reached"].sum()] == [len(calls), reached]
    for by in ("weekday", "source", "channel", "agent"):
        assert t("contacts.reasons.title") in words(log_of(language, by=by, since="weeks_13"))

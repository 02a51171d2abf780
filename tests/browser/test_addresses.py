"""Addresses that a person writes by hand."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from crm_core.i18n import Translator
from tests.browser.conftest import OpenPage, settled


def test_the_key_of_the_first_page_leads_to_it_with_its_choices(open_page: OpenPage) -> None:
    page = open_page("week?lang=en&week=2026-W40")
    expect(page.get_by_role("heading", level=1)).to_have_text(Translator("en")("app.page.week.title"))
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    address = urlsplit(page.url)
    assert address.path == "/"
    assert parse_qs(address.query) == {"lang": ["en"], "week": ["2026-W40"]}
    expect(
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=Translator("en")("app.page.week.name"))
    ).to_have_count(1)


def test_an_address_that_leads_nowhere_is_said(open_page: OpenPage) -> None:
    expect(open_page("nowhere").get_by_role("dialog")).to_be_visible()

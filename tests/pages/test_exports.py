"""On an opened list: what its file is for, whom it holds, who takes it out, and the log of files."""

from __future__ import annotations

import pytest

from crm_core.i18n import Translator
from crm_core.lists.contactable import Channel, rules_on
from crm_core.lists.exports import Export, FileFormat, remaining
from crm_core.lists.layouts import LAYOUTS
from crm_core.metrics.measure import default_params
from tests.pages.shops import opened, visit_of, words
from ui.contact_day import today
from ui.export_form import file_bytes, left_words

LIST = "detractors_to_call"


@pytest.mark.usefixtures("filled_shop")
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_the_form_tells_whom_the_file_holds_and_the_log_who_took_it(language: str) -> None:
    t = Translator(language)
    app = opened("lists", lang=language, list=LIST)
    assert t("exports.page.author_first") in words(app)
    app.text_input(key="export_by").set_value("Mei").run()
    assert t("exports.page.logged") in words(app)
    app.selectbox(key="export_layout").set_value("sms").run()
    with visit_of("lists", language) as visit:
        asked = default_params(visit.cursor, visit.settings)
        assert asked is not None
        rules = rules_on(today(visit), visit.settings, Channel.SMS)
        export = Export(LIST, asked, visit.settings, LAYOUTS["sms"], rules)
        found = remaining(visit.cursor, export)
        assert 0 < found.customers < found.listed
        sizes = {"n": t.number(found.customers), "listed": t.number(found.listed)}
        assert t("exports.page.remain", **sizes) in words(app)
        assert left_words(visit, found.left_out.items()) in words(app)
        assert t("exports.log.empty") in words(opened("lists", lang=language, part="exports"))
        content = file_bytes(visit, export, FileFormat.CSV, by="Mei", name="A list")
    assert content.count(b"\r\n") - 1 == found.customers
    shown = opened("lists", lang=language, part="exports").dataframe[0].value
    assert shown[["exported_by", "name", "file_format"]].to_numpy().tolist() == [["Mei", "A list", "CSV"]]
    assert shown[["customers", "left_out"]].to_numpy().tolist() == [[found.customers, found.listed - found.customers]]

"""Words and formats in both languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import CrmError, DatabaseBusy, InvalidParams, MappingRefused
from crm_core.i18n import Translator, best_language, currency_digits, languages, texts
from crm_core.metrics.spec import Reading, Unit

ZH, EN = Translator("zh-TW"), Translator("en")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh-TW"),
        ("", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("zh_Hant_HK", "zh-TW"),
        ("en-US", "en"),
        ("ja", "en"),
        ("fr;q=0.3,en-US;q=0.8,zh-HK", "zh-TW"),
        ("zh;q=0.2,en;q=0.9", "en"),
        ("en;q=<script>", "en"),
    ],
)
def test_the_browser_decides_the_language(accept: str | None, language: str) -> None:
    assert best_language(accept) == language


def test_amounts_are_written_as_people_pay_them() -> None:
    assert ZH.money(Decimal("1234.5")) == "NT$1,235"
    assert EN.money(-1234.5, "USD") == "−$1,234.50"
    assert ZH.money(-1234.5, "USD") == "−US$1,234.50"
    assert ZH.compact_money(123_456) == "NT$12.3萬"
    assert EN.compact_money(-123_456) == "−NT$123.5K"
    assert ZH.compact_money(1_500) == "NT$1,500"
    assert (currency_digits("TWD"), currency_digits("JPY"), currency_digits("USD")) == (0, 0, 2)


def test_numbers_round_half_away_from_zero_as_a_till_does() -> None:
    assert [ZH.money(Decimal(text)) for text in ("0.5", "1.5", "2.5", "-2.5")] == ["NT$1", "NT$2", "NT$3", "−NT$3"]
    assert ZH.share(0.4125) == "41.3%"
    assert [ZH.share(share) for share in (0.2915, 0.6335)] == ["29.2%", "63.4%"]


def test_a_value_is_written_by_its_unit() -> None:
    readings = [
        Reading("a", Unit.COUNT, 1204, 1204),
        Reading("b", Unit.SHARE, 496 / 1204, 1204),
        Reading("c", Unit.DAYS, 59, 9),
        Reading("d", Unit.TIMES, 2.597, 9),
        Reading("e", Unit.POINTS, -35.897, 39),
        Reading("f", Unit.MONEY, Decimal("38.81"), 9),
    ]
    assert [ZH.reading_text(r, "USD") for r in readings] == ["1,204", "41.2%", "59 天", "2.6 次", "−35.9", "US$38.81"]
    assert [EN.reading_text(r, "USD") for r in readings] == [
        "1,204",
        "41.2%",
        "59 days",
        "2.6 times",
        "−35.9",
        "$38.81",
    ]


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("undefined", [None, float("nan")])
def test_undefined_is_a_dash_and_never_zero(unit: Unit, undefined: float | None) -> None:
    for t in (ZH, EN):
        assert t.value(undefined, unit) == "—"
        assert t.signed(undefined, unit) == "—"
        assert t.value(0, unit) != "—"


def test_changes_carry_their_sign_and_shares_change_in_points() -> None:
    assert ZH.signed(0.031, Unit.SHARE) == "+3.1 個百分點"
    assert EN.signed(-0.031, Unit.SHARE) == "−3.1 points"
    assert EN.signed(0, Unit.COUNT) == "±0"
    assert ZH.signed(-1200, Unit.MONEY) == "−NT$1,200"
    assert EN.signed_share(0.125) == "+12.5%"
    assert EN.signed_share(None) == "—"


def test_one_day_is_not_many_days() -> None:
    assert [EN.days(n) for n in (1, 2, 59.5)] == ["1 day", "2 days", "59.5 days"]
    assert ZH.days(1) == "1 天"


def test_once_is_not_several_times() -> None:
    assert EN.times(1) == "1 time"
    assert EN.times(1.004) == "1 time"
    assert EN.times(2.6) == "2.6 times"
    assert ZH.times(1) == "1 次"
    assert EN.times(None) == "—"


def test_dates() -> None:
    day = date(2026, 11, 15)
    assert (ZH.date(day), EN.date(day)) == ("2026年11月15日", "Nov 15, 2026")
    assert (ZH.month(day), EN.month(day)) == ("2026年11月", "Nov 2026")
    assert ZH.date_range(date(2026, 11, 9), day) == "2026年11月9日至15日"
    assert ZH.date_range(day, day) == ZH.date(day)
    assert ZH.datetime(datetime(2026, 11, 15, 14, 3)) == "2026年11月15日 下午2:03"
    assert (ZH.date(None), ZH.datetime(None)) == ("—", "—")


def test_an_interval_is_told_only_where_there_is_one() -> None:
    nps = Reading("nps", Unit.POINTS, 25, 20, -11.7, 55.2)
    assert EN.interval_text(nps) == "95% interval −11.7 to 55.2"
    assert EN.interval_text(Reading("orders", Unit.COUNT, 3, 3)) is None


def test_an_unknown_key_or_a_missing_value_is_an_error() -> None:
    for key in ("app.no.such.key", "nowhere.at_all", "app"):
        with pytest.raises(KeyError):
            ZH(key)
        assert not ZH.has(key)
    with pytest.raises(KeyError):
        ZH("app.footer.data_up_to")


def test_what_a_person_typed_is_never_read_as_a_placeholder() -> None:
    assert "{shop.secret}" in ZH("app.filter.refused", what="{shop.secret}")


def test_errors_have_words_in_both_languages() -> None:
    for t in (ZH, EN):
        what, remedy = t.error_text(DatabaseBusy(file="huike.duckdb"))
        assert what
        assert remedy
        what, _ = t.error_text(InvalidParams("window_too_short", days=0))
        assert "0" in what
        assert t.error_text(CrmError("a_code_nobody_wrote")) == t.error_text(CrmError())


@pytest.mark.parametrize("area", ["app", "charts", "settings", "errors"])
def test_both_languages_say_the_same_things(area: str) -> None:
    keys = [set(texts(language, area)) for language in languages()]
    assert keys[0] == keys[1]
    assert all(text.strip() for language in languages() for text in texts(language, area).values())


@given(st.floats(-1e12, 1e12), st.sampled_from(list(Unit)))
def test_any_number_can_be_written(value: float, unit: Unit) -> None:
    for t in (ZH, EN):
        assert t.value(value, unit, "USD")
        assert t.signed(value, unit)[0] in "+−±"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_can_be_read_back(amount: Decimal) -> None:
    text = EN.money(amount, "USD").replace("$", "").replace(",", "").replace("−", "-")
    assert Decimal(text) == amount


@pytest.mark.parametrize(("language", "name"), [("zh-TW", "訂單時間"), ("en", "Time of the order")])
def test_a_refusal_calls_fields_by_their_names(language: str, name: str) -> None:
    t = Translator(language)
    what, remedy = t.error_text(MappingRefused("mapping_incomplete", fields="ordered_at, any_money"))
    assert name in what
    assert t("data.field.any_money") in what
    assert "ordered_at" not in what + remedy
    assert (
        t.error_text(MappingRefused("mapping_field_unknown", field="nonsense", kind="orders"))[0].count("nonsense") == 1
    )

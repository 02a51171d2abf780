"""Status words: known ones, guesses, negations, and what is not known."""

import tomllib
from importlib import resources

import pytest

from crm_core.ingest.status import STATUS_FIELDS, Meaning, meaning_of, normalise_status, status_words

BUILT_IN = {
    "status": {
        "已完成": "valid", "待出貨": "valid", "運送中": "valid", "已確認待出貨": "valid", "貨到付款": "valid",
        "completed": "valid", "Shipped": "valid",
        "Unshipped": "valid", "不需退貨": "valid", "未取消": "valid", "非取消": "valid", "尚未付款": "unpaid",
        "wc-on-hold": "unpaid",
        "pending": "unpaid", "不成立": "cancelled", "已取消": "cancelled", "作廢": "cancelled",
        "Canceled": "cancelled", "wc-failed": "cancelled",
        "退貨": "refunded", "已退款": "refunded", "Refund": "refunded", "partially_refunded": "partially_refunded",
    },
    "payment_status": {
        "paid": "valid", "partially_paid": "valid", "已付款": "valid", "貨到付款": "valid", "pending": "unpaid",
        "authorized": "unpaid",
        "未付款": "unpaid", "待核款": "unpaid", "voided": "cancelled", "expired": "cancelled",
        "已退款": "refunded", "refunded": "refunded",
        "partially_refunded": "partially_refunded",
    },
    "fulfil_status": {
        "pending": "neutral", "unfulfilled": "neutral", "備貨中": "neutral", "已到達": "neutral",
        "fulfilled": "neutral",
        "已退貨": "refunded", "取消出貨": "cancelled",
    },
    "return_status": {
        "不需退貨": "neutral", "拒絕退貨": "neutral", "否": "neutral", "無": "neutral", "退貨中": "refunded",
        "退貨審查": "refunded",
        "退貨 / 退款": "refunded", "部分退款": "partially_refunded",
    },
}  # fmt: skip


@pytest.mark.parametrize("field", STATUS_FIELDS)
def test_known_words(field: str) -> None:
    found = {text: meaning_of(field, text) for text in BUILT_IN[field]}
    assert found == {text: (Meaning(meaning), "built_in") for text, meaning in BUILT_IN[field].items()}


@pytest.mark.parametrize(
    ("field", "text", "meaning"),
    [
        ("status", "訂單已取消（買家）", "cancelled"),
        ("status", "Order cancelled by buyer", "cancelled"),
        ("status", "退款處理中", "refunded"),
        ("status", "退款中，訂單已取消", "cancelled"),
        ("status", "部分退款完成", "partially_refunded"),
        ("status", "貨到付款 - 未出貨", "valid"),
        ("status", "不需要退款喔", "valid"),
        ("status", "訂單並未取消", "valid"),
        ("status", "not cancelled", "valid"),
        ("payment_status", "not refunded yet", "valid"),
        ("payment_status", "信用卡 未付款", "unpaid"),
        ("return_status", "退貨申請已取消", "valid"),
        ("fulfil_status", "包裹已退貨", "refunded"),
    ],
)
def test_guesses_from_words_inside(field: str, text: str, meaning: str) -> None:
    assert meaning_of(field, text) == (Meaning(meaning), "guessed")


@pytest.mark.parametrize("text", ["xyz", "第三階段", "uncancelledish", "VIP"])
def test_unknown_words_count_and_are_listed(text: str) -> None:
    assert meaning_of("status", text) == (Meaning.VALID, "unknown")


@pytest.mark.parametrize("field", STATUS_FIELDS)
def test_a_blank_says_nothing(field: str) -> None:
    assert meaning_of(field, " - ") == (Meaning.NEUTRAL, "built_in")


def test_words_are_compared_without_their_dress() -> None:
    assert normalise_status(" WC-On_Hold ") == "on hold"
    assert normalise_status("退貨 / 退款") == "退貨/退款"
    assert normalise_status("Ｐａｉｄ") == "paid"
    assert normalise_status("--") is None


def test_no_word_has_two_meanings_in_one_field() -> None:

    document = tomllib.loads(resources.files("crm_core.ingest").joinpath("status_words.toml").read_text("utf-8"))
    for field in STATUS_FIELDS:
        listed = [normalise_status(word) or word for words in document[field].values() for word in words]
        doubled = {word for word in listed if listed.count(word) > 1}
        assert not doubled, f"{field}: {doubled}"
        assert set(listed) == set(status_words().words[field])

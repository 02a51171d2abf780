"""Yes and no, gender, and what kind of line a line is."""

from __future__ import annotations

import re
from typing import Literal

from crm_core.ingest.values.text import fold, unwrap

Gender = Literal["female", "male", "other", "undisclosed"]
LineType = Literal["goods", "gift", "add_on"]

_YES = frozenset(
    [
        "y",
        "yes",
        "true",
        "t",
        "1",
        "1.0",
        "on",
        "v",
        "✓",
        "✔",
        "☑",
        "○",
        "o",
        "subscribed",
        "active",
        "enabled",
        "accept",
    ]
    + [
        "accepted",
        "agree",
        "是",
        "有",
        "願意",
        "同意",
        "接受",
        "會",
        "可以",
        "可",
        "好",
        "已訂閱",
        "訂閱",
        "對",
        "開啟",
    ]
)
_NO = frozenset(
    ["n", "no", "false", "f", "0", "0.0", "off", "x", "✗", "✘", "☐", "×", "unsubscribed", "not subscribed", "disabled"]
    + ["declined", "disagree", "never", "否", "無", "沒有", "沒", "未", "不", "取消訂閱", "關閉", "拒絕"]
)
_UNDECIDED = re.compile(
    r"^(?:不(?:一定|確定|知道|清楚|記得)|沒意見|沒有意見|not sure|no idea|don'?t know|maybe|看情況|可能)"
)
_STARTS_NO = re.compile(r"^(?:不|否|沒|未|無|尚未|還沒|從未|從來沒|從沒|拒絕|暫不|no\b|not\b|never\b|n[,.，。 ])")
_STARTS_YES = re.compile(
    r"^(?:是|有|願意|同意|接受|會|可以|好|曾|已|我願意|我同意|我有|當然|yes\b|sure\b|of course\b|y[,.，。 ])"
)

_GENDERS: dict[str, Gender] = {
    **dict.fromkeys(
        ["女", "女性", "女生", "小姐", "女士", "太太", "f", "female", "woman", "ms", "mrs", "miss", "ms."], "female"
    ),
    **dict.fromkeys(["男", "男性", "男生", "先生", "m", "male", "man", "mr", "mr."], "male"),
    **dict.fromkeys(
        ["其他", "其它", "第三性", "非二元", "多元", "多元性別", "other", "non-binary", "nonbinary", "diverse"], "other"
    ),
    **dict.fromkeys(
        [
            "不公開",
            "不透露",
            "保密",
            "不願透露",
            "不便透露",
            "未知",
            "不詳",
            "unknown",
            "undisclosed",
            "prefer not to say",
            "u",
        ],
        "undisclosed",
    ),
}
_LINE_TYPES: dict[str, LineType] = {
    **dict.fromkeys(
        ["商品", "一般商品", "主商品", "一般", "組合商品", "預購商品", "正常", "goods", "product", "item", "main"],
        "goods",
    ),
    **dict.fromkeys(
        ["贈品", "滿額贈", "滿額贈品", "贈送", "試用品", "試用", "gift", "free gift", "freebie", "giveaway"], "gift"
    ),
    **dict.fromkeys(
        ["加購品", "加購", "加價購", "加價購品", "加購商品", "add-on", "addon", "add on", "add_on"], "add_on"
    ),
}


def parse_flag(text: str) -> bool | None:
    """Yes or no, also from an answer such as ``是，推薦過``; ``None`` where neither (``不確定`` is neither)."""
    value = fold(unwrap(text))
    if value in _YES:
        return True
    if value in _NO:
        return False
    if not value or _UNDECIDED.match(value):
        return None
    if _STARTS_NO.match(value):
        return False
    return True if _STARTS_YES.match(value) else None


def parse_gender(text: str) -> Gender | None:
    """``female``, ``male``, ``other`` or ``undisclosed``; ``None`` where unknown (numbers are not guessed)."""
    return _GENDERS.get(fold(unwrap(text)))


def parse_line_type(text: str) -> LineType | None:
    """``goods``, ``gift`` or ``add_on``; ``None`` where the word is not known."""
    return _LINE_TYPES.get(fold(unwrap(text)))

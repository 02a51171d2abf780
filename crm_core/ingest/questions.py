"""Survey questions → canonical fields, by the words of ``questions.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crm_core.ingest.values import fold

_TAG = re.compile(r"</?[a-z][^<>]*>|&nbsp;", re.IGNORECASE)
_DASHES = str.maketrans("–—−～〜", "---~~")
# "0-10", "0分到10分", "0 (完全不可能) - 10 (非常可能)", "1 to 5". Only 0 and 10 may stand further apart: other pairs of
# numbers say too little.
_BETWEEN = r"\s*分?\s*(?:\([^)]*\))?\s*(?:[-~]|到|至|to)\s*"
_ZERO_TO_TEN = re.compile(rf"(?<![\d.])0(?:{_BETWEEN}|(?![\d.])\D{{1,30}})10(?!\d)")
_ONE_TO_TEN = re.compile(rf"(?<![\d.])1{_BETWEEN}10(?!\d)")
_ONE_TO_FIVE = re.compile(rf"(?<![\d.])1{_BETWEEN}5(?!\d)")


@dataclass(frozen=True)
class QuestionWords:
    """What a question of one field says, and what it does not say."""

    words: re.Pattern[str]
    with_one_of: re.Pattern[str] | None
    without: re.Pattern[str] | None

    def fits(self, question: str) -> bool:
        """Whether a folded question is of this field."""
        if not self.words.search(question) or (self.without and self.without.search(question)):
            return False
        return self.with_one_of is None or self.with_one_of.search(question) is not None


@cache
def _question_words() -> dict[str, QuestionWords]:
    text = resources.files("crm_core.ingest").joinpath("questions.toml").read_text(encoding="utf-8")
    return {
        name: QuestionWords(
            _any_of(table["words"]),
            _any_of(table["with"]) if "with" in table else None,
            _any_of(table["without"]) if "without" in table else None,
        )
        for name, table in tomllib.loads(text).items()
    }


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", ".{0,12}") for word in words))


def folded_question(heading: str) -> str:
    """A question as it is compared: without HTML, half-width, lower case, one kind of dash."""
    return fold(_TAG.sub(" ", heading)).translate(_DASHES)


def fits(field: str, heading: str) -> bool:
    """Whether the words of a question speak for a field."""
    return _question_words()[field].fits(folded_question(heading))


def scale_of(heading: str) -> tuple[int, int] | None:
    """The answer scale that a question names: (0, 10), (1, 10), (1, 5), or ``None`` where it names none."""
    question = folded_question(heading)
    for pattern, scale in ((_ZERO_TO_TEN, (0, 10)), (_ONE_TO_TEN, (1, 10)), (_ONE_TO_FIVE, (1, 5))):
        if pattern.search(question):
            return scale
    return None

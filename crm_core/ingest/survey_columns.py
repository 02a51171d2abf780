"""Which questions of a survey are the ones the voice screens need.

A scale is an NPS only where the question asks for a recommendation or for 0 to 10 and the answers allow it: a 1–5
scale is satisfaction, and so is 1–10 (METRICS §6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import mean

from crm_core.ingest import questions, synonyms
from crm_core.ingest.values import NotOnScale, compact_heading, parse_flag, parse_satisfaction, parse_score
from crm_core.schema import Kind

Guess = tuple[str, str, str, float]  # field, heading, reason, confidence
Cells = Callable[[str], list[str]]

SYNONYM, CONTENT = "synonym", "content"
SURE, LIKELY, PERHAPS = 0.9, 0.8, 0.5
MOSTLY = 0.8
FEWEST_ANSWERS = 5  # fewer answers prove nothing about the scale
HIGHEST_OF_FIVE = 5
ZERO_TO_TEN, ONE_TO_TEN, ONE_TO_FIVE = (0, 10), (1, 10), (1, 5)
LONG_ANSWER = 12  # characters, on average: an answer in words
NUMBERED = frozenset(["id", "#", "編號", "序號", "流水號"])
QUIZ_POINTS = re.compile(r"\d+(?:\.\d+)?\s+/\s+\d+")  # Google's marks for a quiz: 7 / 10
WORDED_FIELDS = (
    "recommended",
    "contact_consent",
    "source_heard",
    "order_id",
    "customer_id",
    "email",
    "phone",
    "channel",
)
ATTITUDES = frozenset(["nps", "csat", "comment", "recommended", "source_heard", "contact_consent"])
FLAGS = frozenset(["recommended", "contact_consent"])


def survey_guesses(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """The fields that questions serve; ``comment`` may come several times, every other field once.

    ``cells`` gives the sample answers of a heading. Columns plainly named (``Email``) are left to the synonyms.
    """
    guesses = _response_id(headings, cells)
    open_headings = [heading for heading in headings if not _is_plain(heading)]
    for find in (_nps, _worded, _csat, _comments):
        taken = {guess[1] for guess in guesses}
        guesses += find([h for h in open_headings if h not in taken], cells)
    return guesses


def _is_plain(heading: str) -> bool:
    """Whether the heading is a synonym of something that no question asks for (a time, an address, a number)."""
    found = synonyms.hits(Kind.SURVEY, [heading])
    return bool(found) and not found.keys() & ATTITUDES


def _is_named(name: str, heading: str) -> bool:
    return compact_heading(heading) in synonyms.words_of(Kind.SURVEY)[name]


def _response_id(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """A running number of the answers, beside their time: the numbers alone start anew with every survey."""
    found = synonyms.hits(Kind.SURVEY, headings)
    if "response_id" in found or "submitted_at" not in found:
        return []
    numbered = [h for h in headings if compact_heading(h) in NUMBERED and _are_all_different(cells(h))]
    return [("response_id", heading, CONTENT, LIKELY) for heading in numbered][:1]


def _are_all_different(texts: list[str]) -> bool:
    return bool(texts) and len(set(texts)) == len(texts)


# --- scales ---


def _scores(heading: str, cells: Cells) -> list[int] | None:
    """The sample answers as scores; ``None`` where the column is not mostly scores."""
    texts = cells(heading)
    read = [parse_score(text) for text in texts]
    scores = [score for score in read if isinstance(score, int)]
    numbers = len(scores) + sum(isinstance(score, NotOnScale) for score in read)
    return scores if numbers >= MOSTLY * len(texts) else None


def _may_be_nps(heading: str, cells: Cells) -> bool:
    """Whether the answers allow 0–10: a scale of 1–5 or 1–10, told by the question or by the answers, does not.

    Without a scale in the question an answer above 5 must be among them, be they ever so few.
    """
    scores = _scores(heading, cells)
    scale = questions.scale_of(heading)
    if scores is None or scale == ONE_TO_FIVE:
        return False
    if scale == ZERO_TO_TEN or not scores:
        return True
    return max(scores) > HIGHEST_OF_FIVE and (scale != ONE_TO_TEN or min(scores) == 0)


def on_another_scale(headings: Sequence[str], cells: Cells) -> set[str]:
    """Headings such as 推薦意願 or ``Score`` that could be an NPS, but whose answers are of a shorter scale."""
    named = (h for h in headings if _is_named("nps", h) and "nps" not in h.lower())
    return {h for h in named if _scores(h, cells) and not _may_be_nps(h, cells)}


def _nps(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """The one NPS question: it asks for a recommendation, or is called so, or is the first 0–10 rating."""
    for asks, confidence in ((_asks_for_recommendation, SURE), (_is_called_nps, SURE), (_is_first_rating, LIKELY)):
        for heading in headings:
            if asks(heading, cells) and _may_be_nps(heading, cells):
                return [("nps", heading, SYNONYM, confidence)]
    return []


def _asks_for_recommendation(heading: str, _: Cells) -> bool:
    return questions.fits("nps", heading)


def _is_called_nps(heading: str, cells: Cells) -> bool:
    """NPS, or a bare score; a form's quiz points (分數, Score) count only with answers above 5 and none above 10."""
    if not _is_named("nps", heading) or any(QUIZ_POINTS.fullmatch(text) for text in cells(heading)):
        return False
    scores = _scores(heading, cells)
    return compact_heading(heading) != "score" or (bool(scores) and max(scores or [0]) > HIGHEST_OF_FIVE)


def _is_first_rating(heading: str, _: Cells) -> bool:
    return questions.scale_of(heading) == ZERO_TO_TEN


def _csat(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """The first satisfaction question whose answers are numbers, stars or labels."""
    for heading in headings:
        if _asks_for_satisfaction(heading) and _is_graded(heading, cells):
            return [("csat", heading, SYNONYM, SURE)]
    rest = [h for h in headings if questions.fits("nps", h) or questions.scale_of(h) in (ONE_TO_FIVE, ONE_TO_TEN)]
    return [("csat", heading, CONTENT, PERHAPS) for heading in rest if _is_graded(heading, cells)][:1]


def _asks_for_satisfaction(heading: str) -> bool:
    """Whether satisfaction is asked for by name, or a rating on any scale but 0–10 (that rates one topic)."""
    if _is_named("csat", heading):
        return True
    is_by_name = "satisf" in heading.lower() or "滿意" in heading
    return questions.fits("csat", heading) and (is_by_name or questions.scale_of(heading) != ZERO_TO_TEN)


def _is_graded(heading: str, cells: Cells) -> bool:
    """Whether the answers are grades; a column of nothing but 0 and 1 is a no-or-yes question."""
    texts = cells(heading)
    if "0" in texts and {"0", "1"}.issuperset(texts):
        return False
    return sum(parse_satisfaction(text) is not None for text in texts) >= MOSTLY * len(texts)


# --- words ---


def _worded(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """Questions told by their words; yes-or-no fields must have yes-or-no answers."""
    guesses: list[Guess] = []
    for name in WORDED_FIELDS:
        taken = {guess[1] for guess in guesses}
        fitting = (h for h in headings if h not in taken and (questions.fits(name, h) or _is_known(name, h)))
        usable = (h for h in fitting if name not in FLAGS or _is_flag(h, cells))
        guesses += [(name, heading, SYNONYM, LIKELY) for heading in usable][:1]
    return guesses


def _is_known(name: str, heading: str) -> bool:
    return name not in ("email", "phone", "customer_id") and _is_named(name, heading)


def _is_flag(heading: str, cells: Cells) -> bool:
    texts = cells(heading)
    return sum(parse_flag(text) is not None for text in texts) >= len(texts) / 2


def _comments(headings: Sequence[str], cells: Cells) -> list[Guess]:
    """Every question that asks for words; where none does, columns with long answers that hardly repeat."""
    asked = [
        h for h in headings if (questions.fits("comment", h) or _is_named("comment", h)) and not _is_numeric(h, cells)
    ]
    if asked:
        return [("comment", heading, SYNONYM, LIKELY) for heading in asked]
    return [("comment", heading, CONTENT, PERHAPS) for heading in headings if _is_long(heading, cells)]


def _is_numeric(heading: str, cells: Cells) -> bool:
    texts = cells(heading)
    return bool(texts) and sum(parse_score(text) is not None for text in texts) >= MOSTLY * len(texts)


def _is_long(heading: str, cells: Cells) -> bool:
    texts = cells(heading)
    if len(texts) < FEWEST_ANSWERS:
        return False
    return mean(map(len, texts)) >= LONG_ANSWER and len(set(texts)) >= MOSTLY * len(texts)

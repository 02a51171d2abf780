"""Problems of a file, grouped by rule, and the rows they are about as a file to be corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from crm_core.export import csv_bytes
from crm_core.i18n import Translator, texts
from crm_core.ingest.problems import REASONS, ProblemRows
from crm_core.ingest.summary import RuleCount
from ui.download import CSV, download
from ui.text import plain

EXAMPLE_CHARACTERS = 60


def problem_list(t: Translator, problems: Iterable[RuleCount]) -> None:
    """A line per rule: what is the matter, how often, an example, and what to do."""
    st.markdown(f"**{t('upload.problems.title')}**")
    for problem in problems:
        colour = "orange" if problem.severity == "rejected" else "gray"
        state = t(f"upload.problems.{problem.severity}")
        count = t.plural("upload.problems.count", problem.count)
        parts = [f":{colour}-badge[{state}] **{count}** {plain(problem_text(t, problem.rule, problem.heading))}"]
        remedy = plain(t(f"problems.{problem.rule}.remedy"))
        example = (
            plain(t("upload.problems.example", example=problem.example[:EXAMPLE_CHARACTERS])) if problem.example else ""
        )
        st.markdown("  \n".join([*parts, " ".join(filter(None, [remedy, example]))]))


def problem_text(t: Translator, rule: str, heading: str | None) -> str:
    """What is the matter, with the column of the file it is about."""
    what = t(f"problems.{rule}.what")
    return t("upload.problems.in_column", heading=heading, what=what) if heading else what


def download_problems(t: Translator, read: Callable[[], ProblemRows], label: str, *, key: str) -> None:
    """A download of the rows as they were, each with its reason; read only when it is asked for."""
    download(label, lambda: problem_bytes(t, read()), t("upload.problems.file_name"), CSV, key=f"problems_{key}")


def problem_bytes(t: Translator, problems: ProblemRows) -> bytes:
    """The problem rows as CSV: row number, result, reason, remedy, field, content, then the row as it was."""
    frame = problems.frame.assign(remedy=problems.frame["rule"])
    reasons = {name: t(f"upload.problem_file.{name}") for name in (*REASONS[:3], "remedy", *REASONS[3:])}
    cells = {f"c{number}": heading for number, heading in enumerate(problems.headings)}
    words = {
        "severity": {name: t(f"upload.problems.{name}") for name in ("rejected", "warning")},
        "rule": _rule_words(t, "what"),
        "remedy": _rule_words(t, "remedy"),
        "field": {
            key.removeprefix("field."): text
            for key, text in texts(t.language, "data").items()
            if key.startswith("field.")
        },
    }
    return csv_bytes(frame, reasons | cells, words)


def _rule_words(t: Translator, part: str) -> dict[str, str]:
    listed = texts(t.language, "problems")
    return {key.removesuffix(f".{part}"): text for key, text in listed.items() if key.endswith(f".{part}")}

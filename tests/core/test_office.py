"""What LibreOffice reads in our files: right letters, telephone numbers as text, days as days, no formula.

Skipped where LibreOffice is not installed; every test starts its own with a profile of its own.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crm_core.db import Database
from crm_core.i18n import Translator
from crm_core.lists.conditions import EVERYONE
from crm_core.lists.contactable import rules_on
from crm_core.lists.exports import Export, FileFormat, write_file
from crm_core.lists.layouts import LAYOUTS
from crm_core.params import Params, Period
from crm_core.settings import ShopSettings
from tests.core.mart_rows import insert

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
SECONDS = 120
# Comma, double quote, UTF-8, from the first line: what its dialog offers for a file with a byte-order mark. Without a
# screen there is no dialog, and it would take the file for Windows-1252.
AS_OFFERED = "--infilter=CSV:44,34,76,1"
DAY = date(2024, 7, 1)
COLUMNS = ("name", "phone", "birthday", "city", "consent_email", "frequency")
NAMES = {
    "王小明": "王小明",
    "=1+1": "=1+1",
    "+886": "+886",
    "@SUM(A1)": "@SUM(A1)",
    "-2": "-2",
    '兩行\n"名字", 堃': '兩行\n"名字", 堃',
}

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Path:
    """A CSV and a workbook of six customers with dangerous names."""
    with database.write() as cursor:
        for number, name in enumerate(NAMES):
            person = {"customer_id": f"c{number}", "name": name, "phone": f"+8869120000{number:02}", "city": "臺北市"}
            flags = {"has_line": False, "purchase_count": 0, "consent_email": number % 2 == 0}
            insert(cursor, "customer_mart", [{**person, **flags, "birthday": date(1990, 5, number + 1)}])
    settings = ShopSettings()
    question, rules = Params(DAY, Period(DAY, DAY)), rules_on(DAY, settings)
    export = Export(EVERYONE, question, settings, LAYOUTS["full"], rules, COLUMNS)
    with database.cursor() as cursor:
        for file_format in FileFormat:
            write_file(cursor, export, Translator("zh-TW"), file_format, tmp_path / f"list.{file_format}")
    return tmp_path


def opened(file: Path) -> list[list[object]]:
    """The cells that LibreOffice finds in a file, saved by it as its own kind of workbook."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    target = file.parent / f"from_{file.suffix[1:]}"
    reading = [AS_OFFERED] if file.suffix == ".csv" else []
    command = [OFFICE, profile, "--headless", *reading, "--convert-to", "ods", "--outdir", str(target), str(file)]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return [[*row] for row in CalamineWorkbook.from_path(target / "list.ods").get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_letters_numbers_and_days_arrive_as_they_are(files: Path, file_format: FileFormat) -> None:
    heading, *rows = opened(files / f"list.{file_format}")
    assert heading == [Translator("zh-TW")(f"lists.column.{column}") for column in COLUMNS]
    apostrophe = "'" if file_format is FileFormat.CSV else ""
    for number, (name, (seen, phone, birthday, city, consent, count)) in enumerate(zip(NAMES, rows, strict=True)):
        assert seen == (f"{apostrophe}{name}" if name[0] in "=+@-" else name)
        assert phone == f"0912-000-0{number:02}"
        assert birthday == date(1990, 5, number + 1)
        assert city == "臺北市"
        assert consent == (number % 2 == 0)
        assert count in ("", None)

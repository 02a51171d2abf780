"""The rules that the whole project keeps, checked on its files."""

from __future__ import annotations

import ast
import re
import string
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FOLDERS = (".ci", ".streamlit", "benchmarks", "crm_core", "docs", "pages", "tests", "ui")
TEXT_SUFFIXES = {"", ".css", ".md", ".py", ".sql", ".svg", ".toml", ".txt"}
LONGEST_PAGE = 100
LONGEST_ROUTER = 40

PAGES = sorted((ROOT / "pages").glob("*.py"))
LOCALES = ROOT / "crm_core" / "locale"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
PINNED = re.compile(r"[a-z0-9.-]+==[A-Za-z0-9.]+(; [^#]+)?(  # .+)?")

# The command line is a front end: it writes down when something was taken in or back.
CLOCK_READERS = {"crm_core/commands/console.py"}
CLOCKS = {"now", "utcnow", "today", "time"}
SQL_CLOCK = re.compile(
    r"\b(now|today|get_current_time\w*|current_date|current_time|current_timestamp|localtimestamp)\b"
)


MADE_AT_RUN_TIME = {"__pycache__", "work"}  # benchmarks/work holds what a benchmark has written


def files(*suffixes: str) -> Iterator[Path]:
    """The project's own files."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in suffixes)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and not MADE_AT_RUN_TIME.intersection(path.parts):
                yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


# --------------------------------------------------------------------------------------------------------- directions


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST_PAGE


def test_the_router_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= LONGEST_ROUTER


@pytest.mark.parametrize("page", [*PAGES, ROOT / "app.py"], ids=name_of)
def test_a_page_knows_only_streamlit_the_interface_and_the_core(page: Path) -> None:
    assert imported(page) - sys.stdlib_module_names <= {"streamlit", "ui", "crm_core"}


def test_nothing_of_the_product_imports_a_page() -> None:
    importers = {
        name_of(path)
        for folder in ("crm_core", "ui")
        for path in (ROOT / folder).rglob("*.py")
        if imported(path) & {"app", "pages", "run"}
    }
    assert importers == set()


def test_the_core_asks_no_clock() -> None:
    readers = {name_of(path) for path in (ROOT / "crm_core").rglob("*.py") if reads_clock(syntax(path))}
    assert readers <= CLOCK_READERS


def reads_clock(module: ast.Module) -> bool:
    """Whether a module calls something like ``date.today()``, ``datetime.now()`` or ``time.time()``."""
    calls = (node.func for node in ast.walk(module) if isinstance(node, ast.Call))
    return any(
        isinstance(called, ast.Attribute)
        and called.attr in CLOCKS
        and isinstance(called.value, ast.Name | ast.Attribute)
        and ast.unparse(called.value).rpartition(".")[2] in {"date", "datetime", "time"}
        for called in calls
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("date.today()", True),
        ("dt.datetime.now(tz=zone)", True),
        ("time.time()", True),
        ("moment.time()", False),
        ("datetime.combine(day, time())", False),
    ],
)
def test_a_clock_is_told_from_a_conversion(code: str, expected: bool) -> None:
    assert reads_clock(ast.parse(code)) is expected


def test_no_query_asks_the_clock() -> None:
    asking = {name_of(path) for path in (ROOT / "crm_core" / "sql").rglob("*.sql") if SQL_CLOCK.search(sql_code(path))}
    assert asking == set()


def sql_code(path: Path) -> str:
    """A query without its comments."""
    return re.sub(r"--.*", "", path.read_text(encoding="utf-8")).lower()


def test_no_page_turns_text_into_markup() -> None:
    option = "unsafe_allow" + "_html"
    assert [name_of(path) for path in files(".py") if option in path.read_text(encoding="utf-8")] == []


# -------------------------------------------------------------------------------------------------------------- texts


def texts(language: str) -> dict[str, str]:
    """Every text of a language by file and dotted key."""
    found: dict[str, str] = {}
    for path in sorted((LOCALES / language).glob("*.toml")):
        found |= dict(leaves(tomllib.loads(path.read_text(encoding="utf-8")), path.stem))
    return found


def leaves(table: dict[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}.{name}")
        else:
            yield f"{prefix}.{name}", value if isinstance(value, str) else repr(value)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_files() -> None:
    names = {language: {path.name for path in (LOCALES / language).iterdir()} for language in ("zh-TW", "en")}
    assert names["zh-TW"] == names["en"] != set()


def test_both_languages_have_the_same_keys() -> None:
    assert texts("zh-TW").keys() ^ texts("en").keys() == set()


def test_both_languages_have_the_same_placeholders() -> None:
    chinese, english = texts("zh-TW"), texts("en")
    different = {
        key for key in chinese.keys() & english.keys() if placeholders(chinese[key]) != placeholders(english[key])
    }
    assert different == set()


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_no_text_is_blank_or_shouts(language: str) -> None:
    assert [key for key, text in texts(language).items() if not text.strip() or re.search("[!！]", text)] == []


# ------------------------------------------------------------------------------------------------------- requirements


def requirement_lines(name: str) -> list[str]:
    """The requirements of a file, without comments and references to another file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


def requirements(name: str) -> list[Requirement]:
    return [Requirement(line.partition("  #")[0]) for line in requirement_lines(name)]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_package_is_pinned(name: str) -> None:
    assert [line for line in requirement_lines(name) if not PINNED.fullmatch(line)] == []


def test_what_a_pinned_package_needs_is_pinned_too() -> None:
    pinned = [entry for name in REQUIREMENTS for entry in requirements(name)]
    here = {canonicalize_name(entry.name) for entry in pinned if entry.marker is None or entry.marker.evaluate()}
    missing = {f"{name} needs {need}" for name in here for need in needs(name) if need not in here}
    assert missing == set()


def needs(name: str) -> set[str]:
    """The packages that an installed package needs on this machine."""
    try:
        stated = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return {f"to be installed: {name}"}
    wanted = (entry for entry in stated if entry.marker is None or entry.marker.evaluate({"extra": ""}))
    return {canonicalize_name(entry.name) for entry in wanted}


def packages_of(folders: set[str]) -> set[str]:
    """The installed packages that the modules of some folders import."""
    distributions = {
        "python_calamine": "python-calamine",
        "msoffcrypto": "msoffcrypto-tool",
        "dateutil": "python-dateutil",
    }
    ours = {"app", "crm_core", "pages", "run", "tests", "ui"}
    types_only = {"_typeshed"}
    used = set().union(*(imported(path) for folder in folders for path in (ROOT / folder).rglob("*.py")))
    return {
        canonicalize_name(distributions.get(name, name)) for name in used - sys.stdlib_module_names - ours - types_only
    }


def test_the_app_needs_nothing_that_only_the_tests_install() -> None:
    run_time = {canonicalize_name(entry.name) for entry in requirements("requirements.txt")}
    assert packages_of({"crm_core", "ui", "pages"}) - run_time == set()


def test_the_tests_need_nothing_that_is_not_pinned() -> None:
    pinned = {canonicalize_name(entry.name) for name in REQUIREMENTS for entry in requirements(name)}
    assert packages_of({"tests"}) - pinned == set()


# -------------------------------------------------------------------------------------------------------- the frame


def test_the_starter_needs_nothing_but_python() -> None:
    assert imported(ROOT / "run.py") <= sys.stdlib_module_names


def test_an_old_python_can_read_the_starter() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_app_is_for_this_machine_only_and_tells_nobody() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "localhost"
    assert config["server"]["showEmailPrompt"] is False
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_no_file_names_a_folder_of_one_machine() -> None:
    one_machine = re.compile(r"(?<![\w.])/(?:home|root|tmp|Users|work)/\w|[A-Z]:\\+Users")
    naming = [name_of(path) for path in files(*TEXT_SUFFIXES) if one_machine.search(path.read_text(encoding="utf-8"))]
    assert naming == []

"""Set Huike up and start it, or set its tests up and run them.

    python run.py [options of `streamlit run`]     prepare .venv beside this file, start the app
    python run.py test                             prepare .venv and a browser, run every check
    python run.py test [options of `pytest`]       prepare them, run only pytest

Standard library only, in a syntax that Python 3.6 still reads: an old Python gets a sentence, not a traceback.
"""

import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this is the one file that an old Python may be given
    sys.exit(
        "Huike needs Python 3.11 or newer; this is Python {}.{}. Get it from https://www.python.org/downloads/ .\n"
        "Huike 需要 Python 3.11 以上的版本，這裡是 {}.{}。請到 https://www.python.org/downloads/ 下載新版。".format(
            *sys.version_info[:2], *sys.version_info[:2]
        )
    )

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
IS_WINDOWS = os.name == "nt"
PYTHON = str(ENVIRONMENT / ("Scripts/python.exe" if IS_WINDOWS else "bin/python"))

RUN_TIME = ("requirements.txt",)
DEVELOPMENT = ("requirements.txt", "requirements-dev.txt")
LOG_TAIL = 20
INTERRUPTED = 130

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# For each package manager: what refreshes its lists, and what installs.
PACKAGE_MANAGERS = {
    "apt-get": (["update"], ["install", "-y", "--no-install-recommends"]),
    "dnf": ([], ["install", "-y"]),
    "brew": ([], ["install"]),
}
CHECKS = (
    ("format", ["-m", "ruff", "format", "--check", "."]),
    ("lint", ["-m", "ruff", "check", "."]),
    ("types", ["-m", "mypy"]),
    ("imports", ["-c", "from importlinter.cli import lint_imports_command as check; check()"]),
    ("tests", ["-m", "pytest", "-n", "auto"]),
)


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for; the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    try:
        return test(arguments[1:]) if arguments[:1] == ["test"] else start(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def say(english: str, chinese: str) -> None:
    """Tell the person something, in both languages."""
    print(english, chinese, sep="\n", flush=True)


# ---------------------------------------------------------------------------------------------------- the environment


def prepare(requirements: tuple[str, ...]) -> None:
    """Bring ``.venv`` to what the last of the requirements files asks for; at once where it stands already."""
    version = environment_version()
    if (
        version
        and stamp(requirements).is_file()
        and stamp(requirements).read_text() == fingerprint(requirements, version)
    ):
        return
    if not version:
        make_environment()
    install(requirements)


def environment_version() -> str:
    """The version of the environment's Python; blank where it is missing, broken or too old."""
    probe = "import sys, pip; print(sys.version if sys.version_info >= (3, 11) else '')"
    try:
        answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def fingerprint(requirements: tuple[str, ...], version: str) -> str:
    """A hash that changes with the requirements and with the Python that they were installed for."""
    content = b"".join((ROOT / name).read_bytes() for name in requirements)
    return hashlib.sha256(version.encode() + content).hexdigest()


def stamp(requirements: tuple[str, ...]) -> Path:
    """The file that says what was installed in full."""
    return ENVIRONMENT / f"{requirements[-1]}.installed"


def make_environment() -> None:
    """Make ``.venv`` afresh."""
    say(
        "Setting Huike up in this folder. The first time takes a few minutes.",
        "正在這個資料夾準備 Huike，第一次需要幾分鐘。",
    )
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]):
        sys.exit(
            "The private Python environment (.venv) could not be made.\n"
            "On Debian or Ubuntu, first run: sudo apt install python3-venv\n"
            "無法建立專用的 Python 環境（.venv）。Debian 或 Ubuntu 請先執行：sudo apt install python3-venv"
        )


def install(requirements: tuple[str, ...]) -> None:
    """Install a requirements file. The stamps go first and come back last: an interrupted install is done again."""
    for old in (RUN_TIME, DEVELOPMENT):
        stamp(old).unlink(missing_ok=True)
    say("Getting the packages Huike stands on:", "正在取得 Huike 需要的套件：")
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements[-1]]
    status, log = run_pip(command)
    if status:
        sys.exit(
            "".join(log[-LOG_TAIL:])
            + "Not all packages could be installed; the lines above say why. Check the network and try again.\n"
            + "有套件沒有裝好，原因在上面幾行。請檢查網路後再執行一次。"
        )
    version = environment_version()
    for done in {RUN_TIME, requirements}:
        stamp(done).write_text(fingerprint(done, version))


def run_pip(command: list[str]) -> tuple[int, list[str]]:
    """Run pip, name each package on the way; its exit status and its whole output."""
    log = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            log.append(line)
            if line.startswith("Collecting "):
                print("  " + line.split()[1], flush=True)
            elif line.startswith("Installing collected"):
                say("Putting them in place.", "正在安裝。")
    return pip.returncode, log


# ------------------------------------------------------------------------------------------------------------ the app


def start(arguments: list[str]) -> int:
    """Start the app and stay until it ends; its exit status."""
    prepare(RUN_TIME)
    say("Starting Huike. Ctrl-C stops it.", "Huike 啟動中，按 Ctrl-C 結束。")
    return serve([PYTHON, "-m", "ui", *arguments])


def serve(command: list[str]) -> int:
    """Run the server; a request to stop is passed on, a second one ends it at once.

    The server gets a session of its own, so that Ctrl-C reaches only this process: a server that is still loading would
    answer it with a traceback.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=not IS_WINDOWS)
    for stop in (server.terminate, server.kill):
        try:
            return exit_status(server.wait())
        except KeyboardInterrupt:
            stop()
    return exit_status(server.wait())


def exit_status(code: int) -> int:
    """The exit status a shell would show: 128 + n for a process that signal n ended."""
    return code if code >= 0 else 128 - code


# ---------------------------------------------------------------------------------------------------------- the tests


def test(arguments: list[str]) -> int:
    """Run every check, or only pytest where it is given arguments; the exit status."""
    prepare(DEVELOPMENT)
    prepare_browser()
    if arguments:
        return exit_status(subprocess.call([PYTHON, "-m", "pytest", *arguments], cwd=ROOT))
    os.environ["PYTHONUTF8"] = "1"
    return run_checks()


def run_checks() -> int:
    """Run one check after the other, whatever the earlier ones say, and sum up; 0 where all passed.

    The last line of each is held back until the next begins, so that pytest's stands below the summary.
    """
    results = []
    last_line = ""
    for name, command in CHECKS:
        print(last_line + f"\n== {name}", flush=True)
        begin = time.perf_counter()
        status, last_line = run_check(command)
        results.append((name, status, time.perf_counter() - begin))
    print("\n== summary")
    for name, status, seconds in results:
        print(f"{name:8} {'failed' if status else 'passed'} {seconds:7.1f} s")
    print(last_line, end="", flush=True)
    return max(status for _, status, _ in results)


def run_check(command: list[str]) -> tuple[int, str]:
    """Run one check and show what it says, all but the last line; its exit status and that line."""
    last_line = ""
    with subprocess.Popen(
        [PYTHON, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as check:
        for line in check.stdout or ():
            print(last_line, end="", flush=True)
            last_line = line
    return exit_status(check.returncode), last_line


# -------------------------------------------------------------------------------------------------------- the browser


def prepare_browser() -> None:
    """Make sure that there is a Chromium to test in, and letters to write Chinese with."""
    if shutil.which("apt-get") and not has_chinese_fonts():
        install_packages("fontconfig", "fonts-noto-cjk")
    if find_chromium() is None and "HUIKE_CHROMIUM" in os.environ:
        sys.exit(f"HUIKE_CHROMIUM names no browser that runs: {os.environ['HUIKE_CHROMIUM']}")
    if find_chromium() is None and not has_playwright_chromium():
        install_packages("chromium")
        if find_chromium() is None and not install_playwright_chromium():
            sys.exit("The tests need a Chromium. Install one, or name it: HUIKE_CHROMIUM=/path/to/chromium")


def find_chromium() -> str | None:
    """The installed browser to test in: what ``HUIKE_CHROMIUM`` names, else the first known one that runs."""
    named = os.environ.get("HUIKE_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else CHROMIUM_NAMES))
    return next((path for path in found if path and runs(path)), None)


def runs(browser: str) -> bool:
    """Whether a browser answers; Ubuntu's may be a mere signpost to another package, Windows' would open a window."""
    return IS_WINDOWS or subprocess.run([browser, "--version"], capture_output=True).returncode == 0


def has_playwright_chromium() -> bool:
    """Whether Playwright has a Chromium of its own already."""
    probe = (
        "import pathlib, sys; from playwright.sync_api import sync_playwright as open\n"
        "with open() as playwright: sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())"
    )
    return subprocess.call([PYTHON, "-c", probe]) == 0


def install_playwright_chromium() -> bool:
    """Let Playwright fetch its own Chromium, with the libraries it stands on where that needs no password."""
    with_libraries = shutil.which("apt-get") is not None and as_administrator("apt-get") == []
    options = ["--with-deps"] if with_libraries else []
    return subprocess.call([PYTHON, "-m", "playwright", "install", *options, "chromium"]) == 0


def has_chinese_fonts() -> bool:
    """Whether the machine can draw Chinese."""
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-tw"], capture_output=True).stdout.strip())


def install_packages(*packages: str) -> None:
    """Install with the system's package manager, where there is one and it asks for no password."""
    manager = next(filter(shutil.which, PACKAGE_MANAGERS), None)
    if manager is None:
        return
    print(f"Installing {', '.join(packages)} with {manager}.", flush=True)
    refresh, install_command = PACKAGE_MANAGERS[manager]
    prefix = [*as_administrator(manager), manager]
    if shutil.which(prefix[0]) is None:
        return
    if refresh:
        subprocess.call(prefix + refresh)
    subprocess.call([*prefix, *install_command, *packages])


def as_administrator(manager: str) -> list[str]:
    """What to put before a package manager: nothing for root and for Homebrew, else a ``sudo`` that never asks."""
    if manager == "brew" or sys.platform == "win32" or os.geteuid() == 0:
        return []
    return ["sudo", "-n"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

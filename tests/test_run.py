"""The starter: what it prepares again and what it leaves, how it ends, what it reports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
# A server that ends in order when it is asked to, and says so.
SERVER = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("ended", flush=True), sys.exit(7)))
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with requirements and an environment that works."""
    folder = tmp_path / ".venv"
    folder.mkdir()
    for name in run.DEVELOPMENT:
        (tmp_path / name).write_text("package==1.0\n")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "ENVIRONMENT", folder)
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    return folder


@pytest.fixture
def pip_calls(environment: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requirements files that pip was asked to install."""
    calls: list[str] = []

    def note(command: list[str]) -> tuple[int, list[str]]:
        calls.append(command[-1])
        return 0, []

    monkeypatch.setattr(run, "run_pip", note)
    return calls


def test_what_stands_is_not_installed_again(environment: Path, pip_calls: list[str]) -> None:
    run.prepare(run.RUN_TIME)
    run.prepare(run.RUN_TIME)
    assert pip_calls == ["requirements.txt"]


def test_a_changed_requirement_is_installed(environment: Path, pip_calls: list[str]) -> None:
    run.prepare(run.RUN_TIME)
    (run.ROOT / "requirements.txt").write_text("package==1.1\n")
    run.prepare(run.RUN_TIME)
    assert len(pip_calls) == 2


def test_what_the_tests_need_holds_what_the_app_needs(environment: Path, pip_calls: list[str]) -> None:
    run.prepare(run.DEVELOPMENT)
    run.prepare(run.RUN_TIME)
    assert pip_calls == ["requirements-dev.txt"]


def test_other_versions_in_between_are_noticed(environment: Path, pip_calls: list[str]) -> None:
    run.prepare(run.DEVELOPMENT)
    (run.ROOT / "requirements.txt").write_text("package==0.9\n")
    run.prepare(run.RUN_TIME)
    (run.ROOT / "requirements.txt").write_text("package==1.0\n")
    run.prepare(run.DEVELOPMENT)
    assert pip_calls == ["requirements-dev.txt", "requirements.txt", "requirements-dev.txt"]


def test_a_failed_install_is_told_and_done_again(
    environment: Path, pip_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(run, "run_pip", lambda command: (1, ["no such version\n"]))
        with pytest.raises(SystemExit, match=r"(?s)no such version.*Check the network.*請檢查網路"):
            run.prepare(run.RUN_TIME)
    run.prepare(run.RUN_TIME)
    assert pip_calls == ["requirements.txt"]


def test_a_broken_environment_is_made_afresh(
    environment: Path, pip_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.prepare(run.RUN_TIME)
    monkeypatch.setattr(run, "PYTHON", str(environment / "no-python-here"))
    made: list[bool] = []
    monkeypatch.setattr(run, "make_environment", lambda: made.append(True))
    run.prepare(run.RUN_TIME)
    assert made == [True]
    assert len(pip_calls) == 2


def test_the_named_browser_comes_first_and_a_missing_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKE_CHROMIUM", sys.executable)
    assert run.find_chromium() == sys.executable
    monkeypatch.setenv("HUIKE_CHROMIUM", "no-such-browser")
    assert run.find_chromium() is None


def test_all_checks_run_and_the_last_ones_closing_line_ends_the_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    checks = (
        ("lint", ["-c", "import sys; print('one'); print('two'); sys.exit(3)"]),
        ("tests", ["-c", "print('dots'); print('=== 5 passed in 0.1s ===')"]),
    )
    monkeypatch.setattr(run, "CHECKS", checks)
    assert run.run_checks() == 3
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines if line.endswith(" s")] == [["lint", "failed"], ["tests", "passed"]]
    assert lines[:6] == ["", "== lint", "one", "two", "", "== tests"]
    assert lines[-1] == "=== 5 passed in 0.1s ==="
    assert lines.count("=== 5 passed in 0.1s ===") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows passes Ctrl-C to the server itself")
@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_ends_the_server_in_order(request_to_stop: signal.Signals) -> None:
    # A shell that starts the tests in the background lets them ignore Ctrl-C, and every process below them with it.
    starter = (
        "import run, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"sys.exit(run.serve([sys.executable, '-c', {SERVER!r}]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(request_to_stop)
        try:
            output, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (output, errors, process.returncode) == ("ended\n", "", 7)


def test_the_status_of_the_server_is_passed_on() -> None:
    assert run.serve([sys.executable, "-c", "import sys; sys.exit(3)"]) == 3


@pytest.mark.parametrize(("code", "status"), [(0, 0), (3, 3), (-15, 143)])
def test_a_process_ended_by_a_signal_has_the_status_of_a_shell(code: int, status: int) -> None:
    assert run.exit_status(code) == status

"""Reading children that start from a fork instead of an interpreter of their own.

The app reads every file in a new process, whose start (Python, pyarrow) takes a quarter of a second; the tests read
many hundred small files. Here one process has everything loaded and forks itself for each file: what reads is still a
process of its own, with its own limits and pipes, watched and killed by :mod:`crm_core.ingest.parse`. The tests that
are about the reading process itself start it as the app does (fixture ``own_interpreters``).
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).parents[1]
PIPES = 4  # standard input, output and errors of the child, and where its end is told
NUMBER_BYTES = 8


class Nursery:
    """The process that the reading children are forked from."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.reading_children", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1"},
                pass_fds=[theirs.fileno()],
            )

    def start(self, errors: IO[bytes]) -> Child:
        """What takes the place of ``parse._start``."""
        (request_end, request), (answer, answer_end), (told, told_end) = os.pipe(), os.pipe(), os.pipe()
        given = [request_end, answer_end, errors.fileno(), told_end]
        socket.send_fds(self._control, [b"."], given)
        for end in (request_end, answer_end, told_end):
            os.close(end)
        return Child(os.fdopen(request, "wb"), os.fdopen(answer, "rb"), os.fdopen(told, "rb"))

    def close(self) -> None:
        self._control.close()
        self._process.wait()


class Child:
    """What :mod:`crm_core.ingest.parse` uses of ``subprocess.Popen``."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], told: IO[bytes]) -> None:
        self.stdin, self.stdout, self._told = stdin, stdout, told
        self.pid = _number(told)
        self._status: int | None = None

    def kill(self) -> None:
        has_ended = self._status is not None or select.select([self._told], [], [], 0)[0]
        if not has_ended:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """The exit status, or the negative number of the signal that ended it."""
        if self._status is None:
            self._status = _number(self._told)
        return self._status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        for pipe in (self.stdin, self.stdout, self._told):
            pipe.close()


def _number(pipe: IO[bytes]) -> int:
    return int.from_bytes(pipe.read(NUMBER_BYTES), "big", signed=True)


# ---- in the process that is forked ----


def serve(control: socket.socket) -> int:
    """Fork for every request, until nobody asks any more."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # as crm_core.ingest.reading_process does
    from crm_core.ingest import reader

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, pipes, _, _ = socket.recv_fds(control, 1, PIPES)
        if not asked:
            return 0
        if os.fork() == 0:
            control.close()
            _fork_once_more(*pipes)
            return reader.main()
        for pipe in pipes:
            os.close(pipe)


def _fork_once_more(request: int, answer: int, errors: int, told: int) -> None:
    """Return in a child with these pipes; what is left behind tells its number and, when it has ended, how."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        for number, pipe in enumerate((request, answer, errors)):
            os.dup2(pipe, number)
    for pipe in (request, answer, errors):
        os.close(pipe)
    if child == 0:
        os.close(told)
        return
    os.write(told, child.to_bytes(NUMBER_BYTES, "big"))
    _, status = os.waitpid(child, 0)
    os.write(told, os.waitstatus_to_exitcode(status).to_bytes(NUMBER_BYTES, "big", signed=True))
    os._exit(0)


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1]))))

"""The reading child process: ``python -m crm_core.ingest.reading_process``; what it does is in ``reader``."""

from __future__ import annotations

import sys


def main() -> int:
    """Answer the one request on standard input.

    pyarrow works without numpy, which would be a third of the time that this process takes to start.
    """
    sys.modules["numpy"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    from crm_core.ingest.reader import main as read

    return read()


if __name__ == "__main__":
    sys.exit(main())

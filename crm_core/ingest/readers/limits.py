"""What one file may cost, and how a process is held to it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

MEGABYTE = 1_000_000
ADDRESS_SPACE_FACTOR = 4


@dataclass(frozen=True)
class Limits:
    """The most that reading one file may take.

    ``unpacked_ratio`` is unpacked size over packed size; it counts only above ``ratio_applies_from`` bytes, since a
    small file of repeated rows packs well and harms nobody. Time is ``seconds`` plus
    ``seconds_per_megabyte`` of the file.
    """

    file_bytes: int = 500 * MEGABYTE
    unpacked_bytes: int = 1_000 * MEGABYTE
    unpacked_ratio: float = 200
    ratio_applies_from: int = 100 * MEGABYTE
    memory_bytes: int = 2_048 * 1024 * 1024
    seconds: float = 45
    seconds_per_megabyte: float = 2

    def seconds_for(self, file_bytes: int) -> float:
        """The wall time a file of this size may take."""
        return self.seconds + self.seconds_per_megabyte * file_bytes / MEGABYTE


def limit_this_process(memory_bytes: int, seconds: float) -> None:
    """Hold the calling process to its memory and processor time, where the system offers that.

    The data limit counts what is really writable; the address space is bounded more loosely, because allocators and
    threads reserve far more than they use. Processor time is only the last resort: the parent watches the wall clock.
    """
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_AS: memory_bytes * ADDRESS_SPACE_FACTOR,
        resource.RLIMIT_CPU: int(seconds * 2) + 1,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        _lower(kind, most)


def _lower(kind: int, most: int) -> None:
    """Lower one limit; systems that do not know it (macOS: address space) keep the parent's watch alone."""
    import resource

    _, hard = resource.getrlimit(kind)
    ceiling = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (ceiling, ceiling))
    except (ValueError, OSError):
        return

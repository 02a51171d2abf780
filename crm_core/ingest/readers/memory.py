"""How much memory a child process takes, for systems whose own limits do not hold it (Windows, macOS)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE_BYTES = 4096


def resident_bytes(process_id: int) -> int:
    """Bytes of main memory a process holds; 0 when that is not known or the process has ended."""
    if sys.platform == "win32":
        return _on_windows(process_id)
    if sys.platform == "darwin":
        return _by_ps(process_id)
    try:
        return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return 0


def _by_ps(process_id: int) -> int:
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(process_id)], capture_output=True, check=False).stdout.strip()
    return int(said) * 1024 if said.isdigit() else 0


def _on_windows(process_id: int) -> int:
    if sys.platform != "win32":
        return 0
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of the Windows API."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("page_fault_count", wintypes.DWORD),
            ("peak_working_set_size", ctypes.c_size_t),
            ("working_set_size", ctypes.c_size_t),
            ("quota_peak_paged_pool_usage", ctypes.c_size_t),
            ("quota_paged_pool_usage", ctypes.c_size_t),
            ("quota_peak_non_paged_pool_usage", ctypes.c_size_t),
            ("quota_non_paged_pool_usage", ctypes.c_size_t),
            ("pagefile_usage", ctypes.c_size_t),
            ("peak_pagefile_usage", ctypes.c_size_t),
        )

    query_and_read = 0x0400 | 0x0010
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = wintypes.HANDLE
    handle = kernel.OpenProcess(query_and_read, False, process_id)
    if not handle:
        return 0
    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel.K32GetProcessMemoryInfo(wintypes.HANDLE(handle), ctypes.byref(counters), counters.cb)
    kernel.CloseHandle(wintypes.HANDLE(handle))
    return int(counters.working_set_size)

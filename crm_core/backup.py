"""Consistent copies of the shop's database, and the way back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crm_core.db import Database, Folders, log_of, write_log_in
from crm_core.errors import DatabaseUnreadable, ImportRefused

KEPT = 7
COPY = "import shutil, sys; [shutil.copyfile(*pair) for pair in zip(sys.argv[1::2], sys.argv[2::2])]"


def back_up(database: Database) -> Path:
    """Copy the database to ``backups``; the last seven copies are kept.

    The copy is made by another process: closing a second handle of the file in this one would give up the lock on it.
    """
    with database.paused() as source:
        number = max((_number(path) for path in backups(database)), default=0) + 1
        target = database.folders.backups / f"{source.stem}-{number:06d}.duckdb"
        partial = target.with_suffix(".partial")
        log, copied_log = log_of(source), log_of(partial)
        copied_log.unlink(missing_ok=True)  # of a copy that was broken off
        files = [source, partial, *([log, copied_log] if log.exists() else [])]
        subprocess.run([sys.executable, "-I", "-S", "-c", COPY, *map(str, files)], check=True)
        if copied_log.exists():
            write_log_in(partial)
        partial.replace(target)
    for old in backups(database)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def backups(database: Database) -> list[Path]:
    """The copies of this database, oldest first."""
    return backups_of(database.path)


def backups_of(database: Path) -> list[Path]:
    """The copies beside a database file, oldest first."""
    folder = database.resolve().parent / "backups"
    return sorted(folder.glob(f"{database.stem}-[0-9]*.duckdb"), key=_number)


def newest_backup(database: Path) -> Path | None:
    """The newest copy of a database file, if there is one."""
    found = backups_of(database)
    return found[-1] if found else None


def restore(database: Path, backup: Path) -> None:
    """Put a copy in the place of the database, which no process may have open; the former state is kept beside it.

    Raises ``ImportRefused`` where the copy does not exist, ``DatabaseUnreadable`` where it is no shop database.
    """
    if not backup.is_file():
        raise ImportRefused("unknown_backup", file=backup.name)
    _check_readable(backup, Folders.beside(database))
    _prove_free(database)
    replaced = database.with_suffix(".before-restore")
    for former, kept in ((database, replaced), (log_of(database), log_of(replaced))):
        kept.unlink(missing_ok=True)
        if former.exists():
            former.replace(kept)
    partial = database.with_suffix(".partial")
    partial.write_bytes(backup.read_bytes())
    partial.replace(database)


def _check_readable(backup: Path, folders: Folders) -> None:
    copy = Database(backup, read_only=True, folders=folders)
    try:
        with copy.cursor() as cursor:
            if not cursor.execute("select 1 from duckdb_tables() where table_name = 'imports'").fetchone():
                raise DatabaseUnreadable(file=backup.name)
    finally:
        copy.close()


def _prove_free(database: Path) -> None:
    """Raise ``DatabaseBusy`` where another process owns the database; a damaged one is what a copy is for."""
    try:
        Database(database).close()
    except DatabaseUnreadable:
        return


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])

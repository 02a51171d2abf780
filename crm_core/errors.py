"""The one family of errors.

An error carries a stable code and the facts of the case. Its words, in both languages, stand in the locale files under
``errors.<code>.what`` and ``errors.<code>.remedy``; the placeholders there are the names of the facts. Facts never hold
personal data: they may end in a log.
"""

from __future__ import annotations

Fact = str | int | float


class CrmError(Exception):
    """A refusal that the person can understand and act on."""

    code = "unexpected"

    def __init__(self, code: str | None = None, /, **facts: Fact) -> None:
        if code is not None:
            self.code = code
        self.facts = facts
        super().__init__(self.code, facts)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({details})"


class FileRefused(CrmError):
    """The uploaded file cannot be read at all: empty, damaged, too large, locked by a password, no table in it."""

    code = "file_unreadable"


class MappingRefused(CrmError):
    """The table was read, but what its columns mean is missing or contradictory."""

    code = "mapping_incomplete"


class ImportRefused(CrmError):
    """The table was understood, but nothing in it can be loaded, or what is asked cannot be undone."""

    code = "nothing_to_load"


class IdentityRefused(CrmError):
    """What is to be decided about who is who contradicts an earlier decision, or concerns nobody."""

    code = "unknown_customer_to_decide"


class DatabaseBusy(CrmError):
    """Another process owns the shop's database."""

    code = "database_busy"


class DatabaseUnreadable(CrmError):
    """The file is no shop database, or it is damaged."""

    code = "database_unreadable"


class InvalidParams(CrmError):
    """A period, date or name that makes no sense was asked for."""

    code = "invalid_params"


class UnknownName(CrmError):
    """A metric, table or list of that name does not exist."""

    code = "unknown_name"

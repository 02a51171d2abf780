"""What a platform file says of cells beyond their columns, as SQL over the text columns of a table.

Patterns, words and texts are constants of the platform files, never of a person or an uploaded file.
"""

from __future__ import annotations

from crm_core.ingest.mapping import derived_fields
from crm_core.ingest.model import ColumnMapping, TextTable
from crm_core.ingest.platforms import platforms
from crm_core.ingest.values import compact_heading, fold


def derived_column(field: str, table: TextTable, mapping: ColumnMapping) -> tuple[str, str] | None:
    """The heading and the expression of a field that another field tells besides; ``None`` where none does."""
    rule = derived_fields(mapping).get(field)
    source = next((h for h in mapping.columns.get(rule.source, ()) if h in table.header), None) if rule else None
    if rule is None or source is None:
        return None
    column, pattern, text = table.column(source), _literal(rule.pattern), _literal(rule.text)
    return source, f"case when regexp_matches({column}, {pattern}) then regexp_replace({column}, {pattern}, {text}) end"


def with_stand_in(expression: str, field: str, table: TextTable, mapping: ColumnMapping) -> str:
    """The expression of a field, another column standing in on the rows where the platform's rule says so."""
    platform = platforms().get(mapping.platform)
    if platform is not None and field in platform.grouped:
        expression = _shared_in_group(expression, table, mapping.columns[field][0], platform.grouped[field])
    rule = platform.instead.get(field) if platform else None
    if rule is None:
        return expression
    where, take = _column(rule.where, table), _column(rule.take, table)
    if where is None or take is None:
        return expression
    says = ", ".join(_literal(fold(word)) for word in rule.says)
    return f"case when lower(trim({where})) in ({says}) then coalesce({take}, {expression}) else {expression} end"


def _shared_in_group(expression: str, table: TextTable, heading: str, group_heading: str) -> str:
    """A text that one row of a group says for all of them; the group itself where none does."""
    own, group = _column(heading, table), _column(group_heading, table)
    if own is None or group is None:
        return expression
    shared = f"case when {group} is not null then max({own}) over (partition by {group}) end"
    return f"coalesce({own}, {shared}, {expression})"


def _column(heading: str, table: TextTable) -> str | None:
    wanted = compact_heading(heading)
    found = (present for present in table.header if compact_heading(present) == wanted)
    return next((table.column(present) for present in found), None)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

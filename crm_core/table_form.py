"""A table as the JSON that the command line prints."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_core.json_forms import Json, plain
from crm_core.metrics.spec import Table


def table_form(table: Table) -> dict[str, Json]:
    """``{"columns": [...], "rows": [[...], ...]}``."""
    rows: list[Json] = [[_cell(cell) for cell in row] for row in table.frame.itertuples(index=False, name=None)]
    return {"columns": [column.key for column in table.columns], "rows": rows}


def _cell(value: object) -> Json:
    """A cell of a frame: its missing values are null, and a moment at midnight is a day, since frames know no days."""
    if isinstance(value, np.ndarray):
        return [_cell(item) for item in value]
    if isinstance(value, list | tuple | dict):
        return plain(value)
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return value.date().isoformat()
    return plain(value.item() if isinstance(value, np.generic) else value)

"""What tests of the core start from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.core.builders import Shop, text_file


@pytest.fixture(scope="module")
def with_orders(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop with the orders that the module of the test gives as ``ORDERS``, a CSV file."""
    folder = tmp_path_factory.mktemp("orders")
    shop = Shop(folder / "huike.duckdb")
    shop.take_in("orders", text_file(folder, "orders.csv", request.module.ORDERS))
    return shop.path


@pytest.fixture
def shop(with_orders: Path, tmp_path: Path) -> Shop:
    """The same shop as the test's own."""
    return Shop(Path(shutil.copy(with_orders, tmp_path)))

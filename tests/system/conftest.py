"""The product in a folder of its own, with its own stack."""

from collections.abc import Iterator

import pytest

from tests.system import product as products
from tests.system.product import Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, not started."""
    made = products.copy(tmp_path_factory.mktemp("product"))
    yield made
    made.tonghop("down")


@pytest.fixture
def running(product: Product) -> Product:
    """The product with its stack up."""
    product.tonghop("up")
    return product

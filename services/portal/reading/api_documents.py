"""The OpenAPI documents of this release, prepared for pages. They are read from the package once."""

import json
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Final

from services.portal.domain import api_document
from services.portal.domain.api_document import ApiDocument

DOCUMENTS: Final = {"ingest": "Cửa tiếp nhận báo cáo (ingest)", "portal": "Cổng xem số liệu (portal)"}
OPERATORS_PATHS: Final = ("/healthz",)  # described in docs/operations.md


@lru_cache(maxsize=1)
def documents() -> dict[str, ApiDocument]:
    """The documents by service name, with titles for people."""
    folder = resources.files("shared") / "contracts"
    return {
        name: replace(
            api_document.read(json.loads((folder / f"openapi-{name}.json").read_text(encoding="utf-8")), OPERATORS_PATHS), title=title
        )
        for name, title in DOCUMENTS.items()
    }

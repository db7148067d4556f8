"""All generated documents of the contract, by path relative to `shared/contracts/`. Pure, except that it reads the examples."""

import json
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from services.aggregate.app import create_app as create_aggregate
from services.cli.contracts import channels, schemas
from services.cli.contracts.schemas import CONTRACT
from services.ingest.app import create_app as create_ingest
from services.notify.app import create_app as create_notify
from services.portal.app import create_app as create_portal
from shared.plumbing import streams
from shared.shell.settings import Settings

FOLDER: Final = Path(str(resources.files("shared"))) / "contracts"
EXAMPLES: Final = FOLDER / "examples"  # written by hand; this module only reads them

APPS: Final[Mapping[str, Callable[[Settings], FastAPI]]] = {
    "ingest": create_ingest,
    "aggregate": create_aggregate,
    "notify": create_notify,
    "portal": create_portal,
}


def documents() -> dict[str, str]:
    """The text of every generated file, by its path."""
    apis = {f"openapi-{name}.json": create_app(Settings(_env_file=None)).openapi() for name, create_app in APPS.items()}
    of_messages = {f"schemas/{name}.json": schemas.schema(name) for name in CONTRACT}
    asyncapi = channels.asyncapi(streams.read(), {name: example(name) for name in CONTRACT})
    return {path: text(document) for path, document in {"asyncapi.json": asyncapi, **apis, **of_messages}.items()}


def example(name: str) -> dict[str, Any]:
    """The valid example of a message."""
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def text(document: object) -> str:
    """A document as JSON text. Equal documents give identical bytes."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def stored() -> dict[str, str]:
    """The generated files on disk, including files that are no longer generated."""
    found = [*FOLDER.glob("*.json"), *FOLDER.glob("schemas/*.json")]
    return {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in found}


def differing(wanted: Mapping[str, str]) -> list[str]:
    """The paths of files that are missing, outdated or no longer generated."""
    there = stored()
    return sorted(path for path in wanted.keys() | there.keys() if wanted.get(path) != there.get(path))


def write(wanted: Mapping[str, str]) -> list[str]:
    """Writes the files that differ and deletes files that are no longer generated. Returns the changed paths."""
    changed = differing(wanted)
    for path in changed:
        file = FOLDER / path
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
        else:
            file.unlink()
    return changed

"""Builds docs/errors.md: every error of the catalogue, and the services that use it.

Source: `shared.words.refusals`. The services are found by searching their source text for the code.
"""

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from services.cli.docs import markdown
from services.send.sentences import SENTENCES
from shared.words.refusals import CATALOGUE

SOURCES: Final = ("services", "shared")
CODE_IN_SOURCE: Final = re.compile(r'"([a-z_]+\.[a-z0-9_]+)"')
UNUSED_MODULES: Final = (  # they name codes without using them
    "shared/words/refusals.py",
    "shared/words/sentences/",
    "services/send/sentences.py",
    "services/cli/docs/",
)

FAMILIES: Final[Mapping[str, str]] = {
    "event": "The shape of an event: JSON, CloudEvents attributes, names of fields.",
    "sender": "Who sends: the unit of `source`, on the day of receipt.",
    "report": "What a report says: regime, period, unit, figures, narratives, and warnings about its revision.",
    "text": "Any text that an event carries.",
    "action": "Acts of a recipient or confirmer: return, extend, open, confirm.",
    "attachment": "Files that are attached to reports.",
    "door": "The HTTP door of ingest and the portal.",
    "setting": "Settings of the environment; the path names the setting.",
    "nats": "NATS: what is away, missing or configured wrongly; the path names stream, consumer or server.",
    "mongo": "MongoDB.",
    "tls": "Certificates and keys of TLS; the path names the setting.",
    "server": "Any server.",
    "service": "What every service does or waits for.",
    "ingest": "What ingest does or waits for.",
    "aggregate": "What the aggregator does or waits for.",
    "notify": "What the notifier does or waits for.",
    "calendar": "The file of the agency's own days; the path names file and line.",
    "cli": "The command line.",
    "import": "`tonghop import`.",
    "send": "The client, `tonghop send`; it has a catalogue of its own (`services/send/sentences.py`).",
    "stack": "The embedded stack, `tonghop up`.",
    "demo": "`tonghop demo`.",
    "file": "Any text file.",
    "yaml": "Any YAML file.",
    "field": "Fields of a file or settings of the environment.",
    "csv": "Any CSV file.",
    "table": "Tables (CSV) with reports; the path is line and column.",
    "unit": "Files of units.",
    "contact": "Files of contacts.",
    "regime": "Files of regimes.",
    "reform": "The folder of a reform (đợt sắp xếp).",
}

EVERY: Final[Mapping[str, tuple[str, str]]] = {**CATALOGUE, **SENTENCES}

INTRODUCTION: Final = """
An error or a warning has a stable `code`, the `path` of the field, and a sentence in Vietnamese and English (`message_vi`, `message_en`).
Software should decide by the code and show the sentence to people. Words in braces are filled in. A receipt carries these in `errors`
and `warnings`; over HTTP they come in an `application/problem+json` answer. The command line prints Vietnamese, or English with
`TONGHOP_LANG=en`; logs have codes and English; `/readyz` names what a service waits for in Vietnamese.
"""


def page() -> str:
    """The text of the page."""
    users = used_by()
    families = dict.fromkeys([*FAMILIES, *(code.partition(".")[0] for code in EVERY)])
    return markdown.page("Errors", INTRODUCTION, *(_family(family, users) for family in families))


def used_by() -> dict[str, list[str]]:
    """The services whose source contains each code of the catalogue; `shared` for code in plumbing that all services use."""
    users: dict[str, set[str]] = {code: set() for code in EVERY}
    folders = {name: Path(str(resources.files(name))) for name in SOURCES}
    for package, path in ((package, path) for package, folder in folders.items() for path in folder.rglob("*.py")):
        name = f"{package}/{path.relative_to(folders[package]).as_posix()}"
        if not name.startswith(UNUSED_MODULES):
            for code in CODE_IN_SOURCE.findall(path.read_text(encoding="utf-8")):
                users.get(code, set()).add(_service(name))
    return {code: sorted(names) for code, names in users.items()}


def _service(name: str) -> str:
    folder, service = name.split("/")[:2]
    return service if folder == "services" else folder


def _family(family: str, users: Mapping[str, list[str]]) -> str:
    rows = [
        (markdown.code(code), vietnamese, english, ", ".join(users[code]))
        for code, (vietnamese, english) in EVERY.items()
        if code.partition(".")[0] == family
    ]
    table = markdown.table(("code", "Vietnamese", "English", "used by"), rows)
    return f"## {family}\n\n{FAMILIES.get(family, '')}\n\n{table}" if rows else ""

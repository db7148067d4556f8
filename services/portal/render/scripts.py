"""Scripts as browsers get them: a module and the modules that it imports in one file, without comments and indentation.

There is no build step: the files in `static/` are modules that a browser could load as they are. One file is one request, and its hash
covers all of them. The modules share one scope, so no two of them may have a top-level name in common, and they import by name only.
"""

import re
from pathlib import Path
from typing import Final

IMPORT: Final = re.compile(r'^import \{[^}]*\} from "(\./[^"]+)";\n', re.MULTILINE)
EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:class|const|function) )", re.MULTILINE)
DECLARED: Final = re.compile(r"^(?:async )?(?:class|const|function|let) (\w+)", re.MULTILINE)
COMMENT: Final = re.compile(r"^\s*(?://|/\*\* .*\*/$).*\n|  // .*$", re.MULTILINE)
INDENT: Final = re.compile(r"^[ ]+|^\n", re.MULTILINE)


def bundled(file: Path) -> str:
    """A module after those that it needs, each once. Raises ValueError if two of them have a name in common."""
    parts = dict[Path, str]()
    _collect(file.resolve(), parts)
    names = [name for part in parts.values() for name in DECLARED.findall(part)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{file.name}: modules have names in common: {', '.join(sorted(twice))}")
    return INDENT.sub("", COMMENT.sub("", "".join(parts.values())))


def _collect(file: Path, parts: dict[Path, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for address in IMPORT.findall(text):
        needed = (file.parent / address).resolve()
        if needed not in parts:
            _collect(needed, parts)
    parts[file] = EXPORT.sub("", IMPORT.sub("", text))

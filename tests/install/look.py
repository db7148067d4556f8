"""A program for the Python of an installation: imports everything that production runs, and asks every command for its help.

    python look.py [DISTRIBUTION,DISTRIBUTION…]

The named distributions are treated as not installed. The environment is not read. Exits with 1 and a list of failures.
"""

import importlib
import importlib.abc
import importlib.metadata
import pkgutil
import sys
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

ONLY_WITH_EXTRAS = {"services.devstack.mailcatcher", "services.devstack.supervisor"}


class NotInstalled(importlib.abc.MetaPathFinder):
    """Finds nothing of some distributions, and lets nobody else find it."""

    def __init__(self, distributions: set[str]) -> None:
        owners = importlib.metadata.packages_distributions()
        self._names = {name for name, owned_by in owners.items() if set(map(normal, owned_by)) <= distributions}

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def modules() -> Iterator[str]:
    """All modules of the product, but for those that the extra is for, and those that run when they are imported."""
    for package in map(importlib.import_module, ("services", "shared")):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name not in ONLY_WITH_EXTRAS and not found.name.endswith(".__main__"):
                yield found.name


def helps(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that can be asked for help."""
    yield words
    for name, inner in getattr(command, "commands", {}).items():
        yield from helps(inner, (*words, name))


def main(absent: set[str]) -> list[str]:
    """What does not work."""
    sys.meta_path.insert(0, NotInstalled(absent))
    faults = []
    for name in modules():
        try:
            importlib.import_module(name)
        except ImportError:
            faults.append(f"{name}: {traceback.format_exc(limit=1).splitlines()[-1]}")
    if faults:
        return faults
    import typer.main
    import typer.testing

    from services.cli.app import app

    asked = list(helps(typer.main.get_command(app)))
    for words in asked:
        answer = typer.testing.CliRunner().invoke(app, [*words, "--help"])
        if answer.exit_code or not answer.output:
            faults.append(f"tonghop {' '.join(words)} --help: {answer.output}")
    if len(asked) < 20:
        faults.append(f"only {len(asked)} commands were found")
    return faults


if __name__ == "__main__":
    found = main({normal(name) for name in ",".join(sys.argv[1:]).split(",") if name})
    print("\n".join(found))
    sys.exit(bool(found))

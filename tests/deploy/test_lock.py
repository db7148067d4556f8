"""The lock files: the image and `make` install exact versions, checked by hashes, that cover every requirement of pyproject.toml."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUN_TIME, DEVELOPMENT = "deploy/requirements.txt", "deploy/requirements-dev.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENTRY = re.compile(r"([\w.-]+)==([\w.+!]+)(?: ; [^\\\n]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
BEGINNING = "# Written by `make lock`.\n"


def locked(name: str) -> dict[str, str]:
    """Each package of a lock file with its version."""
    return {canonicalize_name(found[1]): found[2] for found in ENTRY.finditer((ROOT / name).read_text(encoding="utf-8"))}


def wanted(requirements: Iterable[str], *extras: str) -> list[Requirement]:
    """The requirements that hold here, for an installation with these extras."""
    asked = [Requirement(text) for text in requirements]
    return [one for one in asked if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))]


@pytest.mark.parametrize("name", [RUN_TIME, DEVELOPMENT])
def test_a_lock_file_has_exact_versions_with_hashes_and_nothing_else(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.startswith(BEGINNING)
    assert ENTRY.sub("", text.removeprefix(BEGINNING)) == "", "no address, no option, no range"


def test_every_requirement_of_the_product_is_locked() -> None:
    runtime, development = locked(RUN_TIME), locked(DEVELOPMENT)
    basic = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    extras = [text for extra in PROJECT["project"]["optional-dependencies"].values() for text in extra if not text.startswith("tonghop[")]
    asked = [(one, runtime) for one in wanted(basic)] + [(one, development) for one in wanted([*basic, *extras])]
    for requirement, lock in asked:
        assert requirement.specifier.contains(lock.get(canonicalize_name(requirement.name), "0")), f"{requirement} is not locked: make lock"


def test_development_runs_on_the_versions_of_the_image() -> None:
    assert locked(RUN_TIME).items() <= locked(DEVELOPMENT).items()


def installed(name: str) -> str | None:
    """The version of a package that is installed here."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def test_what_a_locked_package_asks_for_is_locked() -> None:
    lock = locked(DEVELOPMENT)
    here = [name for name, version in lock.items() if installed(name) == version]
    missing = [
        f"{name} asks for {requirement}: make lock"
        for name in here
        for requirement in wanted(importlib.metadata.requires(name) or [])
        if not requirement.specifier.contains(lock.get(canonicalize_name(requirement.name), "0"))
    ]

    assert len(here) > 20
    assert missing == []

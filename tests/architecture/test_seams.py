"""A planted bug replaces something public: a simulation that patches `_private` names breaks whenever the code is tidied up."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIMULATION = sorted((ROOT / "tests" / "simulation").rglob("*.py"))
REPLACING = {"put", "object", "setattr", "delattr"}  # planting.put, mock.patch.object, monkeypatch.setattr


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def private_patches(source: str) -> list[str]:
    """What a module replaces that is private: `line: name`."""
    return [
        f"{node.lineno}: {text.value}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and called(node) in REPLACING | {"patch"}
        for text in node.args[: 1 if called(node) == "patch" else 2]
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and is_private(text.value)
    ]


def private_uses(source: str) -> list[str]:
    """Private attributes of anything: `line: name`."""
    return [
        f"{node.lineno}: {node.attr}" for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute) and is_private(node.attr)
    ]


@pytest.mark.parametrize("file", SIMULATION, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_simulation_replaces_public_names_only(file: Path) -> None:
    assert private_patches(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", [file for file in SIMULATION if file.name == "bugs.py"], ids=lambda file: file.parent.name)
def test_a_planted_bug_uses_public_names_only(file: Path) -> None:
    assert private_uses(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ['put(Intake, "_publish", wrong)', 'mock.patch.object(Intake, "_publish", wrong)', 'mock.patch("services.ingest.intake._message")'],
)
def test_a_private_patch_is_seen(line: str) -> None:
    assert len(private_patches(line)) == 1


def test_a_public_patch_is_fine() -> None:
    assert private_patches('put(Intake, "publish", wrong)\nput(Reader, "__init__", wrong)\n') == []
    assert private_uses("async def wrong(self):\n    await self._store.claim()\n") == ["2: _store"]

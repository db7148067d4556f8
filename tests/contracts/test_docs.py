"""Everything that the documents name exists: files, functions, tests, import rules, settings, commands."""

import ast
import re
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
import typer

from services.cli.app import app
from services.portal.domain.duties import WORDS, DutyState
from shared.shell.settings import USERS, Settings
from shared.words.periods import VIETNAM

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "shared" / "contracts" / "README.md"])
PLACE = re.compile(r"`((?:services|shared|tests|deploy)/[\w./-]+\.\w+)(?::([\w.]+))?`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
STATUS = re.compile(r"# .+\n\n(Proposed|Accepted|Superseded by \d{4}), (\d\d/\d\d/\d{4})\.\n\n## Context\n")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]


def names(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def defined(source: str) -> set[str]:
    """The functions and classes of a module, nested ones too, methods as `Class.method`."""
    module = ast.parse(source)
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    methods = {f"{node.name}.{inner.name}" for node in classes for inner in node.body if isinstance(inner, functions)}
    return methods | {node.name for node in ast.walk(module) if isinstance(node, ast.ClassDef | functions)}


@pytest.mark.parametrize("document", [document for document in DOCS if document.parent.name != "notes"], ids=names)
def test_every_place_in_the_code_that_a_document_names_is_there(document: Path) -> None:
    lost = []
    for path, name in PLACE.findall(document.read_text(encoding="utf-8")):
        file = ROOT / path
        if not file.exists() or (name and name not in defined(file.read_text(encoding="utf-8"))):
            lost.append(f"{path}:{name}")
    assert lost == []


@pytest.mark.parametrize("document", DOCS, ids=names)
def test_every_link_leads_somewhere(document: Path) -> None:
    assert [link for link in LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=names)
def test_every_decision_record_has_its_parts_and_one_line_to_quote(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert text.startswith(f"# {record.name[:4]}. ")
    assert len(re.findall(r"^> \*\*.+?\*\*$", text, re.MULTILINE | re.DOTALL)) == 1
    assert "give up" in text


@pytest.mark.parametrize("record", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=names)
def test_every_decision_record_says_its_status_and_since_when(record: Path) -> None:
    status = STATUS.match(record.read_text(encoding="utf-8"))
    assert status is not None, "the line below the title is e.g. `Accepted, 26/11/2026.`"
    assert datetime.strptime(status[2], "%d/%m/%Y").replace(tzinfo=VIETNAM) <= datetime.now(VIETNAM)


def test_every_decision_record_that_the_code_cites_exists() -> None:
    files = [path for name in ("services", "shared", "tests") for path in (ROOT / name).rglob("*.py")]
    cited = {number for path in files for number in re.findall(r"ADR[- ](\d{4})", path.read_text(encoding="utf-8"))}
    assert len(cited) > 10
    assert cited <= {record.name[:4] for record in (ROOT / "docs" / "adr").glob("*.md")}


CITATION = re.compile(r'design, sections? ([1-9])(?: and ([1-9]))?(?:, (?:"([^"]+)"(?: and "([^"]+)")?|step ([0-9]+)))?')
FURTHER = re.compile(r'; section ([1-9]), "([^"]+)"(?: and "([^"]+)")?')


def sections() -> dict[str, str]:
    """The text of each numbered section of the design, by its number."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## ([0-9])\. (.+?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


def citations(text: str) -> list[tuple[str, str]]:
    """What a module cites of the design: a section's number, and the line with which the cited part begins ("" for the whole section)."""
    plain = " ".join(text.split())
    cited = []
    for first, second, *headings, step in CITATION.findall(plain):
        parts = [f"\n### {heading}\n" for heading in headings if heading] + ([f"\n{step}. "] if step else [])
        cited += [(first, part) for part in parts or [""]] + ([(second, "")] if second else [])
    for section, *headings in FURTHER.findall(plain):
        cited += [(section, f"\n### {heading}\n") for heading in headings if heading]
    return cited


def test_every_section_of_the_design_that_the_code_cites_is_there() -> None:
    there = sections()
    files = [path for name in ("services", "shared", "tests") for path in (ROOT / name).rglob("*.py")]
    cited = {(names(path), *found) for path in files for found in citations(path.read_text(encoding="utf-8"))}
    assert len(cited) > 20
    assert {(name, section, part) for name, section, part in cited if section not in there or part not in there[section]} == set()


def test_nothing_cites_a_design_that_is_not_in_the_product() -> None:
    folders = (ROOT / name for name in ("services", "shared", "docs", "deploy"))
    texts = {
        path: path.read_text(encoding="utf-8")
        for folder in folders
        for path in folder.rglob("*.*")
        if path.suffix in (".py", ".md", ".yaml")
    }
    assert [names(path) for path, text in texts.items() if re.search(r"design-2|second part, section", text)] == []


def test_the_import_rules_of_the_architecture_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").replace("`", "")
    rules = re.search(r"## Import rules\n(.+?)\n## ", text, re.DOTALL)
    assert rules is not None
    assert re.findall(r"^\| ((?!rule|---).+?) \|", rules[1], re.MULTILINE) == [contract["name"] for contract in contracts]


def test_the_settings_of_the_operations_page_are_the_settings_with_their_defaults_and_who_uses_them() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    documented: dict[str, tuple[str, str]] = {}
    for variables, defaults, users in re.findall(r"^\| (`TONGHOP_.+?) \| (.+?) \| (.+?) \|", text, re.MULTILINE):
        for name, default in zip(re.findall(r"`(.+?)`", variables), re.findall(r"`(.+?)`", defaults), strict=True):
            documented[name] = (default, users)
    users_of = {name: [user for user, kind in USERS.items() if name in kind.model_fields] for name in Settings.model_fields}
    assert documented == {
        f"TONGHOP_{name.upper()}": (str(field.default), "all" if users_of[name] == list(USERS) else ", ".join(users_of[name]))
        for name, field in Settings.model_fields.items()
    }


def commands() -> set[str]:
    """Every command of `tonghop`, with its group."""
    program = typer.main.get_command(app)
    assert isinstance(program, typer.core.TyperGroup)
    groups = program.commands
    known = {name for name, found in groups.items() if not hasattr(found, "commands")}
    return known | {f"{group} {name}" for group, found in groups.items() for name in getattr(found, "commands", ())}


@pytest.mark.parametrize("document", DOCS, ids=names)
def test_the_commands_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = {re.sub(r" [\[({A-Z-].*", "", found) for found in re.findall(r"`(?:\.venv/bin/)?tonghop ([a-z][^`]*)`", text)}
    assert {name for name in named if re.sub(r" .*/.*| <.*", "", name) not in commands()} == set()


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Commands\n")[2].partition("\n\nThe web page")[0]
    named = set()
    for found in re.findall(r"`([a-z][^`]*)`", text):
        if not found.startswith("make"):
            group, _, rest = re.sub(r" \[.*", "", found).partition(" ")
            named |= {f"{group} {name}".strip() for name in rest.split("|")}
    assert len(named) > 10
    assert named <= commands()


@pytest.mark.parametrize("document", DOCS, ids=names)
def test_the_make_targets_that_a_document_names_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"`make ([a-z][a-z-]*)|^make ([a-z-]+) +#", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert {inline or line for inline, line in named} <= targets


def test_every_state_of_a_duty_is_a_word_of_the_vocabulary_under_which_people_read_it() -> None:
    words = dict(
        re.findall(r"^\| (\w+) \| [^|]+ \| ([^|]+) \|", (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {state.value: words.get(state.value) for state in DutyState} == {state.value: word.lower() for state, word in WORDS.items()}

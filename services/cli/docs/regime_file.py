"""Builds docs/regime-file.md: every key of a regime file, with its meaning, default and an example.

Source: the pydantic model `shared.words.regimes.Regime`, whose fields have descriptions, and the example files beside this module, which
`tonghop regimes check` accepts.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from services.cli.docs import markdown
from shared.plumbing import yaml_files
from shared.words import regime_fields
from shared.words.regimes import Regime

Json = dict[str, Any]
Key = tuple[str, str]  # name of the model, name of the key

EXAMPLES: Final = Path(__file__).parent / "examples"
ORDER: Final = (
    "Regime",
    "PeriodRange",
    "Group",
    "Obligation",
    "DeadlineRule",
    "AfterCutOff",
    "Confirm",
    "Ladder",
    "Indicator",
    "Target",
    "Unusual",
    "FigureRule",
    "Estimates",
    "Change",
    "TargetChange",
)
HEADINGS: Final[Mapping[str, str]] = {
    "Regime": "The file",
    "PeriodRange": "A range of `periods`",
    "Group": "A group, in `reporters`",
    "Obligation": "`obligation`",
    "DeadlineRule": "A deadline, in `obligation.deadlines`",
    "AfterCutOff": "`after_cut_off` of a deadline",
    "Confirm": "An entry of `obligation.confirm`",
    "Ladder": "`obligation.ladder`",
    "Indicator": "An indicator, in `indicators`",
    "Target": "`target` of an indicator",
    "Unusual": "`unusual` of an indicator",
    "FigureRule": "A rule, in `rules`",
    "Estimates": "`estimates`",
    "Change": "A change, in `changes`",
    "TargetChange": "A changed target, in `targets` of a change",
}
WORDS: Final[Mapping[str, str]] = {
    regime_fields.CODE: "code (a–z, 0–9, `_`)",
    regime_fields.REGIME_ID: "regime id (a–z, 0–9, `-`)",
    regime_fields.UNIT_CODE: "unit code",
    regime_fields.DECIMAL: "number in quotes",
    regime_fields.DAY: "day `MM-DD` or `YYYY-MM-DD`",
    regime_fields.DATE: "day `YYYY-MM-DD`",
    regime_fields.TIME: "time `HH:MM`",
}
FIRST: Final = "vi-du-hang-nam.yaml"  # of the example files
INTRODUCTION: Final = """
A regime is one YAML file in `deploy/regimes/`, named `<id>.yaml`. An agency writes and owns it. `tonghop regimes check FILE` judges a
file and names line and reason of each fault; `tonghop regimes load FILE` stores it. A key that is not listed here is refused, and so is
a key that would have no effect. Write codes, days and times in quotes: without them YAML reads `06253`, `2026` and `17:00` as numbers.

What a regime says changes over time, for example when a reform ends its districts. Do not rewrite the file, because earlier periods would
change too. Add an entry to `changes` with the first day (`from`), the law, and the fields that are different from then on. Each field
replaces the whole field; what the entry leaves out stays as it was. A period has what is in force on its reference day, which is its
cut-off: a change from 2025-07-01 is for the year 2025, which ends later, and not for 2024. Codes are those of that day, because a reform
may give a code to another unit. If a code of the regime means another unit from the first day on, repeat the field in `changes`, even if
the code stays the same; `tonghop reform check` refuses a reform while a regime does not say what it means afterwards. `ends` closes the
regime from a day on. Kind and decimals of an indicator never change. `tonghop regimes check` judges every version by the units of the
periods that have it, and warns if a reform is not applied yet or if a code that the file says once means another unit in later periods;
`tonghop regimes show` says what changes. The last example below is such a file.
"""


def page() -> str:
    """The text of the page."""
    models, examples = _models(), samples()
    tables = [_section(name, models[name], examples) for name in (*ORDER, *sorted(models.keys() - set(ORDER)))]
    return markdown.page("The regime file", INTRODUCTION, *tables, _whole_examples())


def keys() -> set[Key]:
    """Every key that a regime file may have."""
    return {(name, key) for name, model in _models().items() for key in model["properties"]}


def samples() -> dict[Key, Any]:
    """The value that the example files give for each key; the first file that has the key wins."""
    models, found = _models(), dict[Key, Any]()
    for path in _files():
        for key, value in _samples("Regime", yaml_files.values(yaml_files.read(path)), models):
            found.setdefault(key, value)
    for key in models["DeadlineRule"]["properties"]:
        found.setdefault(("Confirm", key), found.get(("DeadlineRule", key)))  # confirmations use the same deadline rules
    for key in models["Change"]["properties"]:
        if key in models["Regime"]["properties"]:
            found.setdefault(("Regime", key), found.get(("Change", key)))  # a change replaces fields of the regime
    return found


def _models() -> dict[str, Json]:
    """The JSON Schema of each part of a file, by the name of its model."""
    schema = Regime.model_json_schema()
    return {"Regime": schema, **schema["$defs"]}


def _files() -> list[Path]:
    return sorted(EXAMPLES.glob("*.yaml"), key=lambda path: (path.name != FIRST, path.name))


def _section(name: str, model: Json, samples: Mapping[Key, Any]) -> str:
    rows = [
        (markdown.code(key), _type(field), _default(key, field, model), _sample(samples.get((name, key))), field.get("description", ""))
        for key, field in model["properties"].items()
    ]
    return f"## {HEADINGS.get(name, name)}\n\n{markdown.table(('key', 'value', 'default', 'example', 'meaning'), rows)}"


def _samples(name: str, value: Any, models: Mapping[str, Json]) -> Iterator[tuple[Key, Any]]:
    """Every key used in a part of an example (model and key), and its value."""
    for key, found in value.items():
        yield (name, key), found
        field = models[name]["properties"][key]
        for inner in _inner(field):
            parts = found if isinstance(found, list) else [found] if _is_direct(field) else list(found.values())
            for part in parts:
                if isinstance(part, dict):
                    yield from _samples(inner, part, models)


def _inner(field: Json) -> Iterator[str]:
    """The models that a field refers to."""
    text = json.dumps(field)
    yield from (name for name in ORDER if f'"#/$defs/{name}"' in text)


def _is_direct(field: Json) -> bool:
    return "$ref" in field or any("$ref" in option for option in field.get("anyOf", ()))


def _type(field: Json) -> str:
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(text for option in field["anyOf"] if (text := _type(option))))
    if "enum" in field or "const" in field:
        return " or ".join(markdown.code(value) for value in field.get("enum", [field.get("const")]) if value)
    if "$ref" in field:
        return "as below"
    match field["type"]:
        case "array":
            return f"list of: {_type(field['items'])}"
        case "object":
            inner = field.get("additionalProperties")
            return f"by name: {_type(inner)}" if isinstance(inner, dict) else "by code: text"
        case "string":
            return WORDS.get(field.get("pattern", ""), "text")
        case "null":
            return ""
        case other:
            return {"integer": "whole number", "boolean": "`true` or `false`"}[other]


def _default(key: str, field: Json, model: Json) -> str:
    if key in model.get("required", ()):
        return "**required**"
    value = field.get("default")
    if value in (None, "", [], {}) or isinstance(value, dict):
        return "–"
    return markdown.code(json.dumps(value, ensure_ascii=False))


def _sample(value: object) -> str:
    """An example value in one line; empty when its model has a table of its own."""
    text = json.dumps(value, ensure_ascii=False)
    return "" if value is None or len(text) > 80 or "{" in text else markdown.code(text)


def _whole_examples() -> str:
    files = [path.read_text(encoding="utf-8").rstrip("\n") for path in _files()]
    return "## Whole examples\n\n" + "\n\n".join(f"```yaml\n{text}\n```" for text in files)

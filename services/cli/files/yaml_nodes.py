"""Nodes of a YAML document: the scalars with their paths, numbers that people read differently, and the line of a path."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from shared.plumbing import yaml_files
from shared.words.refusals import Refusal, refusal

Path = tuple[int | str, ...]
WHOLE_NUMBER: Final = "tag:yaml.org,2002:int"


def scalars(node: Any, path: Path = ()) -> Iterator[tuple[Path, yaml.ScalarNode]]:
    """Every scalar of the document, by its path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from scalars(value, (*path, number))
    elif isinstance(node, yaml.ScalarNode):
        yield path, node


def strange_numbers(root: Any) -> Iterator[tuple[Path, Refusal]]:
    """Numbers that YAML reads differently than a person: `010` is 8, `1_0` is 10, `0x10` is 16."""
    for path, node in scalars(root):
        if node.tag == WHOLE_NUMBER and not (node.value.lstrip("+-").isdigit() and int(node.value) == yaml_files.values(node)):
            yield path, refusal("yaml.strange_number", text=node.value, value=yaml_files.values(node))


def line(root: Any, path: Sequence[int | str]) -> int | None:
    """The line of the deepest node of the document on the fault's path."""
    node = root
    for part in path:
        node = _step(node, part) or node
    return yaml_files.line_of(node.start_mark) if node is not None else None


def _step(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode):
        if isinstance(part, int) or part.isdecimal():
            return node.value[int(part)] if int(part) < len(node.value) else None
        return next((value for value in node.value if getattr(_step(value, "code"), "value", None) == part), None)
    return None

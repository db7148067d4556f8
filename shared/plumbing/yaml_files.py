"""YAML that people write: one plain document. No aliases (a few lines of them stand for more than a machine holds), nothing made
by a tag, no key twice (the last would win, and nobody is told).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from shared.plumbing import text_files
from shared.plumbing.text_files import UnreadableError
from shared.words.refusals import number, refusal

MOST_CHARACTERS: Final = 1_000_000  # the reader is slow: some seconds for so many


class _Plain(yaml.SafeLoader):
    """Refuses aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs lack it
            raise UnreadableError(refusal("yaml.alias"), line_of(mark))
        return super().compose_node(parent, index)


class _Located(yaml.SafeLoader):
    """Says where a day stands that no calendar has."""

    def construct_yaml_timestamp(self, node: Any) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise UnreadableError(refusal("yaml.no_such_day", text=node.value), line_of(node.start_mark)) from error


_Located.add_constructor("tag:yaml.org,2002:timestamp", _Located.construct_yaml_timestamp)


def read(path: Path) -> Any:
    """A file's document as nodes, which know where they stand; None when it is empty. Raises UnreadableError."""
    text = text_files.read(path)
    if len(text) > MOST_CHARACTERS:
        raise UnreadableError(refusal("yaml.too_long", most=number(MOST_CHARACTERS)))
    try:
        loader = _Plain(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
        _refuse_repeats(root)
    except (yaml.YAMLError, RecursionError) as error:
        raise _broken(error) from error
    return root


def values(root: Any) -> Any:
    """What the nodes of a document say. Raises UnreadableError."""
    if root is None:
        return None
    loader = _Located("")
    try:
        return loader.construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _broken(error) from error
    finally:
        loader.dispose()


def _broken(error: Exception) -> UnreadableError:
    where = line_of(getattr(error, "problem_mark", None))
    if isinstance(error, RecursionError):
        return UnreadableError(refusal("yaml.too_deep"), where)
    detail = getattr(error, "problem", None) or getattr(error, "reason", None) or error
    return UnreadableError(refusal("yaml.not_yaml", detail=detail), where)


def line_of(mark: Any) -> int | None:
    """The line of a mark; None when there is no mark."""
    return mark.line + 1 if mark is not None else None


def _refuse_repeats(root: Any) -> None:
    found = list(_repeats(root))
    if found:
        key, first = found[0]
        raise UnreadableError(refusal("yaml.repeated_key", key=key.value, first=first), line_of(key.start_mark))


def _repeats(node: Any) -> Iterator[tuple[Any, int | None]]:
    """Keys that occurred before in the same mapping, and on which line."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int | None] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key, seen[key.value]
                seen.setdefault(key.value, line_of(key.start_mark))
            yield from _repeats(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeats(value)

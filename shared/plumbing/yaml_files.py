"""YAML that people write: one plain document. It refuses aliases (a few lines can expand to more than the memory holds), tags that create
objects, and repeated keys (the last one would win silently).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from shared.plumbing import text_files
from shared.plumbing.text_files import UnreadableError
from shared.words.refusals import number, refusal

MOST_CHARACTERS: Final = 1_000_000  # the parser is slow: it takes some seconds for this much


class _Plain(yaml.SafeLoader):
    """A composer that refuses aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs lack it
            raise UnreadableError(refusal("yaml.alias"), line_of(mark))
        return super().compose_node(parent, index)


class _Located(yaml.SafeLoader):
    """A constructor that reports the line of a day that does not exist."""

    def construct_yaml_timestamp(self, node: Any) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise UnreadableError(refusal("yaml.no_such_day", text=node.value), line_of(node.start_mark)) from error


_Located.add_constructor("tag:yaml.org,2002:timestamp", _Located.construct_yaml_timestamp)


def read(path: Path) -> Any:
    """A file's document as nodes, which have their line; None if the file is empty. Raises UnreadableError."""
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
    """The values of a document's nodes. Raises UnreadableError."""
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
    """The line of a mark; None if there is no mark."""
    return mark.line + 1 if mark is not None else None


def _refuse_repeats(root: Any) -> None:
    repeats = list(_repeats(root))
    if repeats:
        key, first = repeats[0]
        raise UnreadableError(refusal("yaml.repeated_key", key=key.value, first=first), line_of(key.start_mark))


def _repeats(node: Any) -> Iterator[tuple[Any, int | None]]:
    """The keys that occurred before in the same mapping, with their lines."""
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

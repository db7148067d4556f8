"""Differences: fields of documents that do not match the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
DERIVED_FROM_ORDER: Final = ("position", "updated_at")  # they name the last message, not the figures


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that does not match the log."""

    view: str
    field: str
    stored: Any
    expected: Any

    def as_dict(self) -> Json:
        return {"view": self.view, "field": self.field, "stored": self.stored, "expected": self.expected}


def absent(document: str) -> Difference:
    """A document is missing."""
    return Difference(document, "", None, "có")


def unexpected(document: str) -> Difference:
    """A document exists that should not exist."""
    return Difference(document, "", "có", None)


def between(document: str, stored: Json, expected: Json) -> Iterator[Difference]:
    """Every field of a view whose stored value differs from the expected one."""
    left, right = flat(stored), flat(expected)
    for field in sorted(left.keys() | right.keys()):
        if field.split(".")[0] not in DERIVED_FROM_ORDER and (field not in left or field not in right or left[field] != right[field]):
            yield Difference(document, field, left.get(field), right.get(field))


def flat(value: Json, prefix: str = "") -> Json:
    """The leaves of a document by dotted path; a list counts as a leaf."""
    leaves: Json = {}
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and inner:
            leaves |= flat(inner, f"{path}.")
        else:
            leaves[path] = inner
    return leaves

"""Differences: which fields of which documents are not as the log says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
DERIVED_FROM_ORDER: Final = ("position", "updated_at")  # they say which message came last, not what the figures are


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as the log says."""

    view: str
    field: str
    stored: Any
    expected: Any

    def as_dict(self) -> Json:
        return {"view": self.view, "field": self.field, "stored": self.stored, "expected": self.expected}


def absent(document: str) -> Difference:
    """A document that must be there is not."""
    return Difference(document, "", None, "có")


def unexpected(document: str) -> Difference:
    """A document that must not be there is."""
    return Difference(document, "", "có", None)


def between(document: str, stored: Json, expected: Json) -> Iterator[Difference]:
    """Every field of a view in which the stored one is not the expected one."""
    left, right = flat(stored), flat(expected)
    for field in sorted(left.keys() | right.keys()):
        if field.split(".")[0] not in DERIVED_FROM_ORDER and (field not in left or field not in right or left[field] != right[field]):
            yield Difference(document, field, left.get(field), right.get(field))


def flat(value: Json, prefix: str = "") -> Json:
    """The leaves of a document by dotted path; a list is a leaf."""
    found: Json = {}
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and inner:
            found |= flat(inner, f"{path}.")
        else:
            found[path] = inner
    return found

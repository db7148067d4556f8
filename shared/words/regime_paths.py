"""Where a regime file says what one of its versions says: in the regime's own field, or in the last change that replaces it."""

from collections.abc import Sequence
from typing import Final

from shared.words.regime_parts import Change

Path = tuple[int | str, ...]
"""Where something is in a regime file: `("changes", 0, "recipient")`."""
REPLACED: Final = ("recipient", "on_behalf_of", "within", "reporters", "obligation", "groupings")


def written(changes: Sequence[Change], codes: Sequence[str], path: Sequence[int | str]) -> Path:
    """Where the file says what a version with these changes says at `path`. `codes` are those of the indicators, in the file's order."""
    for place in reversed(range(len(changes))):
        if (found := _in_change(changes[place], codes, path)) is not None:
            return ("changes", place, *found)
    return tuple(path)


def _in_change(change: Change, codes: Sequence[str], path: Sequence[int | str]) -> Path | None:
    """Where a change says it; None if it does not."""
    name = path[0] if path else ""
    if name in REPLACED and getattr(change, str(name)) is not None:
        return tuple(path)
    if name != "indicators" or len(path) < len(("indicators", "code", "asked")):
        return None
    code = codes[path[1]] if isinstance(path[1], int) else path[1]
    if path[2] == "asked" and code in change.asked:
        return ("asked", code, *path[3:])
    if tuple(path[2:4]) == ("target", "level") and code in change.targets:
        return ("targets", code, "level")
    return None

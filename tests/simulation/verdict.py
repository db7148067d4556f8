"""What both simulations say of a seed: its trace, its counts, and every promise that was broken."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

MOST_FINDINGS: Final = 20  # violations of one seed that are kept in words


class ViolationFound(BaseException):
    """There is a violation, and the first is enough. The product cannot catch it."""


@dataclass(frozen=True)
class Result:
    """What one seed gave. The same seed gives the same trace as long as the code is the same."""

    seed: int
    trace: str
    counts: Counter[str]
    findings: list[str]
    lines: list[str]  # the trace in words, if it was asked for

    @property
    def violations(self) -> int:
        return self.counts["violations"]


@dataclass(kw_only=True)
class Verdict:
    """Notes what happens in one seed, and what is wrong with it."""

    is_first_enough: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    trace: Any = field(default_factory=hashlib.sha256)
    lines: list[str] | None = None  # a list when somebody wants to read the trace

    def note(self, *words: object) -> None:
        """One line of the trace."""
        self.trace.update(repr(words).encode())
        if self.lines is not None:
            self.lines.append(" ".join(map(str, words)))

    def violated(self, promise: str, *words: object) -> None:
        """A promise was broken. Raises ViolationFound when the first is enough."""
        self.counts["violations"] += 1
        self.counts[f"violation: {promise}"] += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(f"{promise}: {' '.join(map(str, words))}")
        if self.is_first_enough:
            raise ViolationFound

    def result(self, seed: int) -> Result:
        return Result(seed, self.trace.hexdigest(), self.counts, self.findings, self.lines or [])

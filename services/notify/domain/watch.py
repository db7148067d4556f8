"""Watches: which members of a ladder a tick must look at.

A tick costs in proportion to what is due or has changed, not to all that is owed: a member whose newest rung is claimed is not looked at
again before the next rung. Claims are permanent, so a clock that goes back cannot make a claimed rung due again.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from shared.words.ladder import Rung

UNKNOWN: Final = ""
"""The name of no rung: nothing is known to be claimed."""
NOBODY: Final[Mapping[str, Any]] = MappingProxyType({})
Member = TypeVar("Member")


class Watch(Generic[Member]):
    """The members that share the rungs of one ladder, by id. `open` are the members whose newest rung is not known to be claimed, with the
    last rung that is (a name, or UNKNOWN).
    """

    __slots__ = ("_instants", "_newest", "members", "open", "rungs")

    def __init__(self, rungs: tuple[Rung, ...], members: Mapping[str, Member] = NOBODY) -> None:
        self.rungs = rungs
        self.members = dict(members)
        self.open = dict.fromkeys(members, UNKNOWN)
        self._instants = [rung.at for rung in rungs]
        self._newest = -1  # index of the newest rung when the members were last looked at

    def put(self, member_id: str, member: Member) -> None:
        """Adds or updates a member. It is looked at again."""
        self.members[member_id] = member
        self.open[member_id] = UNKNOWN

    def remove(self, member_id: str) -> None:
        del self.members[member_id]
        self.open.pop(member_id, None)

    def look(self, loaded_at: datetime, now: datetime) -> Rung | None:
        """The newest rung so far, the only one that can be due. Opens the members if it was not reached at the last look.

        None if there is no such rung, or if it is from before the regime was loaded: then nothing is due before the next rung.
        """
        newest = bisect_right(self._instants, now) - 1
        if newest > self._newest:
            claimed = UNKNOWN if self._newest < 0 else self.rungs[self._newest].name
            self.open = {member_id: self.open.get(member_id, claimed) for member_id in self.members}
        elif newest < self._newest:
            ahead = {rung.name for rung in self.rungs[max(newest, 0) :]}
            self.open = {member_id: claimed for member_id, claimed in self.open.items() if claimed not in ahead}
        self._newest = newest
        if newest < 0 or self.rungs[newest].at < loaded_at:
            self.open.clear()
            return None
        return self.rungs[newest]

    def close(self, member_id: str, member: Member, rung: Rung) -> None:
        """Records that a rung of a member is claimed. A member that has changed since is looked at again."""
        if self.members.get(member_id) is not member:
            return
        if self._newest >= 0 and rung.name == self.rungs[self._newest].name:
            self.open.pop(member_id, None)
        elif member_id in self.open:
            self.open[member_id] = rung.name

    @property
    def next_at(self) -> datetime | None:
        """When the next rung comes; None after the last one."""
        return self._instants[self._newest + 1] if self._newest + 1 < len(self._instants) else None

    def looks(self, rung: Rung) -> "Iterator[Look[Member]]":
        """One look for each open member, with the newest rung so far."""
        for member_id, claimed in self.open.items():
            yield Look(self, member_id, self.members[member_id], rung, claimed)


@dataclass(frozen=True, slots=True)
class Look(Generic[Member]):
    """An open member and the rung that may be due. `claimed` is the last rung that is known to be claimed (a name, or UNKNOWN)."""

    watch: Watch[Member]
    member_id: str
    member: Member
    rung: Rung
    claimed: str

    def close(self) -> None:
        """Records that the rung is claimed, by whichever notifier."""
        self.watch.close(self.member_id, self.member, self.rung)

"""The check of the audit log's chain names the first entry that is not as it was written."""

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from shared.words import audit, audit_chain
from shared.words.audit import Act, Head
from shared.words.audit_chain import Chain, Claim, Fault

AT = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
LENGTH = 12
Entries = list[dict[str, Any]]


def log(length: int = LENGTH) -> Entries:
    """The entries as MongoDB has them."""
    head, entries = audit.EMPTY, []
    for number in range(length):
        act = Act("operator/lan", "units.imported", f"units/{number}", {"n": number, "of": ["a", {"b": True}]})
        entry = audit.entry(head, act, AT + timedelta(seconds=number))
        head = Head(entry.number, audit.hash_of(entry))
        fields = {"at": entry.at, "actor": entry.actor, "action": entry.action, "target": entry.target, "details": entry.details}
        entries.append({"_id": entry.number, **fields, "before": entry.before, "hash": head.hash})
    return entries


def head_of(stored: dict[str, Any]) -> Head:
    return Head(stored["_id"], stored["hash"])


def rehashed(entries: Entries, first: int) -> None:
    """Computes the hashes from entry `first` (an index) to the end again."""
    for index in range(first, len(entries)):
        entries[index]["before"] = entries[index - 1]["hash"] if index else audit.BEGINNING
        entries[index]["hash"] = audit_chain.hash_of(entries[index])


def checked(entries: Entries, claims: Iterable[Claim] = (), batch: int = 5) -> Fault | None:
    chain = Chain(claims)
    for first in range(0, len(entries), batch):
        chain.take(entries[first : first + batch])
    chain.finish()
    return chain.fault


def named(fault: Fault | None) -> tuple[int, str] | None:
    return None if fault is None else (fault.number, fault.why.code)


def database(entries: Entries) -> list[Claim]:
    return [Claim("database", head_of(entries[-1]))]


@pytest.mark.parametrize("batch", [1, 5, 100])
def test_an_untouched_log_is_intact(batch: int) -> None:
    entries = log()
    claims = [*database(entries), *(Claim("published", head_of(one)) for one in entries[::3]), Claim("mail", head_of(entries[4]))]

    assert checked(entries, claims, batch) is None


def test_a_mistyped_head_does_not_make_the_check_of_a_changed_entry_endless() -> None:
    entries = log()
    entries[3]["actor"] = "nobody"

    began = time.monotonic()
    assert named(checked(entries, [Claim("mail", Head(10**15 - 1, "0" * 64))])) == (4, "audit.changed")
    assert time.monotonic() - began < 30


def test_an_empty_log_is_intact() -> None:
    assert checked([]) is None


CHANGES: list[dict[str, Any]] = [
    {"actor": "nobody"},
    {"at": AT + timedelta(days=1)},
    {"action": "units.lost"},
    {"target": ""},
    {"details": {}},
    {"details": {"n": b"x"}},
    {"hash": "0" * 64},
    {"more": 1},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("index", [0, 4, 5, LENGTH - 1])
def test_a_changed_entry_is_named(change: dict[str, Any], index: int) -> None:
    entries = log()
    entries[index] |= change

    assert named(checked(entries, database(log()))) == (index + 1, "audit.changed")


def test_a_field_that_was_removed_is_a_change() -> None:
    entries = log()
    del entries[3]["target"]

    assert named(checked(entries)) == (4, "audit.changed")


@pytest.mark.parametrize("index", [0, 4, 5, LENGTH - 2])
def test_a_changed_entry_whose_own_hash_was_computed_again_is_named(index: int) -> None:
    entries = log()
    entries[index]["actor"] = "nobody"
    entries[index]["hash"] = audit_chain.hash_of(entries[index])

    assert named(checked(entries, database(log()))) == (index + 1, "audit.changed")


def test_the_last_entry_whose_hash_was_computed_again_does_not_fit_the_head() -> None:
    entries = log()
    entries[-1]["actor"] = "nobody"
    entries[-1]["hash"] = audit_chain.hash_of(entries[-1])

    claims = [Claim("published", head_of(log()[-2])), *database(log())]
    assert named(checked(entries, claims)) == (LENGTH, "audit.rewritten")


def test_an_entry_that_was_tied_to_another_one_is_named() -> None:
    entries = log()
    entries[6]["before"] = "0" * 64
    entries[6]["hash"] = audit_chain.hash_of(entries[6])

    assert named(checked(entries)) == (7, "audit.changed")


@pytest.mark.parametrize("index", [0, 4, 5, LENGTH - 2])
def test_a_dropped_entry_is_named(index: int) -> None:
    entries = log()
    del entries[index]

    assert named(checked(entries, database(log()))) == (index + 1, "audit.missing")


@pytest.mark.parametrize("lost", [1, 3, LENGTH])
def test_entries_cut_off_at_the_end_are_named(lost: int) -> None:
    entries = log()

    fault = checked(entries[:-lost], database(entries))

    assert named(fault) == (LENGTH - lost + 1, "audit.cut")


def test_two_entries_that_were_exchanged_are_named() -> None:
    entries = log()
    entries[3]["_id"], entries[7]["_id"] = 8, 4
    entries.sort(key=lambda stored: int(stored["_id"]))

    fault = checked(entries)

    assert fault is not None
    assert named(fault) == (4, "audit.moved")
    assert "entry 8" in fault.why.message_en


def test_an_entry_that_was_dropped_and_whose_number_the_next_ones_took_is_named() -> None:
    entries = log()
    del entries[5]
    for index in range(5, len(entries)):
        entries[index]["_id"] = index + 1

    assert named(checked(entries)) == (6, "audit.moved")


@pytest.mark.parametrize("source", ["database", "published", "mail"])
def test_a_log_that_was_rewritten_to_its_end_does_not_fit_a_head_that_was_kept(source: audit_chain.Source) -> None:
    entries = log()
    entries[5]["actor"] = "nobody"
    rehashed(entries, 5)
    assert checked(entries) is None

    fault = checked(entries, [Claim("published", head_of(log()[2])), Claim(source, head_of(log()[9]))])

    assert named(fault) == (4, "audit.rewritten")


def test_a_foreign_document_is_named() -> None:
    for foreign in ("x", 1.5, 7.0):
        entries = log()
        entries.insert(6, {**entries[6], "_id": foreign})

        assert named(checked(entries)) == (7, "audit.missing")


def test_only_the_first_fault_is_named() -> None:
    entries = log()
    entries[8]["actor"] = "nobody"
    del entries[3]

    assert named(checked(entries, database(log()))) == (4, "audit.missing")


@given(
    strategies.integers(0, LENGTH - 1), strategies.sampled_from(["actor", "target", "action", "before", "hash"]), strategies.integers(1, 15)
)
def test_no_change_of_a_text_goes_unnoticed(index: int, field: str, batch: int) -> None:
    entries = log()
    entries[index][field] += random.Random(index).choice("abc")

    assert named(checked(entries, database(log()), batch)) == (index + 1, "audit.changed")

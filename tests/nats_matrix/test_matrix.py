"""Who may do what on NATS: every user against every subject, reply subjects and headers, on a real server.

What: `rules` says what the contract allows, `cases` and `headers` what is tried. How: raw connections, on which the server's answer to each
line is seen without waiting; before and after, the messages, streams and consumers are compared. Again: `pytest tests/nats_matrix`.
Measured: 2,600 cases in 3 s.
"""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from shared.wire import subjects
from tests.nats_matrix import cases, rules, trying
from tests.nats_matrix.headers import BLOCKS, STORED, TRACED
from tests.nats_matrix.installation import OURS, grown, running
from tests.nats_matrix.rules import NEIGHBOUR, RULES, UNIT, WITHOUT_ENTRY, covers
from tests.nats_matrix.trying import Effect, Watch

ASKED: Final = [(user, subject) for user, asked in cases.ASKED.items() for subject in asked]
ANSWERED_BY_THE_SERVER: Final = re.compile(rb'\{"stream":"INBOX","seq":\d+\}')
NEVER_A_REPLY: Final = {"$JS.ACK.INBOX.ingest.1.1.1.1.0", "$JS.ACK.FEED.so-nv.1.1.1.1.0", "_R_.x", "_GR_.x"}
"""Reply subjects that nats-server takes from no client."""


@dataclass(frozen=True)
class Found:
    """What came of all cases."""

    entries: dict[str, bool]
    unexpected: dict[str, list[str]]
    grown: dict[str, int]
    changed: list[str]
    effects: dict[tuple[str, str], Effect]
    headers: dict[str, tuple[int, Any]]
    heard_of_headers: dict[str, Any]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return asyncio.run(_all(tmp_path_factory.mktemp("nats")))


async def _all(folder: Path) -> Found:
    async with running(folder) as installation:
        entries = {name: await trying.enter(installation, name) for name in installation.creds}
        before, settings = await installation.stored(), await installation.settings()
        unexpected = await trying.all_unexpected(installation)
        added, after = grown(before, await installation.stored()), await installation.settings()
        changed = sorted(name for name in settings.keys() | after.keys() if settings.get(name) != after.get(name))
        watch = await Watch.begin(installation, "another unit", "another receiver", "push", "cli", "notify")
        effects = {
            (user, subject): await trying.effect_of_replies(installation, watch, user, subject, body)
            for user, asked in cases.ASKED.items()
            for subject, body in asked.items()
        }
        headers = await trying.outcomes_of_headers(installation)
        heard = {user: heard for user, heard in watch.heard().items() if user != "cli"}
        await watch.end()
    return Found(entries, unexpected, added, changed, effects, headers, heard)


def test_there_are_many_cases() -> None:
    assert len(list(cases.tries())) + len(ASKED) * len(cases.REPLIES) + len(BLOCKS) > 2500


@pytest.mark.parametrize("name", WITHOUT_ENTRY)
def test_who_has_no_valid_credentials_cannot_connect(found: Found, name: str) -> None:
    assert not found.entries[name]


@pytest.mark.parametrize("user", RULES)
def test_a_user_may_do_what_the_contract_allows_and_nothing_else(found: Found, user: str) -> None:
    assert found.entries[user]
    assert found.unexpected[user] == []


def test_everybody_is_in_a_table(found: Found) -> None:
    assert found.entries.keys() == RULES.keys() | set(WITHOUT_ENTRY)
    assert set(OURS) <= RULES.keys()


def test_what_was_tried_stored_what_was_allowed_and_changed_nothing_else(found: Found) -> None:
    taken = ("inbox.*", "inbox.*.people", "reports.*.*", "feed.>", "alerts.*", subjects.audit_head(), "parked.*")
    expected: dict[str, int] = {}
    for case in cases.tries():
        is_stored = case.act == "publish" and any(covers(pattern, case.subject) for pattern in taken)
        if is_stored and rules.may(case.user, "publish", case.subject):
            expected[case.subject] = expected.get(case.subject, 0) + 1
    assert found.grown == dict(sorted(expected.items()))
    assert found.changed == []


@pytest.mark.parametrize(("user", "subject"), ASKED)
def test_no_reply_subject_makes_the_broker_store_remove_or_change_anything(found: Found, user: str, subject: str) -> None:
    effect = found.effects[user, subject]
    is_own_message = (user, subject) == ("unit", f"inbox.{UNIT}")
    assert set(effect.refused) == NEVER_A_REPLY
    assert effect.grown == ({subject: len(cases.REPLIES) - len(NEVER_A_REPLY)} if is_own_message else {})
    assert effect.changed == []


def test_through_the_reply_subject_of_a_unit_another_one_hears_only_that_it_has_sent(found: Found) -> None:
    """Accepted in ADR 0061: an acknowledgement on `receipts.*`, `alerts.*` or in an inbox, never content."""
    heard = found.effects["unit", f"inbox.{UNIT}"].heard
    assert heard.keys() == {"another unit"}
    assert {one.subject for one in heard["another unit"]} == {f"receipts.{NEIGHBOUR}", f"alerts.{NEIGHBOUR}", f"_INBOX_{NEIGHBOUR}.x"}
    assert all(ANSWERED_BY_THE_SERVER.fullmatch(one.body) and not one.headers for one in heard["another unit"])


@pytest.mark.parametrize("subject", cases.ASKED["a receiver"])
def test_through_the_reply_subject_of_a_receiver_no_unit_and_no_service_hears_anything(found: Found, subject: str) -> None:
    assert found.effects["a receiver", subject].heard.keys() <= {"another receiver"}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_header_of_a_unit_is_stored_with_its_message_or_the_message_is_refused(found: Found, name: str) -> None:
    outcome, added = found.headers[name]
    assert outcome == BLOCKS[name][1]
    assert added == ({f"inbox.{UNIT}": 2 if name == TRACED else 1} if outcome == STORED else {})


def test_no_header_of_a_unit_makes_anybody_hear_anything(found: Found) -> None:
    assert found.heard_of_headers == {}

"""The rules of the audit log: the chain, and what an entry may hold."""

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from shared.words import audit
from shared.words.audit import Act, Action, Head

AT = datetime(2026, 11, 26, 8, 30, 15, 123987, tzinfo=UTC)
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"


def act(**details: audit.Detail) -> Act:
    return Act("operator/lan", "credential.issued", "units/06253", details)


def test_every_action_has_vietnamese_words() -> None:
    assert set(get_args(Action)) == set(audit.ACTIONS)


def test_the_first_entry_follows_64_zeros() -> None:
    first = audit.entry(audit.EMPTY, act(), AT)

    assert (first.number, first.before) == (1, "0" * 64)


def test_an_entry_has_the_hash_of_the_one_before() -> None:
    first = audit.entry(audit.EMPTY, act(), AT)

    second = audit.entry(Head(1, audit.hash_of(first)), act(), AT)

    assert (second.number, second.before) == (2, audit.hash_of(first))


def test_the_canonical_json_is_the_documented_one() -> None:
    found = audit.entry(audit.EMPTY, act(unit="Xã Điềm He", count=2), AT)

    assert audit.canonical(found).decode() == (
        '{"action":"credential.issued","actor":"operator/lan","at":"2026-11-26T08:30:15.123000Z","before":"' + "0" * 64 + '",'
        '"details":{"count":2,"unit":"Xã Điềm He"},"number":1,"target":"units/06253"}'
    )


def test_the_time_zone_of_the_clock_does_not_change_the_hash() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=7)))

    assert audit.hash_of(audit.entry(audit.EMPTY, act(), elsewhere)) == audit.hash_of(audit.entry(audit.EMPTY, act(), AT))


@pytest.mark.parametrize("name", ["password", "http_key", "keys", "Token", "nats_creds", "secret", "cookie", "seed"])
def test_a_detail_named_like_a_secret_is_refused_also_inside_others(name: str) -> None:
    for details in ({name: "x"}, {"nested": {name: "x"}}, {"list": [{name: "x"}]}):
        with pytest.raises(ValueError, match="name of a secret"):
            audit.entry(audit.EMPTY, act(**details), AT)


def test_a_name_in_which_such_a_word_is_only_a_part_is_allowed() -> None:
    assert audit.entry(audit.EMPTY, act(monkeys=1, keyed=True), AT).details == {"monkeys": 1, "keyed": True}


@pytest.mark.parametrize(
    "secret",
    [
        "th_" + "Ab-_9" * 8,
        SEED,
        "eyJ0eXAiOiJKV1QifQ.eyJqdGkiOiJYIn0.c2ln",
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
        "otpauth://totp/x?secret=JBSWY3DP",
        f"-----BEGIN USER NKEY SEED-----\n{SEED}\n",
    ],
)
def test_a_text_that_looks_like_a_secret_is_masked_wherever_it_is(secret: str) -> None:
    recorded = audit.entry(audit.EMPTY, Act("nobody", "login.refused", f"x {secret}", {"login": secret, "of": [f"({secret})"]}), AT)

    assert secret.split("\n")[-1] not in str(recorded) or not secret.split("\n")[-1]
    assert SEED not in str(recorded)
    assert audit.MASK in recorded.target
    assert audit.MASK in str(recorded.details["login"])


def test_texts_and_lists_are_cut_and_put_on_one_line() -> None:
    recorded = audit.entry(audit.EMPTY, act(text="a\r\nb\u202e\ud800" + "x" * 1000, many=["y"] * 1000), AT)

    text = recorded.details["text"]
    assert isinstance(text, str)
    assert text.startswith("a b�x")
    assert len(text) == audit.MOST_CHARACTERS + 1
    assert recorded.details["many"] == ["y"] * audit.MOST_ITEMS + ["…"]


def test_the_details_of_an_entry_have_a_limited_size() -> None:
    recorded = audit.entry(audit.EMPTY, act(**{f"n{number}": ["x" * 200] * 10 for number in range(100)}), AT)

    assert recorded.details["cut"] is True
    assert len(audit.canonical(recorded)) < audit.MOST_BYTES + 600


def test_what_is_nested_too_deep_is_cut() -> None:
    assert audit.entry(audit.EMPTY, act(a={"b": {"c": {"d": 1}}}), AT).details == {"a": {"b": {"c": "…"}}}


@pytest.mark.parametrize("actor", ["", "lan", "people/", "operator/a b", "people/" + "x" * 65, "somebody/x"])
def test_an_entry_without_an_actor_is_refused(actor: str) -> None:
    with pytest.raises(ValueError, match="not an actor"):
        audit.entry(audit.EMPTY, Act(actor, "login.refused", "", {}), AT)

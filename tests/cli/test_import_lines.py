"""Lines of a file of earlier events: who sends in the short form, over the reforms of 2025; damaged lines never end the import badly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.files import import_lines
from services.cli.files.import_lines import Entry
from services.ingest.domain import screening
from services.ingest.domain.case import Case, Incoming
from shared.wire import events
from shared.words.refusals import Refusal
from tests.builders import CT27, NQ68, submitted
from tests.ingest.reforming import reformed

ACTOR = "operator/lan"
BEFORE, AFTER = "2025-06-30T23:59:59+07:00", "2025-07-01T00:00:00+07:00"
NOW_MS = 1_800_000_000_000


def read(*lines: object, period: str = "2024") -> list[Entry | tuple[int, Refusal]]:
    texts = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    return list(import_lines.read(texts, period, reformed(), ACTOR))


def entry(line: dict[str, Any], period: str = "2024") -> Entry:
    [found] = read(line, period=period)
    assert isinstance(found, Entry), found
    return found


def short(unit: str = "06280", **fields: Any) -> dict[str, Any]:
    return {"regime": CT27, "unit": unit, "revision": 1, "received_at": BEFORE, "values": {"gd_ngay_cong": 340}} | fields


@pytest.mark.parametrize(
    ("line", "period", "sender"),
    [
        (short(), "2024", "06280"),
        (short(), "2025", "06280"),
        (short(received_at=AFTER), "2025", "06280-2025"),
        (short(received_at=AFTER), "2024", "06280"),
        (short("06256", received_at=AFTER, as_successor=True), "2024", "06280-2025"),
        (short(sender="184"), "2024", "184"),
        (short("99999"), "2024", "99999"),
        (short(type="returned"), "2024", "184-TCKH"),
        (short(type="returned", received_at=AFTER), "2024", "20-STC"),
        (short("18880", regime=NQ68, type="extended", received_at="2025-02-28T08:00:00+07:00"), "2024", "44-SLDTBXH"),
        (short("18880", regime=NQ68, type="extended", received_at="2025-03-01T08:00:00+07:00"), "2024", "44-SNV"),
        (short("450", regime=NQ68, type="confirmed"), "2024", "450"),
        (short("450", regime=NQ68, type="confirmed", received_at=AFTER, as_successor=True), "2024", "44-2025"),
        (short("44", regime=NQ68, type="confirmed", received_at=AFTER), "2025", "44-SNV-2025"),
        (short(regime="khong-co"), "2024", "06280"),
        (short(received_at="hôm qua"), "2024", "06280"),
    ],
)
def test_the_short_form_is_sent_by_who_acted_on_the_day_of_receipt(line: dict[str, Any], period: str, sender: str) -> None:
    assert entry(line, period).sender == sender


def test_an_entry_is_an_event_of_an_operator_with_the_received_time_of_then() -> None:
    found = entry(short(narratives={"kho_khan": "Mưa lũ."}))
    case = screening.read(Incoming(found.sender, found.payload, NOW_MS, 1, is_people=True), reformed())

    assert isinstance(case, Case)
    assert case.wrong == []
    logged = events.read_logged(case.logged)
    assert logged is not None
    assert (logged.imported, logged.sender, logged.period) == (True, "06280", "2024")


def test_the_id_of_an_event_is_that_of_its_line_whatever_the_order_of_the_fields() -> None:
    line = short()

    assert entry(line).claim_id == entry(dict(reversed(line.items()))).claim_id
    assert entry(line).claim_id != entry(short(received_at="2025-06-30T23:59:58+07:00")).claim_id
    assert entry(line).claim_id != entry(short(revision=2)).claim_id
    assert entry(short(id="event-2024")).claim_id == "06280/event-2024"


def test_figures_are_read_as_they_were_written() -> None:
    [found] = read(b'{"regime": "ct27-van-quan", "unit": "06280", "revision": 1, "received_at": "x", "values": {"a": 1.50, "b": 1e2}}')

    assert isinstance(found, Entry)
    assert found.event["data"]["values"] == {"a": "1.50", "b": "1e2"}


def test_a_confirmation_without_figures_takes_those_of_the_view() -> None:
    line = short("450", regime=NQ68, type="confirmed")

    assert entry(line).takes_view
    assert not entry(line | {"view_hash": "0" * 64, "figures": {}}).takes_view


def test_a_whole_event_is_marked_as_imported_by_the_operator() -> None:
    event = {**submitted("06280"), "actor": "people/p-1", "imported": False, "receivedat": BEFORE}
    found = entry(event)

    assert (found.event["actor"], found.event["imported"], found.is_short) == (ACTOR, True, False)
    assert read({**event, "receivedat": None})[0] != found


NAMES = ["specversion", "type", "id", "sender", "received_at", "receivedat", "data", "unit", "regime", "period", "source"]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.dictionaries(
                st.sampled_from(
                    ["specversion", "type", "id", "sender", "received_at", "receivedat", "data", "unit", "regime", "period", "source"]
                ),
                st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.integers(), max_size=2), st.just({})),
            ).map(lambda line: json.dumps(line).encode()),
        ),
        max_size=6,
    )
)
def test_any_lines_are_events_to_judge_or_faults_with_their_numbers(lines: list[bytes]) -> None:
    found = list(import_lines.read(lines, "2024", reformed(), ACTOR))

    numbers = [one.line if isinstance(one, Entry) else one[0] for one in found]
    assert numbers == [number for number, line in enumerate(lines, 1) if line.strip()]
    for one in found:
        if isinstance(one, Entry):
            screening.read(Incoming(one.sender, one.payload, NOW_MS, one.line, is_people=True), reformed())

"""What must hold for any bytes that a sender can write: nothing raises, and what is accepted stands.

`check(data)`: the first byte says what reads the rest (`READERS`). The fuzzer (`make fuzz`) looks for bytes that break a property;
`test_corpus.py` repeats what it kept.
"""

import re
import typing
from collections.abc import Callable, Mapping
from typing import Final

import orjson
from pydantic import ValidationError

from services.ingest.domain import claims, content, parsing, screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Decision, Malformed, Rejected
from services.ingest.domain.known import Known
from services.ingest.doors import table_events
from services.portal.domain import entry_fields
from shared.plumbing import inbox
from shared.sheets import table_form, table_jobs, table_reports
from shared.sheets.table import Table
from shared.sheets.table_form import OwnTable
from shared.wire import envelope, events
from shared.wire.dry_runs import DryRun
from shared.wire.previews import Preview
from shared.wire.published import Reason
from shared.words import figure_rules, numbers, typed_numbers
from shared.words.failures import PermanentError
from shared.words.forms import Asked, Held
from shared.words.refusals import Refusal, refusal
from tests import knowing, seeds
from tests.builders import COMMUNE, DISTRICT, KL62, NQ68, RECEIVED, confirmed
from tests.fuzz import sheets
from tests.sheets import files

RECEIVED_MS: Final = events.to_ms(RECEIVED)
VIEWS: Final = {(NQ68, "2024", DISTRICT): confirmed(period="2024")["data"]["view_hash"]}
ANYWHERE: Final = [refusal("report.whole_number", f"data.{name}", text="1") for name in ("values.gd_ngay_cong", "notes.a", "revision", "")]
PLACE: Final = re.compile(r"[0-9]+(:[0-9]+)?", re.ASCII)  # line, and column
MOST_RECEIPT_BYTES: Final = 512 * 1024  # half of what the broker takes


def check(data: bytes) -> None:
    """Raises AssertionError if a property is broken; any other exception is a fault too."""
    reader = READERS.get(data[:1])
    if reader is not None:
        reader(data[1:])


def event(payload: bytes) -> None:
    """A message of INBOX, from a unit and from a person: decided, and an accepted event is accepted again in its logged form."""
    _event(payload, is_people=False)
    _event(payload, is_people=True)


def _event(payload: bytes, *, is_people: bool) -> None:
    tree = parsing.parse(payload)
    source = "" if isinstance(tree, Refusal) else tree.get("source")
    incoming = Incoming(events.sender_of(source) if isinstance(source, str) and source else COMMUNE, payload, RECEIVED_MS, 1, is_people)
    decision = _decide(incoming)
    match decision:
        case Accepted():
            _stands(incoming, decision)
        case Rejected():
            assert decision.reasons
            _can_be_told(*decision.reasons)
        case Malformed():
            _can_be_told(decision.reason)
            receipt = claims.malformed_receipt(incoming, decision).model_dump_json(exclude_defaults=True).encode()
            assert inbox._receipt(receipt) is not None
            assert len(receipt) < MOST_RECEIPT_BYTES


def _decide(incoming: Incoming) -> Decision:
    known = knowing.known(opened_periods=[(KL62, "2024")], views=VIEWS)
    return screening.screen(incoming, seeds.first_reference(), known)


def _stands(incoming: Incoming, decision: Accepted) -> None:
    logged = events.read_logged(decision.logged)
    assert logged is not None
    assert logged.received_ms <= incoming.received_ms
    _can_be_told(*decision.warnings)
    Known().take(logged)
    again = {name: value for name, value in orjson.loads(decision.logged).items() if name not in content.ADDED}
    repeated = _decide(incoming._replace(payload=orjson.dumps(again)))
    assert isinstance(repeated, Accepted), repeated
    assert repeated.logged == decision.logged
    if again["data"] == _data(incoming.payload):  # figures and statements are logged in a normal form
        assert repeated.hash == decision.hash


def _data(payload: bytes) -> object:
    tree = parsing.parse(payload)
    assert isinstance(tree, dict)
    return tree["data"]


def _can_be_told(*refusals: Refusal) -> None:
    """The sentences of refusals can be sent and stored: UTF-8, within a message."""
    told = [Reason.of(refusal) for refusal in refusals]
    assert sum(len(reason.model_dump_json().encode()) for reason in told) < MOST_RECEIPT_BYTES
    assert all(reason.message_vi and reason.message_en for reason in told)


def logged(raw: bytes) -> None:
    """A message of REPORTS: readers ignore it, or can use all of it."""
    found = events.read_logged(raw)
    if found is not None:
        assert isinstance(found.is_estimate, bool)
        assert (found.sender, found.event_id) == tuple(found.id.split("/", 1)) or "/" not in found.id
        assert found.received_on.year >= 1970
        assert isinstance(found.code, str)
        Known().take(found)


def receipt(raw: bytes) -> None:
    """A message that says it is a receipt."""
    found = inbox._receipt(raw)
    assert found is None or not found.is_rejected or found.errors


def answer(raw: bytes) -> None:
    """The answer to a dry run, and the aggregator's to a preview: a model, or refused as such."""
    for model in (DryRun, Preview):
        try:
            model.model_validate_json(raw)
        except ValidationError:
            continue


def typed(raw: bytes) -> None:
    """A number that a person typed: a figure, nothing or a refusal; what is shown for a figure is read as the same one."""
    text = raw.decode("utf-8", "replace")
    for decimals, measure in ((0, ""), (2, "triệu đồng"), (4, "%")):
        match found := typed_numbers.read(text, decimals, measure):
            case None:
                pass
            case Refusal():
                _can_be_told(found)
            case _:
                assert numbers.PLAIN_DECIMAL.fullmatch(found)
                if numbers.decimals_of(found) <= decimals:
                    assert typed_numbers.read(typed_numbers.written(found, decimals), decimals, measure) == found


def rule(raw: bytes) -> None:
    """A rule of a regime file: a condition, which can be said and computed, or none."""
    found = figure_rules.parse(raw.decode("utf-8", "replace"))
    if found is not None:
        assert found.codes
        assert figure_rules.text_of(found, lambda term: term.code)
        assert isinstance(found.is_true(lambda _: 0), bool)
        assert not found.is_true(lambda _: None)


def csv(raw: bytes) -> None:
    """A table from other software: refused as a whole, or reports, each with what is wrong by line and column, or an event."""
    for decimal in typing.get_args(typed_numbers.Decimals):
        for report in _reports(raw, decimal):
            _can_be_told(*report.faults)
            assert all(PLACE.fullmatch(fault.path) for fault in report.faults)
            assert (report.asked is None) <= bool(report.faults)
            if not report.faults and report.asked is not None:
                _sent(report, report.asked)


def _reports(raw: bytes, decimal: typed_numbers.Decimals) -> list[table_reports.Report]:
    """The reports of a table; none if it is refused as a whole, with reasons that can be told."""
    try:
        found = table_jobs.table_of(table_jobs.read(raw, {}))
        return table_reports.read(found, table_events.finder(seeds.first_reference(), COMMUNE, RECEIVED.date()), decimal)
    except PermanentError as refused:
        if not refused.refusals:
            raise
        _can_be_told(*refused.refusals)
        return []


def _sent(report: table_reports.Report, asked: Asked) -> None:
    number = table_events.revision(report, asked, Held())
    event_id = table_events.event_id(asked, number, report)
    payload = envelope.encode(envelope.of_unit(COMMUNE, event_id, events.SUBMITTED, table_events.data(report, asked, number, {})))
    decision = _decide(Incoming(COMMUNE, payload, RECEIVED_MS, 1))
    assert not isinstance(decision, Malformed)
    if isinstance(decision, Rejected):
        assert all(PLACE.fullmatch(reason.path) for reason in report.at_cells(decision.reasons))


def own_table(raw: bytes) -> None:
    """A table for one form, which the first byte names: refused with reasons, or what it says goes into the form's fields and is read there
    as the same; and the door of tables reads it alike.
    """
    asked = files.asked(files.REPORTED[raw[0] % len(files.REPORTED)] if raw else files.CT27)
    try:
        found = table_jobs.table_of(table_jobs.read(raw[1:], {}))
        own = table_form.read(found, asked)
    except PermanentError as refused:
        if not refused.refusals:
            raise
        _can_be_told(*refused.refusals)
        return
    _can_be_told(*own.faults)
    assert all(PLACE.fullmatch(fault.path) for fault in own.faults)
    assert all(PLACE.fullmatch(reason.path) for reason in own.at_cells(ANYWHERE))
    if not own.faults:
        _goes_into_the_form(asked, own)
        _is_read_alike(found, asked, own)


def _goes_into_the_form(asked: Asked, own: OwnTable) -> None:
    content = own.content
    typed_in = entry_fields.read(asked, entry_fields.filled(asked, content))
    assert typed_in.faults == []
    assert (typed_in.values, typed_in.status) == (content.values, content.status)
    for there, here in ((typed_in.narratives, content.narratives), (typed_in.notes, content.notes)):
        assert there == {code: text.strip() for code, text in here.items()}


def _is_read_alike(found: Table, asked: Asked, own: OwnTable) -> None:
    try:
        reports = table_reports.read(found, table_events.finder(asked.reference, asked.unit.id, asked.day))
    except PermanentError:  # a column that names the form is not there, or another one has nothing for it
        return
    for report in reports:
        assert report.faults or report.parts == own.report.parts


def workbook(raw: bytes) -> None:
    """A file that says that it is a workbook."""
    _can_be_told(*sheets.whole(raw))


def rows(raw: bytes) -> None:
    """The rows of a form that is a workbook."""
    _can_be_told(*sheets.rows(raw))


def part(raw: bytes) -> None:
    """Another part of a form that is a workbook."""
    _can_be_told(*sheets.named(raw))


READERS: Final[Mapping[bytes, Callable[[bytes], None]]] = {
    b"e": event,
    b"l": logged,
    b"r": receipt,
    b"a": answer,
    b"n": typed,
    b"f": rule,
    b"c": csv,
    b"t": own_table,
    b"w": workbook,
    b"x": rows,
    b"p": part,
}
"""The readers, by the first byte of an input."""

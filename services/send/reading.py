"""Reads reports from JSON and NDJSON: one report, a list, or one on each line; a report, or a whole CloudEvent. Pure.

Every number keeps its text. All faults of a file are found at once, each with its line.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from . import content
from .complaints import Complaint, complaint
from .content import Json, NumberText

MOST_BYTES: Final = 64 * 1024 * 1024  # of one file
DEEPEST: Final = 12  # levels of a report; the deepest right one has four
BOM: Final = b"\xef\xbb\xbf"
SPACE: Final = re.compile(r"[ \t\n\r]*")
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
EVENT_ID: Final = re.compile(r"[\x21-\x2e\x30-\x7e]{8,64}")
SOURCE: Final = "/units/"
LINES: Final = (".ndjson", ".jsonl")
TEXTS: Final = ("regime", "period", "unit", "reason")
FIELDS: Final = (*TEXTS, *content.MAPS, "as_successor")


Wrong = tuple[str, dict[str, object]]  # the code of a complaint, and its details


@dataclass(frozen=True, slots=True)
class Given:
    """One report of a file, in its canonical form (`report`), or one whole event as it stands there (`event`)."""

    file: str
    line: int
    report: Json | None = None
    event: str | None = None
    head: Json = field(default_factory=dict)  # of an event: id, source, regime, period, unit, revision as far as they are there


@dataclass(slots=True)
class Found:
    """What was read from files, and what is wrong with them."""

    given: list[Given] = field(default_factory=list)
    faults: list[Complaint] = field(default_factory=list)


class _Wrong(ValueError):
    """A JSON text that we do not take. The arguments are the code and the details of the complaint."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def read(file: str, data: bytes, sender: str) -> Found:
    """The reports in a file's bytes. `sender` is the id of the unit that sends: a whole event of another one is a fault."""
    found = Found()
    if len(data) > MOST_BYTES:
        found.faults.append(complaint("send.file_too_large", file, most=MOST_BYTES // 2**20))
        return found
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found.faults.append(complaint("send.not_utf8", f"{file}:{line}"))
        return found
    for line, raw, value in _values(file, text, found.faults):
        _take(found, Given(file, line), raw, value, sender)
    if not found.given and not found.faults:
        found.faults.append(complaint("send.no_reports", file))
    return found


def _values(file: str, text: str, faults: list[Complaint]) -> Iterator[tuple[int, str, Any]]:
    """Line, text and value of every report in a text; what is no JSON is added to `faults`."""
    begin = _skip(text, 0)
    if begin == len(text):
        return
    try:
        if text[begin] == "[":
            yield from _of_list(text, begin)
        elif _is_by_lines(file, text, begin):
            yield from _of_lines(file, text, faults)
        else:
            value, end = _decoded(text, begin)
            if _skip(text, end) != len(text):
                raise _at(text, _skip(text, end))
            yield _line(text, begin), text[begin:end], value
    except _Wrong as wrong:
        line = int(str(wrong.details.pop("line", 1)))
        faults.append(complaint(wrong.code, f"{file}:{line}", **wrong.details))


def _is_by_lines(file: str, text: str, begin: int) -> bool:
    """Whether a file has one value on each line: by its name, or because its first line is a whole object and another one follows."""
    if file.lower().endswith(LINES):
        return True
    first, _, rest = text[begin:].partition("\n")
    return first.rstrip().endswith("}") and rest.lstrip().startswith("{")


def _of_lines(file: str, text: str, faults: list[Complaint]) -> Iterator[tuple[int, str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        raw = line.strip(" \t\r")
        if not raw:
            continue
        try:
            value, end = _decoded(raw, 0)
            if end != len(raw):
                raise _at(raw, end)
        except _Wrong as wrong:
            faults.append(complaint(wrong.code, f"{file}:{number}", **{name: of for name, of in wrong.details.items() if name != "line"}))
        else:
            yield number, raw, value


def _of_list(text: str, begin: int) -> Iterator[tuple[int, str, Any]]:
    at, line, counted = _skip(text, begin + 1), _line(text, begin), begin
    while text[at : at + 1] != "]":
        value, end = _decoded(text, at)
        line, counted = line + text.count("\n", counted, at), at
        yield line, text[at:end], value
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
            if text[at : at + 1] == "]":
                raise _at(text, at)
        elif text[at : at + 1] != "]":
            raise _at(text, at)
    if _skip(text, at + 1) != len(text):
        raise _at(text, _skip(text, at + 1))


def _decoded(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at`, and where it ends."""
    try:
        return DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _at(text, error.pos) from None
    except _Wrong as wrong:
        raise _Wrong(wrong.code, line=_line(text, at), **wrong.details) from None
    except RecursionError:
        raise _Wrong("send.too_deep", line=_line(text, at)) from None


def _at(text: str, position: int) -> _Wrong:
    return _Wrong("send.not_json", line=_line(text, position), column=position - text.rfind("\n", 0, position))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return at if found is None else found.end()


def _object(pairs: list[tuple[str, Any]]) -> Json:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Wrong("send.duplicate_key", key=next(key for key in keys if keys.count(key) > 1))
    return fields


def _constant(text: str) -> NoReturn:
    raise _Wrong("send.not_a_number", text=text)


DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=NumberText, parse_int=NumberText, parse_constant=_constant)


def _take(found: Found, given: Given, raw: str, value: Any, sender: str) -> None:
    """Adds one value to what was found, or its faults."""
    where = f"{given.file}:{given.line}"
    if not isinstance(value, dict):
        found.faults.append(complaint("send.not_an_object", where))
    elif _depth(value) > DEEPEST:
        found.faults.append(complaint("send.too_deep", where))
    elif not _is_text(raw, value):
        found.faults.append(complaint("send.no_character", where))
    elif "specversion" in value:
        _judge(found, where, _faults_of_event(value, sender), lambda: Given(given.file, given.line, event=raw, head=_head(value)), raw)
    else:
        report = content.canonical(value)
        wrong = _faults_of_report(value)
        longest = content.data_of(report, str(report.get("unit", "x" * 64)), 10**6)
        sent = "" if wrong else content.event(sender, longest)
        _judge(found, where, wrong, lambda: Given(given.file, given.line, report=report), sent)


def _judge(found: Found, where: str, wrong: list[Wrong], take: Callable[[], Given], sent: str) -> None:
    size = len(sent.encode())
    if size > content.MOST_EVENT_BYTES:
        wrong.append(("send.event_too_large", {"size": size, "most": content.MOST_EVENT_BYTES}))
    found.faults += [complaint(code, where, **details) for code, details in wrong]
    if not wrong:
        found.given.append(take())


def _is_text(raw: str, value: Any) -> bool:
    """Whether every text is made of characters: an escape may be half of one (a lone surrogate)."""
    return "\\u" not in raw or not re.search("[\ud800-\udfff]", content.text_of(value))


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())]
    return depth


def _faults_of_report(value: Json) -> list[Wrong]:
    wrong: list[Wrong] = []
    for name in value:
        if name == "revision":
            wrong.append(("send.revision_given", {}))
        elif name not in FIELDS:
            wrong.append(("send.unknown_field", {"field": name, "known": ", ".join(FIELDS)}))
    wrong += [("send.field_missing", {"field": name}) for name in ("regime", "period") if name not in value]
    for name in TEXTS:
        if name in value and (type(value[name]) is not str or (name != "reason" and TOKEN.fullmatch(value[name]) is None)):
            wrong.append(("send.wrong_text" if name != "reason" else "send.wrong_type", {"field": name}))
    wrong += [("send.wrong_type", {"field": name}) for name in content.MAPS if name in value and not isinstance(value[name], dict)]
    if not isinstance(value.get("as_successor", False), bool):
        wrong.append(("send.wrong_type", {"field": "as_successor"}))
    return wrong


def _faults_of_event(value: Json, sender: str) -> list[Wrong]:
    wrong: list[Wrong] = []
    id_, source, kind = (value.get(name) for name in ("id", "source", "type"))
    if type(id_) is not str or EVENT_ID.fullmatch(id_) is None:
        wrong.append(("send.wrong_event_id", {}))
    if type(kind) is not str or not isinstance(value.get("data"), dict):
        wrong.append(("send.not_an_event", {}))
    if source != SOURCE + sender:
        wrong.append(("send.other_sender", {"source": source if isinstance(source, str) else "–", "sender": sender}))
    return wrong


def _head(value: Json) -> Json:
    """What can be said about a whole event before its receipt has come."""
    data = value["data"]
    said = {name: str(data[name]) for name in ("regime", "period", "unit") if type(data.get(name)) is str}
    revision = data.get("revision")
    number = {"revision": int(revision)} if isinstance(revision, NumberText) and revision.isdigit() and len(revision) < 9 else {}
    return {"id": value["id"], **said, **number}

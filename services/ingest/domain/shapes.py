"""Checks the shape of an event against the models of the contract, and names every fault in two languages."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from shared.words.numbers import NumberText
from shared.words.refusals import Both, Refusal, refusal

# the required form of each field, by name; the input is never repeated
FORMS: Final = {
    "specversion": Both("“1.0”", "“1.0”"),
    "id": Both(
        "8–64 ký tự ASCII in được, không có dấu cách và dấu “/”, ví dụ một UUID",
        "8–64 printable ASCII characters without a space or a slash, such as a UUID",
    ),
    "source": Both("“/units/” và mã đơn vị, ví dụ /units/06253", "“/units/” and the unit's code, such as /units/06253"),
    "type": Both("tên một loại sự kiện", "the name of an event type"),
    "time": Both(
        "thời điểm RFC 3339, ví dụ 2026-12-10T09:30:00+07:00", "a date and time as in RFC 3339, such as 2026-12-10T09:30:00+07:00"
    ),
    "datacontenttype": Both("“application/json”", "“application/json”"),
    "dataschema": Both("một URI tuyệt đối, tối đa 200 ký tự", "an absolute URI of at most 200 characters"),
    "subject": Both("một dòng 1–200 ký tự, không xuống dòng, không tab", "one line of 1–200 characters, without tabs"),
    "traceparent": Both("một dòng 1–100 ký tự, không xuống dòng, không tab", "one line of 1–100 characters, without tabs"),
    "tracestate": Both("một dòng 1–512 ký tự, không xuống dòng, không tab", "one line of 1–512 characters, without tabs"),
    "actor": Both(
        "people/<mã người> hoặc operator/<tên đăng nhập>, ví dụ people/p-0142",
        "people/<id of a person> or operator/<login>, such as people/p-0142",
    ),
    "receivedat": Both(
        "thời điểm đã nhận khi đó theo RFC 3339, từ năm 2000, ví dụ 2024-12-10T09:30:00+07:00",
        "when it was received then, as in RFC 3339, from the year 2000 on, such as 2024-12-10T09:30:00+07:00",
    ),
    "imported": Both("true, hoặc bỏ trường này", "true, or leave it out"),
    "enteredby": Both(
        "mã định danh của đơn vị nhập thay: chữ cái, chữ số, dấu gạch ngang, tối đa 32 ký tự",
        "the id of the unit that entered the report: at most 32 letters, digits and hyphens",
    ),
    "data": Both("một đối tượng JSON", "a JSON object"),
    "regime": Both("mã chế độ: chữ thường a–z, chữ số, dấu gạch ngang", "the id of a regime: a–z, digits and hyphens"),
    "period": Both("mã kỳ như 2026, 2026-H1, 2026-Q3, 2026-05", "a period such as 2026, 2026-H1, 2026-Q3, 2026-05"),
    "unit": Both(
        "mã đơn vị: chữ cái, chữ số, dấu gạch ngang, tối đa 32 ký tự", "the code of a unit: at most 32 letters, digits and hyphens"
    ),
    "revision": Both("số nguyên từ 1 đến 1.000.000", "a whole number from 1 to 1,000,000"),
    "values": Both("một đối tượng {mã chỉ tiêu: giá trị}", "an object {indicator: value}"),
    "narratives": Both("một đối tượng {mã mục: văn bản}", "an object {narrative: text}"),
    "notes": Both("một đối tượng {mã chỉ tiêu: giải trình}", "an object {indicator: text}"),
    "status": Both("một đối tượng {mã chỉ tiêu: “estimate”}", "an object {indicator: “estimate”}"),
    "attachments": Both(
        "danh sách tối đa 20 tệp {name, media_type, size, sha256, ref}", "a list of at most 20 files {name, media_type, size, sha256, ref}"
    ),
    "name": Both("tên tệp: một dòng 1–200 ký tự, có chữ nhìn thấy được", "the file's name: one line of 1–200 characters, not blank"),
    "media_type": Both("application/pdf, image/png hoặc image/jpeg", "application/pdf, image/png or image/jpeg"),
    "size": Both("số byte của tệp, từ 1 đến 10.485.760", "the file's size in bytes, from 1 to 10,485,760"),
    "sha256": Both("64 chữ số thập lục phân viết thường", "64 lower-case hexadecimal digits"),
    "ref": Both("ref mà POST /v1/attachments đã trả lời: 43 ký tự", "the ref that POST /v1/attachments has answered: 43 characters"),
    "reason": Both("một văn bản 1–2.000 ký tự", "a text of 1–2,000 characters"),
    "view_hash": Both("64 chữ số thập lục phân viết thường", "64 lower-case hexadecimal digits"),
    "figures": Both("reporting, indicators, narratives của bảng tổng hợp", "reporting, indicators and narratives of the view"),
    **dict.fromkeys(("corrects", "as_successor"), Both("true hoặc false", "true or false")),
    **dict.fromkeys(
        ("fix_by", "until", "deadline"),
        Both(
            "ngày YYYY-MM-DD hoặc thời điểm RFC 3339 có múi giờ, trước 31/12/2199",
            "a day YYYY-MM-DD or an instant of RFC 3339 with its offset, before 2199-12-31",
        ),
    ),
}
OTHER: Final = Both("đúng dạng mà hợp đồng dữ liệu mô tả", "a value of the form that the contract describes")
DEEP: Final = ("figures", "attachments")  # fields of `data` that a model checks with everything in them
ATTRIBUTES: Final = ("specversion", "id", "source", "type")


def faults(model: type[BaseModel], tree: dict[str, Any]) -> list[Refusal]:
    """Every fault in the shape of an event, with dotted paths. An event without any attribute was sent in another CloudEvents mode."""
    if not any(name in tree for name in ATTRIBUTES):
        return [refusal("event.not_structured")]
    try:
        model.model_validate(_for_model(tree))
    except ValidationError as error:
        return list(dict.fromkeys(_refusals(error)))
    return []


def wrong_field(path: str) -> Refusal:
    """The refusal of a field with an invalid form."""
    field = path.rpartition(".")[2]
    return refusal("event.invalid_field", path, field=field, wanted=FORMS.get(field, OTHER))


def _for_model(tree: dict[str, Any]) -> dict[str, Any]:
    """The event in a form that a model can check: `NumberText` is a `str`, which a model would accept as a text. A report's figures are
    left as they are, because their indicators check them.
    """
    data = tree.get("data")
    if not isinstance(data, dict):
        return _marked(tree)
    return _marked(tree) | {"data": _marked(data) | {name: _deeply(data[name]) for name in DEEP if name in data}}


def _marked(fields: dict[str, Any]) -> dict[str, Any]:
    strange = {name: 0.5 for name, value in fields.items() if isinstance(value, NumberText)}
    return fields | strange if strange else fields


def _deeply(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _deeply(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_deeply(inner) for inner in value]
    return 0.5 if isinstance(value, NumberText) else value


def _refusals(error: ValidationError) -> Iterator[Refusal]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        names = [str(part)[:40] for part in fault["loc"]]
        path = ".".join(names)
        match fault["type"]:
            case "missing" if path == "actor":
                yield refusal("event.actor_required", path)
            case "extra_forbidden" if path == "actor":
                yield refusal("event.actor_forbidden", path)
            case "extra_forbidden" if path == "receivedat":
                yield refusal("event.receivedat_forbidden", path)
            case "extra_forbidden" if path == "enteredby":
                yield refusal("event.enteredby_forbidden", path)
            case "extra_forbidden" if path == "imported":
                yield refusal("event.imported_forbidden", path)
            case "missing":
                yield refusal("event.missing_field", path, field=names[-1])
            case "extra_forbidden":
                yield refusal("event.unknown_field", path, field=names[-1])
            case _:
                yield wrong_field(".".join(names[:2]) if names[:2] == ["data", "figures"] else path)

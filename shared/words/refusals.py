"""The catalogue of refusals: every reason why something is not accepted, as a code with a sentence in two languages.

Bad *data* is a value (`Refusal`), never an exception; exceptions are in `shared.words.failures`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from shared.words import texts


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something was not accepted: a stable code, where, and what to do, in two languages."""

    code: str
    path: str
    message_vi: str
    message_en: str


class Both(NamedTuple):
    """A phrase that a sentence of the catalogue takes up, in its two languages."""

    vi: str
    en: str


def day(value: date) -> Both:
    """A day as sentences name it."""
    return Both(f"{value:%d/%m/%Y}", value.isoformat())


# code: (Vietnamese, English); braces are filled from keyword arguments
CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    "event.malformed": (
        "Nội dung không phải là một sự kiện CloudEvents dạng JSON: {detail}. Kiểm tra lại phần mềm gửi.",
        "Not a CloudEvents event in JSON: {detail}. Check the sending software.",
    ),
    "event.not_structured": (
        "Chỉ nhận CloudEvents dạng structured: các thuộc tính specversion, id, source, type và data nằm trong nội dung JSON, không"
        " nằm trong"
        " tiêu đề (ce-…). Gửi cả sự kiện trong nội dung.",
        "CloudEvents are taken in structured mode only: the attributes specversion, id, source, type and data stand in the JSON"
        " body, not in"
        " headers (ce-…). Send the whole event in the body.",
    ),
    "event.too_large": (
        "Sự kiện dài {size} byte, tối đa {most} byte. Rút gọn phần thuyết minh.",
        "The event has {size} bytes, at most {most} are taken. Shorten the narratives.",
    ),
    "event.duplicate_key": (
        "Trường “{key}” xuất hiện hai lần. Chỉ gửi một giá trị.",
        "The field “{key}” stands twice. Send one value.",
    ),
    "event.invalid_field": ("Trường “{field}” không hợp lệ: cần {wanted}.", "The field “{field}” is not valid: wanted is {wanted}."),
    "event.unknown_field": (
        "Trường “{field}” không có trong mẫu sự kiện. Bỏ trường này.",
        "The event has no field “{field}”. Leave it out.",
    ),
    "event.missing_field": ("Thiếu trường bắt buộc “{field}”.", "The required field “{field}” is missing."),
    "event.too_many_faults": (
        "Sự kiện có {size} lỗi, chỉ nêu {most} lỗi đầu. Kiểm tra lại phần mềm gửi.",
        "The event has {size} faults, the first {most} are named. Check the sending software.",
    ),
    "event.unknown_type": (
        "Không nhận loại sự kiện “{type}”. Dùng một trong: {known}.",
        "The event type “{type}” is not taken here. Use one of: {known}.",
    ),
    "event.subject_mismatch": (
        "Đơn vị gửi “{sender}” không khớp với đơn vị trong sự kiện “{claimed}”. Mỗi đơn vị chỉ gửi cho chính mình.",
        "The sender “{sender}” does not match the unit in the event “{claimed}”. A unit writes only for itself.",
    ),
    "event.actor_required": (
        "Việc do người làm phải ghi rõ người làm. Ghi “actor”: people/<mã người> hoặc operator/<tên đăng nhập>.",
        "What a person does must say who did it. Set “actor” to people/<id> or operator/<login>.",
    ),
    "event.actor_forbidden": (
        "Phần mềm của đơn vị không được ghi người làm: chỉ trang web và dòng lệnh của hệ thống được ghi. Bỏ trường “actor”.",
        "A unit's software cannot say who acted: only the system's own pages and command line can. Leave out “actor”.",
    ),
    "event.id_reused": (
        "Mã sự kiện “{event_id}” đã dùng cho nội dung khác. Gửi lại với mã mới.",
        "The event id “{event_id}” was used for other content. Send again under a new id.",
    ),
    "report.unknown_unit": (
        "Không có đơn vị mã “{unit}” tại ngày {day}. Kiểm tra mã đơn vị.",
        "No unit has the code “{unit}” on {day}. Check the unit code.",
    ),
    "report.unknown_regime": (
        "Không có chế độ báo cáo “{regime}”. Kiểm tra mã chế độ.",
        "There is no regime “{regime}”. Check the regime code.",
    ),
    "report.derived_regime": (
        "Chế độ “{regime}” được tính từ “{source}”. Chỉ nộp báo cáo cho “{source}”.",
        "The regime “{regime}” is computed from “{source}”. Report to “{source}” only.",
    ),
    "report.unknown_period": (
        "Chế độ “{regime}” không có kỳ “{period}”. Các kỳ: {known}.",
        "The regime “{regime}” has no period “{period}”. Its periods: {known}.",
    ),
    "report.period_not_begun": (
        "Kỳ {period} bắt đầu ngày {day}, chưa nhận báo cáo.",
        "The period {period} begins on {day}; reports are not taken yet.",
    ),
    "report.period_not_opened": (
        "Kỳ {period} chưa được cơ quan nhận báo cáo {recipient} mở.",
        "The period {period} has not been opened by the recipient {recipient}.",
    ),
    "report.unit_not_asked": (
        "Đơn vị “{unit}” không phải báo cáo theo chế độ “{regime}”.",
        "The unit “{unit}” does not report under the regime “{regime}”.",
    ),
    "report.unknown_indicator": (
        "Chế độ “{regime}” không có chỉ tiêu này. Bỏ chỉ tiêu hoặc sửa mã.",
        "The regime “{regime}” has no such indicator. Leave it out or correct its code.",
    ),
    "report.indicator_not_asked": (
        "Chỉ tiêu này không giao cho đơn vị “{unit}”. Bỏ chỉ tiêu.",
        "This indicator is not asked of the unit “{unit}”. Leave it out.",
    ),
    "text.control_character": (
        "Văn bản chứa ký tự điều khiển {character}, người đọc không thấy được. Xóa ký tự này; chỉ dùng xuống dòng và tab.",
        "The text holds the control character {character}, which nobody can see. Delete it; only newlines and tabs are taken.",
    ),
    "report.wrong_kind": ("Chỉ tiêu này cần {wanted}.", "This indicator takes {wanted}."),
    "report.not_a_number": (
        "“{text}” không phải là số. Ghi số thập phân thường, ví dụ 1250.5: dấu chấm là dấu thập phân, không ghi dấu phẩy, dấu cách,"
        " dấu phân"
        " cách hàng nghìn, số mũ hay NaN.",
        "“{text}” is not a number. Write a plain decimal such as 1250.5: the point is the decimal sign; no comma, space, thousands"
        " separator,"
        " exponent or NaN.",
    ),
    "report.too_many_decimals": (
        "“{text}” có {found} chữ số sau dấu thập phân, chỉ tiêu này nhận tối đa {decimals}. Dấu chấm là dấu thập phân: một nghìn ghi 1000,"
        " không ghi 1.000. Nếu là số lẻ, làm tròn trước khi gửi.",
        "“{text}” has {found} digits after the decimal sign, this indicator takes at most {decimals}. The point is the decimal"
        " sign: write a"
        " thousand as 1000, not as 1.000. Round a fraction before sending.",
    ),
    "report.out_of_range": (
        "“{text}” nằm ngoài khoảng cho phép ({least} đến {most}).",
        "“{text}” is outside the range allowed ({least} to {most}).",
    ),
    "report.share_above_one": (
        "Tử số {numerator} lớn hơn mẫu số {denominator}. Kiểm tra lại hai số.",
        "The numerator {numerator} is larger than the denominator {denominator}. Check both.",
    ),
    "report.unknown_option": ("Chỉ chọn một trong: {options}.", "Choose one of: {options}."),
    "report.unknown_narrative": (
        "Chế độ “{regime}” không có mục thuyết minh này. Các mục: {known}.",
        "The regime “{regime}” has no such narrative. Its narratives: {known}.",
    ),
    "report.narrative_too_long": (
        "Thuyết minh dài {size} ký tự, tối đa {most}.",
        "The narrative has {size} characters, at most {most} are taken.",
    ),
    "report.empty": (
        "Báo cáo không có chỉ tiêu và không có thuyết minh nào đọc được. Điền ít nhất một mục.",
        "The report has no figure and no narrative that can be read. Fill in at least one.",
    ),
    "report.superseded": (
        "Lần gửi {revision} không làm thay đổi số liệu: lần gửi {standing} (sự kiện “{event_id}”, nhận lúc {at}) {state}. Muốn thay"
        " đổi, gửi"
        " với lần gửi lớn hơn {standing}.",
        "Revision {revision} changes no figure: revision {standing} (event “{event_id}”, received at {at}) {state}. To change it, send a"
        " revision above {standing}.",
    ),
    "report.revision_repeated": (
        "Lần gửi {revision} đã được gửi trước bằng sự kiện khác “{event_id}”, nhận lúc {at}; hệ thống tính bản nhận sau. Kiểm tra"
        " có hai nơi"
        " cùng gửi hay không.",
        "Revision {revision} had been sent by another event, “{event_id}”, received at {at}; the one received later counts. Check"
        " whether two"
        " places send.",
    ),
    "report.revision_returned": (
        "Lần gửi {revision} đã bị trả lại nên báo cáo này chưa được tính. Gửi với lần gửi lớn hơn {revision}.",
        "Revision {revision} was returned, so this report does not count yet. Send a revision above {revision}.",
    ),
    "report.nothing_to_withdraw": (
        "Đơn vị chưa có báo cáo nào đang được tính để rút.",
        "The unit has no report that counts and could be withdrawn.",
    ),
    "action.not_recipient": (
        "Chỉ cơ quan nhận báo cáo {recipient} được làm việc này.",
        "Only the recipient {recipient} may do this.",
    ),
    "action.not_confirmer": (
        "Đơn vị “{unit}” không có bảng tổng hợp phải chốt ở chế độ “{regime}”.",
        "The unit “{unit}” has no view to confirm in the regime “{regime}”.",
    ),
    "action.not_on_call": (
        "Chế độ “{regime}” có hạn nộp cố định, không mở kỳ bằng sự kiện.",
        "The regime “{regime}” has fixed deadlines; its periods are not opened by an event.",
    ),
    "action.no_such_revision": (
        "Đơn vị “{unit}” chưa gửi lần {revision}. Lần gửi gần nhất: {standing}.",
        "The unit “{unit}” has not sent the revision {revision}. Its last one: {standing}.",
    ),
    "action.not_standing": (
        "Lần gửi {revision} của đơn vị “{unit}” không phải là lần đang được tính: lần gửi {standing} {state}. Tải lại trang rồi xem lại.",
        "Revision {revision} of the unit “{unit}” is not the one that counts: revision {standing} {state}. Load the page again.",
    ),
    "action.not_later": (
        "“{text}” không muộn hơn hạn hiện tại {present} nên không có tác dụng. Muốn sửa một hạn đã ghi nhầm, gửi với “corrects”:"
        " true và lý do (dòng lệnh: thêm --corrects và --reason).",
        "“{text}” is not later than the present deadline {present}, so it would change nothing. To correct a slip, send “corrects”:"
        " true with a reason (on the command line: add --corrects and --reason).",
    ),
    "action.nothing_to_correct": (
        "Chưa có hạn nào được ghi để sửa, hoặc hạn sau khi sửa vẫn là {present}.",
        "There is no deadline to correct yet, or it would still be {present}.",
    ),
    "action.reason_required": (
        "Cần nêu lý do (trường “reason”): {why}.",
        "A reason is wanted (the field “reason”): {why}.",
    ),
    "action.hash_differs": (
        "Số liệu gửi kèm có mã kiểm {found}, không phải “view_hash”. Gửi nguyên vẹn reporting, indicators, narratives như bảng tổng"
        " hợp đưa ra.",
        "The figures sent have the hash {found}, which is not “view_hash”. Send reporting, indicators, narratives as the view gives them.",
    ),
    "action.view_moved": (
        "Bảng tổng hợp đã thay đổi: mã kiểm hiện tại là {present}. Xem lại số liệu mới rồi chốt.",
        "The view has moved: its hash is now {present}. Look at the new figures, then confirm.",
    ),
    "action.no_such_view": (
        "Chưa có bảng tổng hợp của đơn vị “{unit}” cho kỳ {period}. Thử lại sau ít phút.",
        "There is no view of the unit “{unit}” for the period {period} yet. Try again in some minutes.",
    ),
    "action.nothing_to_confirm": (
        "Chưa có đơn vị nào nộp báo cáo ({received}/{expected}) nên chưa có số liệu để chốt.",
        "No unit has reported yet ({received} of {expected}), so there are no figures to confirm.",
    ),
    "action.already_confirmed": (
        "Số liệu này đã được chốt lúc {at} (sự kiện “{event_id}”) và chưa thay đổi.",
        "These figures were confirmed at {at} (event “{event_id}”) and have not changed since.",
    ),
    "action.date_not_after": (
        "“{text}” phải sau thời điểm nhận {received}.",
        "“{text}” must be after the time of receipt {received}.",
    ),
    "action.deadline_before_period": (
        "Hạn “{text}” phải sau khi kỳ báo cáo bắt đầu, ngày {day}: trước ngày ấy chưa nhận báo cáo. Kiểm tra lại kỳ và năm.",
        "The deadline “{text}” must be after the period begins, on {day}: no report is taken before. Check the period and the year.",
    ),
    "door.unsupported": (
        "Content-Type là “{media_type}”. Gửi từng sự kiện CloudEvents dạng JSON với Content-Type: application/cloudevents+json.",
        "The Content-Type is “{media_type}”. Send one CloudEvent in JSON at a time, with Content-Type: application/cloudevents+json.",
    ),
    "door.no_such_receipt": (
        "Chưa có biên nhận cho sự kiện “{event_id}” của đơn vị “{unit}”.",
        "There is no receipt for the event “{event_id}” of the unit “{unit}”.",
    ),
    "door.broker_away": (
        "Hệ thống tạm thời chưa nhận được báo cáo. Gửi lại sau ít phút với cùng mã sự kiện.",
        "The system cannot take the report now. Send it again in some minutes under the same event id.",
    ),
    "door.no_such_view": (
        "Không có bảng tổng hợp {regime}/{period}/{unit}.",
        "There is no view {regime}/{period}/{unit}.",
    ),
    "door.no_such_report": (
        "Không có báo cáo {regime}/{period}/{unit}: đơn vị này không phải báo cáo.",
        "There is no report {regime}/{period}/{unit}: this unit does not report.",
    ),
    "door.no_such_unit": ("Không có đơn vị “{unit}”. Kiểm tra mã đơn vị.", "There is no unit “{unit}”. Check its code."),
    "door.no_such_feed": (
        "Luồng tổng hợp chỉ có theo đơn vị cấp cao nhất (tỉnh), không có theo “{unit}”. Dùng mã tỉnh.",
        "There is a feed for each province (a unit that has none above it), not for “{unit}”. Use the province's code.",
    ),
    "door.not_found": (
        "Không có địa chỉ này. Kiểm tra lại đường dẫn.",
        "There is no such address. Check the path.",
    ),
    "door.cursor_ahead": (
        "Luồng chưa tới vị trí {after}: luồng đã được lập lại. Đọc lại từ đầu, không kèm “after”.",
        "The stream has not reached {after}: it was made anew. Begin again, without “after”.",
    ),
    "door.database_away": (
        "Hệ thống tạm thời chưa đọc được số liệu. Thử lại sau ít phút.",
        "The figures cannot be read now. Try again in some minutes.",
    ),
    "door.bad_query": ("Tham số “{name}” không hợp lệ: cần {wanted}.", "Invalid parameter “{name}”: wanted is {wanted_en}."),
    "door.bad_cursor": (
        "“{name}” không phải là mốc mà danh sách này đã trả về với cùng lựa chọn. Đọc lại từ đầu, không kèm “{name}”.",
        "“{name}” is no place that this list has given for the same choice. Begin again, without “{name}”.",
    ),
    "door.bad_request": (
        "Không đọc được yêu cầu ({status}). Kiểm tra lại địa chỉ và phần mềm gửi.",
        "The request cannot be read ({status}). Check the address and the sending software.",
    ),
    "door.method_not_allowed": (
        "Địa chỉ này không nhận {method}; dùng {allowed}.",
        "This address does not take {method}; use {allowed}.",
    ),
    "door.too_many_rows": (
        "Bảng có hơn {most} dòng. Chọn hẹp hơn: một chế độ, một kỳ hoặc một đơn vị.",
        "The table has more than {most} rows. Choose fewer: one regime, one period or one unit.",
    ),
    "door.too_many_readers": (
        "Quá nhiều trang đang chờ tin mới cùng lúc. Trang này tự thử lại.",
        "Too many pages wait for news at once. This page tries again by itself.",
    ),
    "door.feed_away": (
        "Hệ thống tạm thời chưa đọc được luồng số liệu tổng hợp. Thử lại sau ít phút.",
        "The feed of views cannot be read now. Try again in some minutes.",
    ),
    "door.fault": (
        "Hệ thống gặp lỗi khi trả lời. Thử lại; nếu vẫn lỗi, báo cho người vận hành kèm địa chỉ và thời điểm.",
        "The system failed to answer. Try again; if it fails again, tell the operator the address and the time.",
    ),
}

QUOTED_TEXT: Final = 80  # characters of a sender's text repeated in a message


def refusal(code: str, path: str = "", **details: object) -> Refusal:
    """The refusal `code` of the catalogue, its sentences filled from `details`: long ones cut, none with characters that no store takes
    or nobody sees. `Both` gives each sentence its own language; a list is one of ours and is shown whole."""
    vietnamese, english = CATALOGUE[code]
    return Refusal(
        code,
        _storable(path),
        vietnamese.format(**{name: _shown(value, 0) for name, value in details.items()}),
        english.format(**{name: _shown(value, 1) for name, value in details.items()}),
    )


def _shown(value: object, language: int) -> str:
    if isinstance(value, Both):
        return value[language]
    if isinstance(value, list):
        return ", ".join(value)
    text = str(value)
    return _storable(text if len(text) <= QUOTED_TEXT else text[:QUOTED_TEXT] + "…")


def _storable(text: str) -> str:
    return texts.FORBIDDEN.sub("�", text.encode("utf-8", "replace").decode("utf-8"))

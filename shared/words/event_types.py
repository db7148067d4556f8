"""The types of the events that units, recipients and confirmers send, and that the log keeps."""

from typing import Final

SUBMITTED: Final = "vn.tonghop.report.submitted.v1"
WITHDRAWN: Final = "vn.tonghop.report.withdrawn.v1"
RETURNED: Final = "vn.tonghop.report.returned.v1"
CONFIRMED: Final = "vn.tonghop.view.confirmed.v1"
OPENED: Final = "vn.tonghop.period.opened.v1"
EXTENDED: Final = "vn.tonghop.duty.extended.v1"
UNDONE: Final = "vn.tonghop.confirmation.undone.v1"
ASKED: Final = "vn.tonghop.reminder.requested.v1"

"""`tonghop`, the command line. Each group of commands is a module; this module registers them all."""

from typing import Final

import typer

from services.cli import (
    credential_list,
    data,
    explain,
    figures,
    imports,
    people_move,
    reform_acts,
    reform_history,
    reform_preview,
    regime_remove,
    regime_schema,
    regime_show,
    send,
    stack,
)
from services.cli import demo as demo
from services.cli.audit import audit
from services.cli.contacts import contacts
from services.cli.contracts import command
from services.cli.credentials import credentials
from services.cli.duties import duties
from services.cli.nats_keys import nats
from services.cli.notify import notify
from services.cli.on_call import periods
from services.cli.parked import parked
from services.cli.people import people
from services.cli.reforms import reform
from services.cli.regimes import regimes
from services.cli.templates import templates
from services.cli.tls import tls
from services.cli.vietnamese import Commands

HELP: Final = """Tổng Hợp: tiếp nhận, tổng hợp và đôn đốc báo cáo từ xã lên huyện, tỉnh.

Bắt đầu: `tonghop up`, rồi `tonghop demo`. Xem cách dùng từng lệnh: thêm --help.

Mã thoát của mọi lệnh: 0 xong, 1 câu trả lời là không, 2 dùng sai, 3 máy chủ không trả lời. Thêm --json để phần mềm đọc câu trả lời.
"""

app = typer.Typer(cls=Commands, help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(data.streams, name="streams")
app.add_typer(nats, name="nats")
app.add_typer(data.units, name="units")
app.add_typer(contacts, name="contacts")
app.add_typer(people, name="people")
app.add_typer(credentials, name="credentials")
app.add_typer(regimes, name="regimes")
app.add_typer(reform, name="reform")
app.add_typer(periods, name="periods")
app.add_typer(notify, name="notify")
app.add_typer(duties, name="duties")
app.add_typer(audit, name="audit")
app.add_typer(parked, name="parked")
app.add_typer(tls, name="tls")
app.add_typer(templates, name="templates")
people_move.add_to(people)
credential_list.add_to(credentials)
reform_acts.add_to(reform)
reform_history.add_to(reform)
reform_preview.add_to(reform)
regime_show.add_to(regimes)
regime_schema.add_to(regimes)
regime_remove.add_to(regimes)
stack.add_to(app)
figures.add_to(app)
explain.add_to(app)
imports.add_to(app)
send.add_to(app)
demo.add_to(app)
command.add_to(app)


def main() -> None:
    """The entry point of the console script."""
    app()


if __name__ == "__main__":
    main()

"""`tonghop contracts`: AsyncAPI, OpenAPI and JSON Schemas, generated from the code into shared/contracts/."""

from typing import Annotated

import typer

from services.cli import session


def add_to(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command("contracts")(contracts)


def contracts(check: Annotated[bool, typer.Option("--check", help="Chỉ so sánh, không ghi; mã thoát 1 nếu khác.")] = False) -> None:
    """Sinh các hợp đồng (AsyncAPI, OpenAPI, JSON Schema) vào shared/contracts/.

    Mã thoát: 0, 1 khác với mã nguồn (--check).
    """
    from services.cli.contracts import documents

    wanted = documents.documents()
    if not check:
        changed = documents.write(wanted)
        done = f"ghi lại {len(changed)}" if changed else "không có gì thay đổi"
        session.console.print(f"Hợp đồng: {len(wanted)} tệp, {done}.")
    elif differing := documents.differing(wanted):
        names = "\n".join(f"  shared/contracts/{path}" for path in differing)
        session.stop(session.NO, f"Khác với mã nguồn, chạy `make contracts` (differ from the code):\n{names}")
    else:
        session.console.print(f"Hợp đồng: {len(wanted)} tệp đúng như mã nguồn.")

"""`tonghop contracts`: generates AsyncAPI, OpenAPI, JSON Schemas and the reference pages in docs/ from the code."""

from typing import Annotated

import typer

from services.cli import session
from shared.plumbing import data_files
from shared.words.refusals import refusal


def add_to(app: typer.Typer) -> None:
    """Registers the command of this module."""
    app.command("contracts")(contracts)


def contracts(check: Annotated[bool, typer.Option("--check", help="Chỉ so sánh, không ghi; mã thoát 1 nếu khác.")] = False) -> None:
    """Sinh các hợp đồng (AsyncAPI, OpenAPI, JSON Schema) vào shared/contracts/ và các trang tra cứu vào docs/.

    Mã thoát: 0, 1 khác với mã nguồn (--check).
    """
    from services.cli.contracts import documents
    from services.cli.docs import pages

    if not check and data_files.CHECKOUT is None:
        session.stop(session.NO, refusal("cli.contracts_need_checkout"))
    wanted, wanted_pages = documents.documents(), pages.pages() if data_files.CHECKOUT else {}
    count = len(wanted) + len(wanted_pages)
    if not check:
        changed = [*documents.write(wanted), *pages.write(wanted_pages)]
        done = f"ghi lại {len(changed)}" if changed else "không có gì thay đổi"
        session.console.print(f"Hợp đồng: {count} tệp, {done}.")
        return
    differing = [f"shared/contracts/{path}" for path in documents.differing(wanted)]
    differing += [f"docs/{name}" for name in pages.differing(wanted_pages)]
    if differing:
        session.stop(session.NO, refusal("cli.contracts_differ", names=differing))
    session.console.print(f"Hợp đồng: {count} tệp đúng như mã nguồn.")

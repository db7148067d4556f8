"""`tonghop up|down|status`: starts and stops the embedded stack, and shows the state of its services."""

import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import orjson
import typer
from cryptography import x509
from rich.table import Table

from services.cli import certificate_files, known_data, session
from services.cli.data import REGIME_FILES, AsJson
from services.cli.files import regime_files
from services.cli.files.regime_losses import Loss
from services.devstack import stack
from shared.plumbing import addresses
from shared.shell import language
from shared.shell.clock import system_clock
from shared.shell.settings import CliSettings
from shared.words import numbers
from shared.words.refusals import number, refusal

ANSWER_S = 3.0
SILENT = {"ready": False, "lag": None, "waiting_for": {"service": refusal("cli.service_away").text("vi")}}


def add_to(app: typer.Typer) -> None:
    """Registers the commands of this module."""
    app.command("up")(up)
    app.command("down")(down)
    app.command("status")(status)


def up() -> None:
    """Chạy NATS, MongoDB, hộp thư thử và các dịch vụ trên máy này; nếu đang chạy thì khởi động lại những phần đã thay đổi.

    Dữ liệu, nhật ký, hộp thư thử: thư mục .run/

    Áp dụng mọi đợt sắp xếp trong deploy/reforms đã đến ngày; với TONGHOP_REFORMS=none thì chỉ nạp danh mục đơn vị gốc.

    Nếu một tệp trong deploy/regimes làm cho báo cáo đã tiếp nhận không còn được hiển thị, tệp đó không được nạp và lệnh in ra việc cần làm.

    Mã thoát: 0 sẵn sàng, 1 đang chạy nhưng còn chờ (in ra việc cần làm), 3 không khởi động được.
    """
    stack.up()
    settings = session.settings()
    _show(state(settings))
    session.warn([loss.fault for loss in session.run(lambda: unloaded(settings))])


async def unloaded(settings: CliSettings) -> list[Loss]:
    """What the regime files of the product would hide, for which they were not loaded."""
    read = regime_files.read_each(REGIME_FILES, session.working_days())
    found = await known_data.stored_with(settings, read)
    return found[1] if found is not None else []


def down() -> None:
    """Dừng mọi thành phần mà `up` đã chạy; dữ liệu được giữ nguyên.

    Mã thoát: 0.
    """
    stack.down()


def status(as_json: AsJson = False) -> None:
    """In địa chỉ đang dùng, dịch vụ nào sẵn sàng, còn bao nhiêu thông điệp chưa xử lý. Không ghi gì.

    Mã thoát: 0 mọi dịch vụ sẵn sàng, 1 có dịch vụ chưa sẵn sàng, 3 không dịch vụ nào trả lời.
    """
    found = state(session.settings())
    if as_json:
        session.say_json(found)
    else:
        _show(found)
    if not any(service["ready"] for service in found["services"].values()):
        raise typer.Exit(session.AWAY)
    if not all(service["ready"] for service in found["services"].values()):
        raise typer.Exit(session.NO)


def state(settings: CliSettings) -> dict[str, Any]:
    """`{"addresses": {…}, "services": {name: {"monitor", "ready", "lag", "waiting_for", "certificate_days"}}}`; a service that does not
    answer has no lag. `monitor` is the address of its `/readyz` and `/metrics`, `certificate_days` how long its certificate is valid (null:
    it speaks plain http, or does not answer).
    """
    asked = settings.monitor_addresses
    days = {name: _certificate_days(address) for name, address in settings.service_addresses.items()}
    servers = {"nats": settings.nats_url, "mongo": settings.mongo_url, "smtp": f"{settings.smtp_host}:{settings.smtp_port}"}
    shown = {**servers, "database": settings.database, **settings.service_addresses}
    return {
        "addresses": {name: addresses.masked(address) for name, address in shown.items()},
        "services": {name: {"monitor": address, **_readiness(address), "certificate_days": days[name]} for name, address in asked.items()},
    }


def _readiness(address: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=ANSWER_S) as answer:
            body = orjson.loads(answer.read())
    except urllib.error.HTTPError as error:
        try:
            body = orjson.loads(error.read())
        except ValueError:
            return SILENT
    except (OSError, ValueError):
        return SILENT
    return {"ready": bool(body.get("ready")), "lag": body.get("lag"), "waiting_for": body.get("waiting_for") or {}}


def _certificate_days(address: str) -> int | None:
    """The days until the certificate of an https address ends; negative if it has ended."""
    parts = urlsplit(address)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    try:
        presented = ssl.get_server_certificate((parts.hostname, parts.port or 443), timeout=ANSWER_S)
    except OSError:
        return None
    return (x509.load_pem_x509_certificate(presented.encode()).not_valid_after_utc - system_clock()).days


def _show(found: dict[str, Any]) -> None:
    table = Table("", "Địa chỉ", "Sẵn sàng", "Còn chờ", title="Tổng Hợp", title_justify="left")
    for name, address in found["addresses"].items():
        service = found["services"].get(name)
        if service is None:
            table.add_row(name, address, "", "")
        else:
            lag = "–" if service["lag"] is None else numbers.vietnamese(service["lag"])
            table.add_row(name, address, "có" if service["ready"] else "chưa", lag)
    session.console.print(table)
    for name, service in found["services"].items():
        for what, why in service["waiting_for"].items():
            session.console.print(f"{name}: {what}: {why}", markup=False)
        days = service["certificate_days"]
        if days is not None and days < certificate_files.WARN_BEFORE.days:
            session.notes.print(refusal("tls.ends_soon", name, days=number(days)).line(language.chosen()), markup=False)

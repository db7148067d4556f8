"""`tonghop tls init|renew|show`: certificates of the installation, signed by an authority of its own."""

import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from services.cli import certificates, session
from services.cli.certificate_files import CERTIFICATE, KEY, WARN_BEFORE, Folder, Found
from services.cli.data import AsJson
from shared.plumbing import data_files
from shared.shell.clock import system_clock
from shared.words import numbers, periods, vietnamese
from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

tls = typer.Typer(help="Chứng thư TLS của hệ thống.", no_args_is_help=True)

FOLDER: Final = data_files.HOME / data_files.NAME / "tls"

Out = Annotated[Path, typer.Option("--out", metavar="THƯ-MỤC", help="Thư mục của chứng thư và khóa.", show_default="deploy/tls")]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", metavar="[TÊN=]MÁY[,MÁY…]", help="Tên hoặc địa chỉ IP của một máy chủ; lặp lại được. Mặc định: máy này."),
]
Domains = Annotated[
    list[str] | None,
    typer.Option("--domain", metavar="MIỀN", help="Miền mà CA được ký thêm chứng thư về sau; chỉ khi CA được tạo; lặp lại được."),
]


@tls.command("init")
def init(hosts: Hosts = None, domains: Domains = None, out: Out = FOLDER, as_json: AsJson = False) -> None:
    """Tạo cơ quan chứng thực (CA) của hệ thống nếu chưa có, và chứng thư cho từng máy chủ. Cái đã có và còn dùng được thì giữ nguyên.

    CA chỉ ký được cho các máy và miền nêu khi tạo. Chứng thư được cấp lại khi danh sách máy thay đổi hoặc khi còn dưới 30 ngày. Chứng thư
    do nơi khác cấp không bao giờ bị thay.

    Ví dụ: tonghop tls init --host portal=bao-cao.tinh.gov.vn,10.0.0.7 --host ingest=bao-cao.tinh.gov.vn

    Mã thoát: 0, 1 không tạo được, 2 tên máy không hợp lệ.
    """
    wanted = _wanted(hosts or [socket.gethostname().lower()])
    permitted = [*(host for listed in wanted.values() for host in listed), *_domains(domains or [])]
    _run(out, as_json, lambda folder, now: _init(folder, wanted, permitted, now))


@tls.command("renew")
def renew(out: Out = FOLDER, as_json: AsJson = False) -> None:
    """Cấp lại mọi chứng thư do CA của hệ thống ký, với khóa mới và cùng tên máy. Sau đó khởi động lại dịch vụ và máy chủ.

    Mã thoát: 0, 1 không có CA hoặc không ghi được.
    """
    _run(out, as_json, _renew)


@tls.command("show")
def show(out: Out = FOLDER, as_json: AsJson = False) -> None:
    """Liệt kê chứng thư: cho máy nào, hết hạn ngày nào. Không ghi gì.

    Mã thoát: 0, 1 không có chứng thư, hoặc có chứng thư đã hết hạn hay còn dưới 30 ngày.
    """
    found = _run(out, as_json, lambda *_: set())
    if not found or any(one.left(system_clock()) < WARN_BEFORE for one in found):
        raise typer.Exit(session.NO)


def _wanted(given: Sequence[str]) -> dict[str, list[str]]:
    """The hosts of each certificate, by the name of its folder."""
    wanted: dict[str, list[str]] = {}
    for text in given:
        name, _, listed = text.lower().rpartition("=")
        hosts = [_host(host, "--host") for host in listed.split(",")]
        name = _host(name, "--host") if name else hosts[0]
        if name == "ca" or name in wanted:
            raise session.wrong_use(refusal("tls.name_taken", name=name), "--host")
        wanted[name] = hosts
    return wanted


def _domains(given: Sequence[str]) -> list[str]:
    return [_host(domain.lower().removeprefix("*").removeprefix("."), "--domain") for domain in given]


def _host(text: str, option: str) -> str:
    host = text.strip()
    if not certificates.is_host(host):
        raise session.wrong_use(refusal("tls.not_a_host", text=host), option)
    return host


def _init(folder: Folder, wanted: dict[str, list[str]], permitted: Sequence[str], now: datetime) -> set[str]:
    """Makes what is missing; the names of the certificates that were made."""
    if not folder.has_authority():
        folder.put_authority(certificates.authority(permitted, now))
    signer = folder.authority()
    there = {found.name: found for found in folder.found()}
    made = {name: hosts for name, hosts in wanted.items() if _is_due(there.get(name), hosts, now)}
    if outside := certificates.outside(signer.certificate, [host for hosts in made.values() for host in hosts]):
        raise ConfigurationError(refusal("tls.outside_authority", str(folder.path), hosts=outside))
    for name, hosts in made.items():
        folder.put(name, certificates.certificate(signer, hosts, now))
    return set(made)


def _is_due(found: Found | None, hosts: Sequence[str], now: datetime) -> bool:
    """Whether a certificate must be made: it is not there, or it is ours and has other hosts or little time left."""
    if found is None:
        return True
    has_others = set(certificates.hosts_of(found.certificate)) != set(certificates.with_this_machine(hosts))
    return found.is_own and (has_others or found.left(now) < WARN_BEFORE)


def _renew(folder: Folder, now: datetime) -> set[str]:
    signer = folder.authority()
    own = [found for found in folder.found() if found.is_own]
    for found in own:
        folder.put(found.name, certificates.certificate(signer, certificates.hosts_of(found.certificate), now))
    return {found.name for found in own}


def _run(out: Path, as_json: bool, act: Callable[[Folder, datetime], set[str]]) -> list[Found]:
    """Acts on the folder and prints what is in it then."""
    folder, now = Folder(out.resolve()), system_clock()
    try:
        made = act(folder, now)
        found = folder.found()
    except ConfigurationError as error:
        session.stop(session.NO, *error.refusals)
    except OSError as error:
        session.stop(session.NO, refusal("tls.not_written", str(folder.path), detail=[error.strerror or str(error)]))
    if as_json:
        session.say_json({"ca": str(folder.authority_file), "certificates": [_entry(folder, one, made, now) for one in found]})
    else:
        _print(folder, found, made, now)
    return found


def _entry(folder: Folder, found: Found, made: set[str], now: datetime) -> dict[str, object]:
    return {
        "name": found.name,
        "hosts": certificates.hosts_of(found.certificate),
        "until": found.certificate.not_valid_after_utc.isoformat(),
        "days_left": found.left(now).days,
        "own": found.is_own,
        "made": found.name in made,
        "certificate": str(folder.path / found.name / CERTIFICATE),
        "key": str(folder.path / found.name / KEY),
    }


def _print(folder: Folder, found: Sequence[Found], made: set[str], now: datetime) -> None:
    if not found:
        session.console.print(f"Chưa có chứng thư trong {folder.path}. Tạo: `tonghop tls init`.", markup=False)
        return
    table = Table("Tên", "Máy", "Do", "Hết hạn", "Còn (ngày)", "")
    for one in found:
        until = vietnamese.day(periods.local_day(one.certificate.not_valid_after_utc))
        hosts, signer = ", ".join(certificates.hosts_of(one.certificate)), "hệ thống" if one.is_own else "nơi khác"
        table.add_row(one.name, hosts, signer, until, numbers.vietnamese(one.left(now).days), "vừa cấp" if one.name in made else "")
    session.console.print(table)
    session.console.print(f"Thư mục: {folder.path}. Đặt TONGHOP_TLS_CERT=…/{CERTIFICATE} và TONGHOP_TLS_KEY=…/{KEY}.", markup=False)
    if folder.authority_file.exists():
        print_of = certificates.fingerprint(folder.authority_file.read_bytes())
        session.console.print(f"Máy của người dùng phải tin cậy {folder.authority_file} (docs/tls.md), SHA-256: {print_of}", markup=False)

"""`tonghop tls`: an authority that signs only for its own names, certificates that clients accept, and files that are never lost."""

import json
import os
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from services.cli import certificates, session
from services.cli.app import app
from services.cli.certificate_files import Folder
from shared.plumbing import tls
from tests.certificates import handshake

PORTAL = "portal=bao-cao.tinh.gov.vn,10.0.0.7"


def run(folder: Path, *words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["tls", *words, "--out", str(folder)])
    return answer.exit_code, answer.stdout + answer.stderr


def run_json(folder: Path, *words: str) -> list[dict[str, object]]:
    code, said = run(folder, *words, "--json")
    assert code == session.FINE, said
    found: list[dict[str, object]] = json.loads(said)["certificates"]
    return found


def accepted(folder: Path, name: str, host: str) -> str | None:
    """The version of TLS if a client that trusts the folder's authority accepts a server with this certificate."""
    server = tls.server_context(str(folder / name / "tls.crt"), str(folder / name / "tls.key"), datetime.now(UTC))
    return handshake(server, tls.client_context(str(folder / "ca" / "ca.crt")), host)


def read(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("host", ["bao-cao.tinh.gov.vn", "10.0.0.7", "localhost", "127.0.0.1", "::1"])
def test_who_trusts_the_authority_accepts_the_server_under_each_of_its_names(host: str, tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)

    assert accepted(tmp_path, "portal", host) == "TLSv1.3"


@pytest.mark.parametrize("host", ["ngan-hang.vn", "x.bao-cao.tinh.gov.vn", "10.0.0.8"])
def test_a_server_is_not_accepted_under_another_name(host: str, tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)

    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        accepted(tmp_path, "portal", host)


@pytest.mark.parametrize("host", ["ngan-hang.vn", "10.0.0.8", "::2"])
def test_what_a_thief_of_the_authoritys_key_signs_for_another_name_is_accepted_by_nobody(host: str, tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    folder = Folder(tmp_path)
    folder.put("forged", certificates.certificate(folder.authority(), [host], datetime.now(UTC)))

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        accepted(tmp_path, "forged", host)


def test_keys_are_readable_for_their_owner_alone(tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)

    keys = sorted(file for file in tmp_path.rglob("*") if file.suffix == ".key")
    assert [str(key.relative_to(tmp_path)) for key in keys] == ["ca.key", "portal/tls.key"]
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_what_services_of_another_user_must_read_they_can_read_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        run_json(tmp_path, "init", "--host", PORTAL)
    finally:
        os.umask(before)

    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("ca", "portal")} == {0o755}
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("ca/ca.crt", "portal/tls.crt")} == {0o644}
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("ca.key", "portal/tls.key")} == {0o600}


def test_the_authority_is_valid_for_ten_years_and_a_certificate_for_397_days(tmp_path: Path) -> None:
    [made] = run_json(tmp_path, "init", "--host", PORTAL)

    now = datetime.now(UTC)
    assert timedelta(days=3649) < read(tmp_path / "ca" / "ca.crt").not_valid_after_utc - now <= timedelta(days=3650)
    assert timedelta(days=396) < read(tmp_path / "portal" / "tls.crt").not_valid_after_utc - now <= timedelta(days=397)
    assert (made["days_left"], made["own"], made["made"]) == (396, True, True)


def test_no_certificate_outlives_its_authority() -> None:
    now = datetime.now(UTC)
    old = certificates.authority(["localhost"], now - timedelta(days=3600))

    assert certificates.certificate(old, ["localhost"], now).certificate.not_valid_after_utc == old.certificate.not_valid_after_utc


def test_making_them_again_changes_nothing(tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    before = contents(tmp_path)

    [again] = run_json(tmp_path, "init", "--host", PORTAL)

    assert not again["made"]
    assert contents(tmp_path) == before


def test_a_certificate_is_made_again_for_other_hosts_by_the_same_authority(tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL, "--domain", "*.tinh.gov.vn")
    before = (tmp_path / "ca" / "ca.crt").read_bytes()

    [made] = run_json(tmp_path, "init", "--host", "portal=so-lieu.tinh.gov.vn")

    assert made["made"]
    assert made["hosts"] == ["so-lieu.tinh.gov.vn", "localhost", "127.0.0.1", "::1"]
    assert (tmp_path / "ca" / "ca.crt").read_bytes() == before


def test_a_certificate_that_ends_within_thirty_days_is_made_again_and_shown_before(tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    folder = Folder(tmp_path)
    folder.put("portal", certificates.certificate(folder.authority(), ["bao-cao.tinh.gov.vn", "10.0.0.7"], days_ago(370)))
    assert run(tmp_path, "show")[0] == session.NO

    [made] = run_json(tmp_path, "init", "--host", PORTAL)

    assert (made["made"], made["days_left"]) == (True, 396)
    assert run(tmp_path, "show")[0] == session.FINE


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.mark.parametrize("words", [["renew"], ["init", "--host", "portal=10.0.0.7"]])
def test_the_agencys_own_certificate_is_never_replaced(words: Sequence[str], tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    agency = certificates.authority(["bao-cao.tinh.gov.vn"], days_ago(100))
    Folder(tmp_path).put("portal", certificates.certificate(agency, ["bao-cao.tinh.gov.vn"], days_ago(390)))
    before = contents(tmp_path)

    [kept] = run_json(tmp_path, *words)

    assert (kept["own"], kept["made"]) == (False, False)
    assert contents(tmp_path) == before


def test_renewing_makes_new_keys_for_the_same_hosts(tmp_path: Path) -> None:
    [first] = run_json(tmp_path, "init", "--host", PORTAL)
    before = contents(tmp_path)

    [renewed] = run_json(tmp_path, "renew")

    after = contents(tmp_path)
    assert renewed["hosts"] == first["hosts"]
    assert {str(file.relative_to(tmp_path)) for file in after if after[file] != before[file]} == {"portal/tls.crt", "portal/tls.key"}
    assert accepted(tmp_path, "portal", "10.0.0.7") == "TLSv1.3"


@pytest.mark.parametrize("lost", ["ca.key", "ca/ca.crt"])
def test_an_authority_is_never_replaced_by_another(lost: str, tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    (tmp_path / lost).unlink()
    before = contents(tmp_path)

    for words in (["init", "--host", "nats=nats-1"], ["renew"]):
        code, said = run(tmp_path, *words)
        assert (code, "[tls.no_authority]" in said) == (session.NO, True)

    assert contents(tmp_path) == before


def test_a_host_for_which_the_authority_may_not_sign_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run_json(tmp_path, "init", "--host", PORTAL)
    before = contents(tmp_path)

    code, said = run(tmp_path, "init", "--host", "x=bao-cao.tinh.gov.vn", "--host", "y=ngan-hang.vn,10.0.0.8")

    assert code == session.NO
    assert "ngan-hang.vn, 10.0.0.8" in said
    assert "[tls.outside_authority]" in said
    assert contents(tmp_path) == before


def test_an_authority_without_constraints_may_sign_for_every_host() -> None:
    now = datetime.now(UTC)
    other = certificates.certificate(certificates.authority(["localhost"], now), ["localhost"], now)

    assert certificates.outside(other.certificate, ["ngan-hang.vn", "10.0.0.8"]) == []


@pytest.mark.parametrize("host", ["x_y", "báo-cáo.vn", "-a", "a..b", "", "../x", "a/b", "*.tinh.gov.vn", "ca", "a b", "x" * 64])
def test_what_is_no_host_is_refused(host: str, tmp_path: Path) -> None:
    code, said = run(tmp_path / "new", "init", "--host", host)

    assert code == session.WRONG_USE
    assert "tls.not_a_host" in said or "tls.name_taken" in said
    assert not (tmp_path / "new").exists()


def test_two_certificates_cannot_have_one_name(tmp_path: Path) -> None:
    assert run(tmp_path, "init", "--host", "a=10.0.0.7", "--host", "a=10.0.0.8")[0] == session.WRONG_USE


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    code, said = run(tmp_path, "show")

    assert code == session.NO
    assert "tonghop tls init" in said

"""Where TLS is required, what it accepts, and what is said about files that cannot be used."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.plumbing import tls
from shared.words.failures import ConfigurationError
from tests.certificates import encrypted, handshake, made

NATS, MONGO = "nats://127.0.0.1:4222", "mongodb://127.0.0.1:27017/?replicaSet=rs0"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_loopback_a_service_may_listen_without_a_certificate(host: str) -> None:
    assert tls.fault_of_listener(host, tls.NONE) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "fd00::7", "bao-cao.tinh.gov.vn", "localhost.vn", "127.0.0.1.vn", ""])
def test_anywhere_else_it_needs_one(host: str) -> None:
    fault = tls.fault_of_listener(host, tls.NONE)

    assert fault is not None
    assert (fault.code, fault.path) == ("setting.tls_required", "TONGHOP_BIND_HOST")
    assert tls.fault_of_listener(host, "tls.crt") is None


@pytest.mark.parametrize(
    "nats_url",
    [
        NATS,
        "127.0.0.1:4222",
        "localhost",
        "tls://nats-1:4222,tls://nats-2:4222",
        "nats://u:p@[::1]:4222, tls://10.0.0.7",
        "tls://127.0.0.1",
    ],
)
def test_a_nats_address_is_on_this_machine_or_encrypted(nats_url: str) -> None:
    assert tls.faults_of_servers(nats_url, MONGO) == []


@pytest.mark.parametrize(
    ("nats_url", "named"),
    [
        ("nats://nats-1:4222,nats://127.0.0.1:4222", "nats-1"),
        ("tls://nats-1:4222,nats-2:4222", "nats-2"),
        ("10.0.0.7", "10.0.0.7"),
        ("nats://token@[fd00::7]:4222", "fd00::7"),
        ("nats://127.0.0.1@nats-1", "nats-1"),
    ],
)
def test_another_one_is_refused_and_named_without_its_credentials(nats_url: str, named: str) -> None:
    [fault] = tls.faults_of_servers(nats_url, MONGO)

    assert (fault.code, fault.path) == ("setting.tls_server_required", "TONGHOP_NATS_URL")
    assert f" {named} " in fault.message_en
    assert "token" not in fault.message_en


@pytest.mark.parametrize(
    "mongo_url",
    [
        MONGO,
        "mongodb://u:p@127.0.0.1:27017,localhost:27018,[::1]:27019/db?replicaSet=rs0",
        "mongodb://mongo-1:27017,mongo-2/?tls=true&tlsCAFile=/ca.crt",
        "mongodb://mongo-1/?SSL=True",
        "mongodb+srv://cluster.tinh.gov.vn/",
        "mongodb://%2Ftmp%2Fmongodb-27017.sock/",
    ],
)
def test_a_mongodb_address_is_on_this_machine_or_encrypted(mongo_url: str) -> None:
    assert tls.faults_of_servers(NATS, mongo_url) == []


@pytest.mark.parametrize(
    ("mongo_url", "named"),
    [
        ("mongodb://u:geheim@mongo-1:27017,127.0.0.1:27017/?replicaSet=rs0", "mongo-1"),
        ("mongodb://mongo-1/?tls=false", "mongo-1"),
        ("mongodb+srv://cluster.tinh.gov.vn/?tls=false", "cluster.tinh.gov.vn"),
        ("mongodb://[fd00::7]:27017/", "fd00::7"),
    ],
)
def test_another_one_of_mongodb_is_refused_and_named(mongo_url: str, named: str) -> None:
    [fault] = tls.faults_of_servers(NATS, mongo_url)

    assert (fault.code, fault.path) == ("setting.tls_server_required", "TONGHOP_MONGO_URL")
    assert f" {named} " in fault.message_en
    assert "geheim" not in fault.message_en


@pytest.mark.parametrize("option", ["tlsInsecure", "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames"])
def test_no_option_makes_a_certificate_unchecked(option: str) -> None:
    [fault] = tls.faults_of_servers(NATS, f"mongodb://mongo-1/?tls=true&{option}=true")

    assert fault.code == "setting.tls_weakened"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_listener_speaks_tls_of_today(version: ssl.TLSVersion, tmp_path: Path) -> None:
    files = made(tmp_path)
    client = tls.client_context(str(files.ca))
    client.maximum_version = version

    assert handshake(tls.server_context(str(files.cert), str(files.key), datetime.now(UTC)), client, "localhost")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_a_listener_does_not_speak_an_older_one(tmp_path: Path) -> None:
    files = made(tmp_path)
    client = tls.client_context(str(files.ca))
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError, match=r"PROTOCOL|protocol"):
        handshake(tls.server_context(str(files.cert), str(files.key), datetime.now(UTC)), client, "localhost")


def test_a_listener_has_no_cipher_without_forward_secrecy(tmp_path: Path) -> None:
    files = made(tmp_path)
    ciphers = tls.server_context(str(files.cert), str(files.key), datetime.now(UTC)).get_ciphers()

    assert all(cipher["name"].startswith(("TLS_", "ECDHE-")) and cipher["aead"] for cipher in ciphers)


def test_a_certificate_and_its_key_may_be_in_one_file(tmp_path: Path) -> None:
    files = made(tmp_path)

    assert handshake(tls.server_context(str(files.both), tls.NONE, datetime.now(UTC)), tls.client_context(str(files.ca)), "localhost")


def refused(cert: Path, key: Path) -> tuple[str, str]:
    """Code and path of the refusal."""
    with pytest.raises(ConfigurationError) as error:
        tls.server_context(str(cert), str(key), datetime.now(UTC))
    [why] = error.value.refusals
    return why.code, why.path


def test_files_that_cannot_be_used_are_named_with_what_to_do(tmp_path: Path) -> None:
    files, others = made(tmp_path / "a"), made(tmp_path / "b")
    text = tmp_path / "text"
    text.write_text("no certificate")

    assert refused(tmp_path / "none.crt", files.key) == ("tls.unreadable", "TONGHOP_TLS_CERT")
    assert refused(text, files.key) == ("tls.unreadable", "TONGHOP_TLS_CERT")
    assert refused(files.cert, tmp_path / "none.key") == ("tls.unreadable", "TONGHOP_TLS_KEY")
    assert refused(files.cert, text) == ("tls.unreadable", "TONGHOP_TLS_KEY")
    assert refused(files.cert, encrypted(files.key)) == ("tls.unreadable", "TONGHOP_TLS_KEY")
    assert refused(files.cert, others.key) == ("tls.other_key", "TONGHOP_TLS_KEY")
    with pytest.raises(ConfigurationError, match=r"TONGHOP_TLS_CA.*tls.unreadable"):
        tls.client_context(str(text))


def test_a_certificate_out_of_its_time_is_refused_with_the_day(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    expired = made(tmp_path / "a", now=now - timedelta(days=398))
    early = made(tmp_path / "b", now=now + timedelta(days=2))

    assert refused(expired.cert, expired.key) == ("tls.expired", "TONGHOP_TLS_CERT")
    assert refused(early.cert, early.key) == ("tls.not_valid_yet", "TONGHOP_TLS_CERT")
    with pytest.raises(ConfigurationError) as error:
        tls.server_context(str(expired.cert), str(expired.key), datetime.now(UTC))
    assert "tonghop tls renew" in error.value.text("vi")

"""Credentials in an address are never shown, whatever text contains the address."""

import pytest
from hypothesis import given, strategies

from shared.plumbing import addresses, mongo
from shared.plumbing.addresses import AddressError, masked
from shared.shell.settings import Settings
from shared.words.failures import ConfigurationError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodb://tonghop:geheim@a:27017,b:27017/?replicaSet=rs0", "mongodb://***@a:27017,b:27017/?replicaSet=rs0"),
        ("mongodb+srv://tonghop:geheim@cluster.example/x", "mongodb+srv://***@cluster.example/x"),
        ("nats://token@a:4222", "nats://***@a:4222"),
        ("nats://u:p@a:4222,nats://u:p@b:4222", "nats://***@a:4222,nats://***@b:4222"),
        ("tls://u:p@a:4222,nats://b:4222", "tls://***@a:4222,nats://b:4222"),
        ("u:p@a:4222,u:p@b:4222", "***@a:4222,***@b:4222"),
        ("mongodb://u:p@ss/w,o?rd@a:27017/", "mongodb://***@a:27017/"),
        ("mongodb://u:p'\"w@a:27017/", "mongodb://***@a:27017/"),
        ("không trả lời ở http://u:p@a:8222, http://b:8222", "không trả lời ở http://***@a:8222, http://b:8222"),
        ('{"a": "nats://u:p@a", "b": "x@y.vn"}', '{"a": "nats://***@a", "b": "x@y.vn"}'),
        ("mongodb://a/?tlsCertificateKeyFilePassword=geheim&w=majority", "mongodb://a/?tlsCertificateKeyFilePassword=***&w=majority"),
        ("mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:geheim", "mongodb://a/?authMechanismProperties=***"),
    ],
)
def test_credentials_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "nats://127.0.0.1:4222",
        "mongodb://127.0.0.1:27017/?replicaSet=rs0",
        "thư gửi tong-hop@bao-cao.example",
        "Hạn: 20/12/2026 08:00, kính gửi: xa@bao-cao.example",
        '{"event": "mail.refused", "mail": "x@y.vn"}',
        "partition 3: REPORTS không còn sự kiện 06253/abc ở vị trí 7",
    ],
)
def test_a_text_without_credentials_stays(text: str) -> None:
    assert masked(text) == text


@given(strategies.text(strategies.characters(min_codepoint=33, max_codepoint=0x17F), min_size=4).map(lambda text: f"geheim{text}geheim"))
def test_of_no_password_anything_is_shown(password: str) -> None:
    assert "geheim" not in masked(f"mongodb://tonghop:{password}@a:27017,b:27017/?replicaSet=rs0")


@pytest.mark.parametrize("url", ["nats://u:pa/geheim@a:4222", "nats://u:geheim", "nats://", "nats://u:gehe[im@a:4222", ""])
def test_an_address_of_nats_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        addresses.nats_servers(f"nats://127.0.0.1:4222,{url}")

    assert "TONGHOP_NATS_URL" in str(refused.value)
    assert "gehe" not in str(refused.value)


@pytest.mark.parametrize("url", ["mongodb://u:pa/geheim@a:27017", "mongodb://u:geheim@", "http://u:geheim@a", "mongodb://a/?w=x=geheim&y"])
async def test_an_address_of_mongodb_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(AddressError) as refused:
        mongo.connect(url)

    assert "TONGHOP_MONGO_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_settings_do_not_show_their_addresses() -> None:
    settings = Settings(
        _env_file=None, nats_url="nats://u:geheim@a", mongo_url="mongodb://u:geheim@a", nats_monitor_url="http://u:geheim@a"
    )

    assert "geheim" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("given_settings", "shown", "asked"),
    [
        ({}, "http://127.0.0.1:8080", "http://127.0.0.1:9080"),
        ({"bind_host": "0.0.0.0"}, "http://127.0.0.1:8080", "http://127.0.0.1:9080"),
        ({"bind_host": "10.0.0.7", "ingest_port": 81}, "http://10.0.0.7:81", "http://127.0.0.1:9080"),
        ({"bind_host": "0.0.0.0", "ingest_url": "http://ingest:8080/"}, "http://ingest:8080", "http://ingest:9080"),
        ({"ingest_url": "https://[fd00::7]", "ingest_monitor_port": 82}, "https://[fd00::7]", "http://[fd00::7]:82"),
        ({"bind_host": "fd00::7", "monitor_host": "::"}, "http://[fd00::7]:8080", "http://[::1]:9080"),
    ],
)
def test_a_service_is_asked_where_it_is_reached(given_settings: dict[str, str], shown: str, asked: str) -> None:
    settings = Settings.model_validate({"_env_file": None, **given_settings})

    assert (settings.service_addresses["ingest"], settings.monitor_addresses["ingest"]) == (shown, asked)

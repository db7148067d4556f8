"""Which service reads which settings. A wrong setting of another service does not matter."""

import pytest

from shared.shell import settings as configuration
from shared.shell.settings import USERS, CliSettings, NotifySettings, PortalSettings, ServiceSettings, SettingsError

SERVICES = ("ingest", "aggregate", "notify", "portal")
WRONG = {
    "ingest": ("TONGHOP_INGEST_PORT", "abc"),
    "aggregate": ("TONGHOP_AGGREGATE_PORT", "0"),
    "notify": ("TONGHOP_MAIL_FROM", "nobody"),
    "portal": ("TONGHOP_PORTAL_PORT", "99999"),
}
"""For each service a variable that it uses, with a value that stops it."""


@pytest.fixture(autouse=True)
def _no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in USERS.values():
        monkeypatch.setitem(kind.model_config, "env_file", None)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "notify"])
def test_only_the_notifier_and_the_command_line_know_the_mail_server(name: str) -> None:
    assert not [field for field in USERS[name].model_fields if field.startswith(("smtp_", "mail_"))]
    assert {"smtp_host", "smtp_port", "mail_from"} <= NotifySettings.model_fields.keys() & CliSettings.model_fields.keys()


def test_a_service_holds_nothing_of_the_others_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_SMTP_HOST", "mail.tinh.example")
    monkeypatch.setenv("TONGHOP_SMTP_PASSWORD", "geheim")

    assert "mail.tinh.example" not in str(configuration.read(PortalSettings).model_dump())
    assert configuration.read(NotifySettings).smtp_host == "mail.tinh.example"


@pytest.mark.parametrize("owner", SERVICES)
@pytest.mark.parametrize("reader", SERVICES)
def test_a_wrong_value_stops_the_service_that_uses_it_and_no_other(owner: str, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable, value = WRONG[owner]
    monkeypatch.setenv(variable, value)

    if owner == reader:
        with pytest.raises(SettingsError, match=variable):
            configuration.read(USERS[reader])
    else:
        assert isinstance(configuration.read(USERS[reader]), ServiceSettings)

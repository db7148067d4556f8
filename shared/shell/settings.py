"""Settings, read from the environment once per process, in an `app.py`, and passed down. Each service has a class of its own:
it holds no secret that it does not use, and another's wrong setting does not stop it.
"""

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.plumbing import addresses
from shared.wire import shape_faults
from shared.words import mailboxes
from shared.words.failures import ConfigurationError
from shared.words.refusals import Both

DATABASE: Final = r"^[a-z][a-z0-9_]{0,37}$"
WEB_ADDRESS: Final = r"^(none|https?://[^\s/?#]+(/[^\s?#]*)?)?$"

FORMS: Final = {
    DATABASE: Both("tên cơ sở dữ liệu: chữ thường không dấu, số và “_”, tối đa 38 ký tự, ví dụ tonghop", "a-z, 0-9 and _"),
    WEB_ADDRESS: Both("địa chỉ trang, ví dụ https://bao-cao.tinh.gov.vn, hoặc none", "a web address, or none"),
}


Kind = TypeVar("Kind", bound="ServiceSettings")


class SettingsError(ConfigurationError):
    """Settings of the environment that make no sense: each by its name, with the form wanted."""


class ServiceSettings(BaseSettings):
    """What every service and command uses. `TONGHOP_NATS_URL=…`; `.env`, then the running embedded stack's file, serve as defaults."""

    model_config = SettingsConfigDict(
        env_prefix="TONGHOP_", env_file=(".env", ".run/stack.env"), extra="ignore", frozen=True, hide_input_in_errors=True
    )

    nats_url: str = Field("nats://127.0.0.1:4222", repr=False)  # may hold credentials
    nats_monitor_url: str = Field("none", repr=False, description="monitoring addresses of the nats-servers, http://…:8222, or none")
    mongo_url: str = Field("mongodb://127.0.0.1:27017/?replicaSet=rs0", repr=False, description="with the service's own user")
    replicas: int = Field(1, ge=1, le=5, description="copies of each stream: 1 on one server, 3 in a cluster")
    database: str = Field("tonghop", pattern=DATABASE)
    calendar_days: str = Field("deploy/calendar/days.yaml", description="the agency's own days off and working days")
    bind_host: str = "127.0.0.1"

    @property
    def nats_servers(self) -> list[str]:
        return addresses.nats_servers(self.nats_url)

    @property
    def nats_monitors(self) -> list[str]:
        return [] if self.nats_monitor_url == "none" else self.nats_monitor_url.split(",")


class IngestSettings(ServiceSettings):
    """What ingest uses."""

    ingest_port: int = Field(8080, ge=1, le=65535)


class AggregatePort(ServiceSettings):
    """Where the aggregator listens: for itself, and for whoever asks it how it is."""

    aggregate_port: int = Field(8081, ge=1, le=65535)


class AggregateSettings(AggregatePort):
    """What the aggregator uses."""

    partitions: str = Field("all", description="partitions of this aggregator: all, or numbers such as 0,2,4")


class NotifySettings(ServiceSettings):
    """What the notifier uses. Nobody else knows the mail server."""

    notify_port: int = Field(8082, ge=1, le=65535)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(1025, ge=1, le=65535)
    mail_from: Annotated[str, AfterValidator(mailboxes.checked)] = "tong-hop@bao-cao.example"
    public_url: str = Field("none", pattern=WEB_ADDRESS, description="the portal, as mails link to it")

    @property
    def site(self) -> str:
        """Where the portal's pages are, as mails link to them; "" when nobody said."""
        return "" if self.public_url == "none" else self.public_url.rstrip("/")


class PortalSettings(ServiceSettings):
    """What the portal uses."""

    portal_port: int = Field(8000, ge=1, le=65535)


class CliSettings(IngestSettings, AggregatePort, NotifySettings, PortalSettings):
    """What the command line uses: it asks every service how it is, and mails as the notifier does (`tonghop notify`)."""

    ingest_url: str = Field("auto", description="where ingest is reached from here, http://…; auto: at the bind host and its port")
    portal_url: str = Field("auto", description="the same of the portal")
    aggregate_url: str = Field("auto", description="the same of the aggregator")
    notify_url: str = Field("auto", description="the same of the notifier")

    @property
    def service_addresses(self) -> dict[str, str]:
        """Where each service is asked how it is. A service that listens on all addresses is asked on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.bind_host, self.bind_host)
        asked = {
            "ingest": (self.ingest_url, self.ingest_port),
            "aggregate": (self.aggregate_url, self.aggregate_port),
            "notify": (self.notify_url, self.notify_port),
            "portal": (self.portal_url, self.portal_port),
        }
        return {name: f"http://{host}:{port}" if url == "auto" else url.rstrip("/") for name, (url, port) in asked.items()}


class Settings(CliSettings, AggregateSettings):
    """All settings, for what builds every service: the contracts and the tests. No process of an installation reads them."""


USERS: Final[Mapping[str, type[ServiceSettings]]] = {
    "ingest": IngestSettings,
    "aggregate": AggregateSettings,
    "notify": NotifySettings,
    "portal": PortalSettings,
    "cli": CliSettings,
}
"""Who reads which settings."""


def read(kind: type[Kind]) -> Kind:
    """The settings of the environment that a service or the command line uses; others are not looked at. Raises SettingsError."""
    try:
        return kind()
    except ValidationError as error:
        faults = shape_faults.of(error, kind, forms=FORMS)
        raise SettingsError(*(why.at(f"TONGHOP_{str(path[0]).upper()}") for path, why in faults)) from None

"""Settings, read from the environment once per process, in an `app.py`, and passed down. Each service has its own class, so that it holds
no secret that it does not use, and an invalid setting of another service does not stop it.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.plumbing import addresses, scanning, tls
from shared.wire import shape_faults
from shared.words import mailboxes
from shared.words.failures import ConfigurationError
from shared.words.refusals import Both

DATABASE: Final = r"^[a-z][a-z0-9_]{0,37}$"
SECRET: Final = r"^(none|[\x21-\x7e]{32,})$"
WEB_ADDRESS: Final = r"^(none|https?://[^\s/?#]+(/[^\s?#]*)?)?$"

FORMS: Final = {
    DATABASE: Both("tên cơ sở dữ liệu: chữ thường không dấu, số và “_”, tối đa 38 ký tự, ví dụ tonghop", "a-z, 0-9 and _"),
    SECRET: Both("ít nhất 32 ký tự không dấu, không có dấu cách", "at least 32 characters of ASCII without spaces"),
    WEB_ADDRESS: Both("địa chỉ trang, ví dụ https://bao-cao.tinh.gov.vn, hoặc none", "a web address, or none"),
}


Kind = TypeVar("Kind", bound="ServiceSettings")


class SettingsError(ConfigurationError):
    """Invalid settings of the environment: the name of each, with the required form."""


class ServiceSettings(BaseSettings):
    """The settings of every service and command, for example `TONGHOP_NATS_URL`. Defaults come from `.env`, then from the running embedded
    stack's file.
    """

    model_config = SettingsConfigDict(
        env_prefix="TONGHOP_", env_file=(".env", ".run/stack.env"), extra="ignore", frozen=True, hide_input_in_errors=True
    )

    nats_url: str = Field("nats://127.0.0.1:4222", repr=False)  # may contain credentials
    nats_creds: str = Field(".run/nats-keys/creds", description="a .creds file, or a folder with one for each user: ingest.creds …")
    nats_monitor_url: str = Field("none", repr=False, description="monitoring addresses of the nats-servers, http://…:8222, or none")
    mongo_url: str = Field("mongodb://127.0.0.1:27017/?replicaSet=rs0", repr=False, description="with the service's own user")
    replicas: int = Field(1, ge=1, le=5, description="copies of each stream: 1 on one server, 3 in a cluster")
    database: str = Field("tonghop", pattern=DATABASE)
    calendar_days: str = Field("deploy/calendar/days.yaml", description="the agency's own days off and working days")
    bind_host: str = "127.0.0.1"
    tls_cert: str = Field("none", description="certificate of the listener, PEM; required unless bind_host is on loopback")
    tls_key: str = Field("none", description="its key, PEM; none: in the same file")
    tls_ca: str = Field("none", description="authority of the servers' certificates, PEM; none: those of the operating system")
    monitor_host: str = Field("127.0.0.1", description="address of the monitor listener: /readyz and /metrics")
    monitor_port: int = Field(0, ge=0, le=65535, description="its port, where only one service runs; 0: the port of each service")

    @property
    def has_tls(self) -> bool:
        """Whether the service's listener speaks https."""
        return self.tls_cert != tls.NONE

    @property
    def nats_servers(self) -> list[str]:
        return addresses.nats_servers(self.nats_url)

    @property
    def nats_monitors(self) -> list[str]:
        return [] if self.nats_monitor_url == "none" else self.nats_monitor_url.split(",")


class ScanSettings(ServiceSettings):
    """What checks the files that are sent to be attached to reports."""

    scan_command: Annotated[str, AfterValidator(scanning.command)] = Field(
        "none", description="the agency's scanner: gets each file on standard input, exit code 0 takes it; none: no scanner"
    )


class IngestSettings(ScanSettings):
    """Ingest's settings."""

    ingest_port: int = Field(8080, ge=1, le=65535)
    ingest_monitor_port: int = Field(9080, ge=1, le=65535)


class AggregatePort(ServiceSettings):
    """The ports of the aggregator: the command line needs them too, to ask for the aggregator's state."""

    aggregate_port: int = Field(8081, ge=1, le=65535)
    aggregate_monitor_port: int = Field(9081, ge=1, le=65535)


class AggregateSettings(AggregatePort):
    """The aggregator's settings."""

    partitions: str = Field("all", description="partitions of this aggregator: all, or numbers such as 0,2,4")


class PublicAddress(ServiceSettings):
    """The portal's address, as people reach it."""

    public_url: str = Field("none", pattern=WEB_ADDRESS, description="the portal, as people reach it and mails link to it")

    @property
    def site(self) -> str:
        """The portal's address for links in mails; "" if it is not set."""
        return "" if self.public_url == "none" else self.public_url.rstrip("/")


class NotifySettings(PublicAddress):
    """The notifier's settings. Only the notifier and the command line know the mail server."""

    notify_port: int = Field(8082, ge=1, le=65535)
    notify_monitor_port: int = Field(9082, ge=1, le=65535)
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(1025, ge=1, le=65535)
    mail_from: Annotated[str, AfterValidator(mailboxes.checked)] = "tong-hop@bao-cao.example"
    audit_mail: Annotated[str, AfterValidator(mailboxes.checked_list)] = "none"

    @property
    def audit_addresses(self) -> list[str]:
        """The addresses to which the head of the audit log is mailed once a day."""
        return mailboxes.listed(self.audit_mail)


class PortalPort(PublicAddress):
    """The port of the portal: the command line needs it too."""

    portal_port: int = Field(8000, ge=1, le=65535)
    portal_monitor_port: int = Field(9000, ge=1, le=65535)
    templates: str = Field("none", description="the agency's folder of document templates, .docx; none: those of the product")


class PortalSettings(ScanSettings, PortalPort):
    """The portal's settings. Only the portal knows its secret key, and those of the provider of logins."""

    secret_key: str = Field("none", pattern=SECRET, repr=False, description="encrypts what the portal stores; 32 characters or more")
    totp: Literal["optional", "required"] = Field("optional", description="one-time codes for reviewers and operators")
    oidc_issuer: str = Field("none", description="the OpenID Connect provider, exactly as its tokens name it; none: only local logins")
    oidc_client_id: str = "none"
    oidc_client_secret: str = Field("none", repr=False)
    oidc_authorization_url: str = Field("none", description="none, with the two below: the issuer publishes them (discovery)")
    oidc_token_url: str = "none"
    oidc_jwks_url: str = "none"
    oidc_userinfo_url: str = Field("none", description="asked if the ID token does not have the claim that names the person")
    oidc_pkce: Literal["on", "off"] = "on"
    oidc_acr_values: str = Field("none", description="levels of assurance, one of which the login must have")
    oidc_subject_claim: str = "sub"
    oidc_scopes: str = "openid"
    oidc_algorithms: str = Field("RS256", description="signatures of ID tokens that are taken")
    oidc_name: str = Field("Cổng dịch vụ công quốc gia", description="the provider's name on the button")


class CliSettings(IngestSettings, AggregatePort, NotifySettings, PortalPort):
    """The command line's settings: it asks every service for its state, and sends mails like the notifier (`tonghop notify`)."""

    nats_keys: str = Field(".run/nats-keys", description="folder with the keys of NATS (`tonghop nats init`)")
    reforms: Literal["due", "none"] = Field("due", description="reforms that the set-up applies: those whose first day has come, or none")
    ingest_url: str = Field("auto", description="where ingest is reached from here, http://…, also its monitor; auto: on this machine")
    portal_url: str = Field("auto", description="the same of the portal")
    aggregate_url: str = Field("auto", description="the same of the aggregator")
    notify_url: str = Field("auto", description="the same of the notifier")

    @property
    def service_addresses(self) -> dict[str, str]:
        """The address at which each service answers. A service that listens on all interfaces is asked on this machine."""
        host = _on_this_machine(self.bind_host)
        scheme = "https" if self.has_tls else "http"
        return {name: f"{scheme}://{host}:{port}" if url == "auto" else url.rstrip("/") for name, (url, port, _) in self._reached.items()}

    @property
    def monitor_addresses(self) -> dict[str, str]:
        """Where each service says whether it is ready: on the host of its address, at its monitor port."""
        here = _on_this_machine(self.monitor_host)
        hosts = {name: here if url == "auto" else _host(url) for name, (url, _, _) in self._reached.items()}
        return {name: f"http://{hosts[name]}:{port}" for name, (_, _, port) in self._reached.items()}

    @property
    def _reached(self) -> dict[str, tuple[str, int, int]]:
        """The address, the port and the monitor port of each service."""
        return {
            "ingest": (self.ingest_url, self.ingest_port, self.ingest_monitor_port),
            "aggregate": (self.aggregate_url, self.aggregate_port, self.aggregate_monitor_port),
            "notify": (self.notify_url, self.notify_port, self.notify_monitor_port),
            "portal": (self.portal_url, self.portal_port, self.portal_monitor_port),
        }


def _on_this_machine(host: str) -> str:
    """The host under which this machine reaches a listener that is bound to `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _host(url: str) -> str:
    """The host of an address, with brackets if it is one of IPv6."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


class Settings(CliSettings, AggregateSettings, PortalSettings):
    """All settings, for code that builds every service: the contracts and the tests. No process of an installation reads them."""


USERS: Final[Mapping[str, type[ServiceSettings]]] = {
    "ingest": IngestSettings,
    "aggregate": AggregateSettings,
    "notify": NotifySettings,
    "portal": PortalSettings,
    "cli": CliSettings,
}
"""The settings class of each service and of the command line."""


def read(kind: type[Kind]) -> Kind:
    """The settings that a service or the command line uses, from the environment; other settings are ignored. Raises SettingsError."""
    try:
        settings = kind()
    except ValidationError as error:
        faults = shape_faults.of(error, kind, forms=FORMS)
        raise SettingsError(*(why.at(f"TONGHOP_{str(path[0]).upper()}") for path, why in faults)) from None
    try:
        addresses.nats_servers(settings.nats_url)
    except addresses.AddressError as error:
        raise SettingsError(*error.refusals) from None
    if plain := tls.faults_of_servers(settings.nats_url, settings.mongo_url):
        raise SettingsError(*plain)
    return settings

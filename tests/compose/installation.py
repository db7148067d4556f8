"""A separate installation by the documented steps: a copy of a checkout, its `.env`, and the engine's commands."""

import re
import secrets
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from services.devstack.ports import choose_ports

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("docker-compose.yml", ".env.example", ".dockerignore", "pyproject.toml", "deploy", "services", "shared")
CONFIRMER: Final = "44-SNV-2025"
SERVICES: Final = ("ingest", "aggregate", "notify", "portal")
STAND_INS: Final = dict.fromkeys(("NATS_TAG", "MONGO_TAG", "MAILPIT_TAG", "PYTHON_TAG"), "tonghop-stand-in")
MONITORED: Final = ("/readyz", "/metrics")  # in an earlier version they are on the published port
READY_S: Final = 120.0
KEY_S: Final = 10.0  # how long a new key may stay unknown
OLD_BUILDER: Final = {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}  # compose 1.29 with an engine without BuildKit
COMPOSE: Final = ("docker-compose",) if shutil.which("docker-compose") else ("docker", "compose")
PROGRAMS: Final = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Said:
    """What a command said, and how long it took."""

    code: int
    text: str
    took_s: float


class Installation:
    """One project of compose in a folder. Every command and what it says is printed: the protocol of the trial."""

    def __init__(self, folder: Path, project: str, checkout: Path = ROOT, compose_file: str | None = None) -> None:
        self.folder = folder
        self.project = project
        folder.mkdir(parents=True)
        self.copy(checkout, compose_file)
        self._first_settings()
        self.compose("down", "-v", "--remove-orphans")  # what a trial that was cut off has left

    def copy(self, checkout: Path, compose_file: str | None = None) -> None:
        """The files of a checkout, also in place of those of another version; `.env` stays."""
        for name in COPIED:
            source, target = checkout / name, self.folder / name
            if source.is_dir():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        if compose_file is not None:
            (self.folder / "docker-compose.yml").write_text(compose_file, encoding="utf-8")

    def _first_settings(self) -> None:
        """Steps 1 and 2: `.env` with secrets, ports that are free, and the images that are there."""
        if (self.folder / "deploy/secrets.sh").exists():
            self.run("deploy/secrets.sh")
        else:  # earlier versions: by hand
            shutil.copy(self.folder / ".env.example", self.folder / ".env")
            empty = [name for name, value in self.settings.items() if not value]
            self.set(**{name: secrets.token_hex(32) for name in empty})
        ports = choose_ports(defaults=False)
        self.set(
            **STAND_INS,
            COMPOSE_PROJECT_NAME=self.project,
            TONGHOP_IMAGE=f"{self.project}:trial",
            MAIL_WEB_PORT=str(ports.smtp),
            **{f"TONGHOP_{setting.upper()}": str(port) for setting, port in ports.of_services().items()},
        )

    @property
    def settings(self) -> dict[str, str]:
        """What `.env` says now."""
        return dict(re.findall(r"^(\w+)=(.*)$", (self.folder / ".env").read_text(encoding="utf-8"), re.MULTILINE))

    @property
    def secrets(self) -> dict[str, str]:
        return {name: value for name, value in self.settings.items() if name.endswith(("_PASSWORD", "_KEY"))}

    def set(self, **chosen: str) -> None:
        """Writes other values into `.env`, where it has the variable."""
        text = (self.folder / ".env").read_text(encoding="utf-8")
        text = re.sub(r"^(\w+)=(.*)$", lambda found: f"{found[1]}={chosen.get(found[1], found[2])}", text, flags=re.MULTILINE)
        (self.folder / ".env").write_text(text, encoding="utf-8")

    def run(self, *words: str, check: bool = True) -> Said:
        """Runs a command in the folder."""
        began = time.monotonic()
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **OLD_BUILDER}
        done = subprocess.run(
            words, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        said = Said(done.returncode, done.stdout, time.monotonic() - began)
        print(f"\n$ {' '.join(words)}\n{said.text.rstrip()}\n→ {said.code}, {said.took_s:.1f} s", flush=True)
        assert not check or said.code == 0, said.text
        return said

    def compose(self, *words: str, check: bool = True) -> Said:
        return self.run(*COMPOSE, "-p", self.project, *words, check=check)

    def tonghop(self, *words: str, check: bool = True) -> Said:
        """A command of the product, as the documents say."""
        return self.compose("run", "--rm", "--no-deps", "setup", "tonghop", *words, check=check)

    def program(self, name: str, *words: str) -> subprocess.Popen[str]:
        """A program of this folder in the network of the installation, beginning now; it answers with JSON on standard output."""
        command = ["docker", "run", "--rm", "--network", f"{self.project}_default", "-v", f"{PROGRAMS}:/programs:ro"]
        command += ["-v", f"{self.folder / 'deploy/nats-keys'}:/app/deploy/nats-keys:ro"]
        command += ["-v", f"{self.authority.parent}:/app/deploy/tls/ca:ro", "-e", "SSL_CERT_FILE=/app/deploy/tls/ca/ca.crt", self.image]
        return subprocess.Popen(
            [*command, "python", f"/programs/{name}", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    @property
    def image(self) -> str:
        return self.settings["TONGHOP_IMAGE"]

    @property
    def authority(self) -> Path:
        """The certificate of the installation's authority; an earlier version has none."""
        return self.folder / "deploy/tls/ca/ca.crt"

    @property
    def mongo_url(self) -> str:
        hosts = "mongo-1:27017,mongo-2:27017,mongo-3:27017"
        return f"mongodb://operator:{self.settings['MONGO_OPERATOR_PASSWORD']}@{hosts}/?replicaSet=rs0&authSource=tonghop&tls=true&tlsCAFile=/app/deploy/tls/ca/ca.crt"

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service's container, whether it runs or has ended; without what comes from its image."""
        container = self.compose("ps", "-a", "-q", service).text.split()[-1]
        config = orjson.loads(subprocess.run(["docker", "inspect", container], capture_output=True, check=True).stdout)[0]
        image = orjson.loads(subprocess.run(["docker", "inspect", config["Image"]], capture_output=True, check=True).stdout)[0]
        given = set(config["Config"]["Env"]) - set(image["Config"]["Env"])
        return dict(entry.split("=", 1) for entry in given)

    def containers(self) -> dict[str, str]:
        """The ids of the running containers, by service."""
        label = "com.docker.compose"
        shown = f'{{{{.Label "{label}.service"}}}} {{{{.ID}}}}'
        asked = ["docker", "ps", "--filter", f"label={label}.project={self.project}", "--format", shown]
        listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        return dict(line.split() for line in listed.splitlines())

    _reading: str = ""

    def key(self, unit: str) -> str:
        """A new key of a unit, which ingest knows."""
        [issued] = orjson.loads(self.tonghop("credentials", "issue", unit, "--no-nats", "--json").text)
        key: str = issued["http_key"]
        give_up_at = time.monotonic() + KEY_S
        while self.get("ingest", f"/v1/receipts/{unit}/event-unknown", key=key)[0] == 401:
            assert time.monotonic() < give_up_at, "the key is not known"
            time.sleep(0.05)
        return key

    def read(self, path: str) -> tuple[int, Any]:
        """Asks the portal's API with a key of the unit that confirms the view of the province. The key is issued once."""
        if not self._reading:
            self._reading = self.key(CONFIRMER)
        return self.get("portal", path, key=self._reading)

    def get(self, service: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """Asks a service at its published port, or at that of its monitor; status and answer, 0 when it does not answer."""
        kind = "MONITOR_PORT" if path in MONITORED and f"TONGHOP_{service.upper()}_MONITOR_PORT" in self.settings else "PORT"
        scheme = "https" if kind == "PORT" and self.authority.exists() else "http"
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.settings[f'TONGHOP_{service.upper()}_{kind}']}{path}")
        if body is not None:
            request.data = orjson.dumps(body)
            request.add_header("content-type", "application/cloudevents+json")
        if key is not None:
            request.add_header("authorization", f"Bearer {key}")
        try:
            trusting = ssl.create_default_context(cafile=self.authority) if scheme == "https" else None
            with urllib.request.urlopen(request, timeout=5, context=trusting) as answer:
                return answer.status, _read(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read())
        except OSError:
            return 0, None

    def until_ready(self) -> float:
        """Waits until all four services say that they are; how long it took."""
        began = time.monotonic()
        while waiting := [name for name in SERVICES if self.get(name, "/readyz")[0] != 200]:
            if time.monotonic() - began > READY_S:
                self.compose("logs", "--tail", "30", *waiting)
                raise TimeoutError(f"not ready: {waiting}")
            time.sleep(0.2)
        took_s = time.monotonic() - began
        print(f"ready after {took_s:.1f} s: {', '.join(SERVICES)}", flush=True)
        return took_s

    def leader(self, stream: str) -> str:
        """The nats service that leads a stream; empty when nobody does."""
        for container in (found for name, found in self.containers().items() if name.startswith("nats-")):
            asked = ["docker", "exec", container, "wget", "-q", "-O", "-", "http://127.0.0.1:8222/jsz?streams=1"]
            done = subprocess.run(asked, capture_output=True, check=False)
            if done.returncode == 0:
                for account in orjson.loads(done.stdout).get("account_details", []):
                    for found in account.get("stream_detail", []):
                        if found["name"] == stream:
                            return str(found.get("cluster", {}).get("leader", ""))
        return ""

    def remove(self) -> None:
        """Takes everything away."""
        self.compose("down", "-v", "--remove-orphans", check=False)
        self.run("docker", "image", "rm", "-f", self.image, check=False)


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")

"""The folder `.run/`: a running stack's files, which commands read and the next run cleans up."""

import json
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from services.devstack import fingerprint, mongo_users, process
from services.devstack.environment import CLI, environment, http, mongo_url, nats_url
from services.devstack.fingerprint import SERVICES
from services.devstack.mongo_users import Login
from services.devstack.ports import Ports
from services.devstack.process import Process
from shared.plumbing import data_files, whole_files

__all__ = ["RUN_FOLDER", "SERVICES", "Addresses", "Recorded", "RunFolder"]

RUN_FOLDER = data_files.HOME / ".run"
LOG_BYTES = 10 * 1024 * 1024  # bytes of one log; its previous part may have as many


@dataclass(frozen=True)
class Addresses:
    """The addresses of a stack, all on loopback."""

    nats: str
    nats_http: str
    mongo: str
    smtp: str
    ingest: str
    portal: str
    aggregate: str
    notify: str
    mail_folder: Path


@dataclass(frozen=True)
class Recorded:
    """A process of the stack as recorded at its launch, with its fingerprint."""

    name: str
    pid: int
    command: tuple[str, ...]
    version: str = ""

    @property
    def is_running(self) -> bool:
        return process.is_running(self.pid, self.command)


class RunFolder:
    """Paths and notes in the folder. Notes are replaced atomically, so a reader never sees half of one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.resolve()
        self.nats = self.path / "nats"
        self.nats_keys = self.path / "nats-keys"
        self.mongo = self.path / "mongo"
        self.mail = self.path / "mail"
        self.logs = self.path / "logs"
        self.env_file = self.path / "stack.env"
        self.removing = self.path / "removing"
        self._supervisor_pid = self.path / "supervisor.pid"
        self._pids = self.path / "pids.json"
        self._ports = self.path / "ports.json"
        self._phase = self.path / "phase"
        self._setup = self.path / "setup.json"
        self._mongo_users = self.path / "mongo-users.json"
        self._mongo_key = self.path / "mongo.key"
        self._portal_key = self.path / "portal.key"
        self._versions: dict[int, str] = {}  # fingerprints by process id

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def start_new_logs(self) -> None:
        """Start new logs. The logs of the last run are kept as `<name>.log.1`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))

    def rotate_logs(self, most_bytes: int = LOG_BYTES) -> None:
        """Truncate logs that have grown too long. The previous content is kept as `<name>.log.1`.

        The processes keep writing to the end of the same file; lines written between the copy and the truncation are lost.
        """
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > most_bytes:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)

    def note_phase(self, phase: str) -> None:
        """Record what the supervisor is doing. The phase is also the name of the log with the details."""
        self._replace(self._phase, phase)

    def phase(self) -> str:
        return self._phase.read_text() if self._phase.exists() else "supervisor"

    def note_ports(self, ports: Ports) -> None:
        self._replace(self._ports, json.dumps(asdict(ports), indent=2))
        settings = environment(ports, CLI, self.login(), self.nats_keys)
        self._replace(self.env_file, "".join(f"{name}={value}\n" for name, value in settings.items()), is_secret=True)

    def ports(self) -> Ports | None:
        """The ports of the running stack or of the last one; None if there was none."""
        return Ports(**json.loads(self._ports.read_text())) if self._ports.exists() else None

    def login(self) -> Login:
        """The secrets of this folder's MongoDB and portal, created on the first call. Only their owner can read them."""
        stored: dict[str, str] = json.loads(self._mongo_users.read_text()) if self._mongo_users.exists() else {}
        wanted = (mongo_users.ROOT, *mongo_users.ON_ONE_MACHINE)
        passwords = {name: stored.get(name) or secrets.token_hex(32) for name in wanted}
        if passwords != stored:
            self._replace(self._mongo_users, json.dumps(passwords, indent=2), is_secret=True)
        if not self._mongo_key.exists():
            self._replace(self._mongo_key, secrets.token_hex(256), is_secret=True)
        if not self._portal_key.exists():
            self._replace(self._portal_key, secrets.token_hex(32), is_secret=True)
        return Login(self._mongo_key, passwords, self._portal_key.read_text())

    def note_processes(self, children: Iterable[Process]) -> None:
        """Record this supervisor and its children, in the order in which they were started."""
        me = Recorded("supervisor", os.getpid(), process.command_of(os.getpid()), self._version_of("supervisor", os.getpid()))
        launched = [Recorded(child.name, child.pid, child.command, self._version_of(child.name, child.pid)) for child in children]
        self._replace(self._pids, json.dumps([asdict(recorded) for recorded in (me, *launched)], indent=2))
        self._replace(self._supervisor_pid, f"{me.pid}\n")

    def processes(self) -> list[Recorded]:
        """The supervisor first, then its children. They may not be running any more."""
        if not self._pids.exists():
            return []
        noted = json.loads(self._pids.read_text())
        return [Recorded(entry["name"], entry["pid"], tuple(entry["command"]), entry.get("version", "")) for entry in noted]

    def stale(self) -> list[str]:
        """Names of processes whose code has changed since they were launched."""
        return [process.name for process in self.processes() if process.version != fingerprint.of(process.name)]

    def note_setup(self, version: str, failure: str = "") -> None:
        """Record the fingerprint of the last set-up, and why it failed."""
        self._replace(self._setup, json.dumps({"version": version, "failure": failure}, ensure_ascii=False))

    def setup_failure(self) -> str:
        """Why the last set-up failed; "" if it did not."""
        return str(self._noted_setup()["failure"])

    def is_setup_stale(self) -> bool:
        """Whether the set-up failed, or its files have changed since."""
        noted = self._noted_setup()
        return bool(noted["failure"]) or noted["version"] != fingerprint.of(fingerprint.SETUP)

    def _noted_setup(self) -> dict[str, str]:
        none = {"version": "", "failure": ""}
        return none | (json.loads(self._setup.read_text()) if self._setup.exists() else {})

    def supervisor(self) -> Recorded | None:
        """The running supervisor of this folder, if any."""
        return next((process for process in self.processes() if process.name == "supervisor" and process.is_running), None)

    def forget_processes(self) -> None:
        """Record that nothing of the stack runs any more. Ports, data, mails and logs are kept."""
        for note in (self._pids, self._supervisor_pid, self.env_file):
            note.unlink(missing_ok=True)

    def addresses(self) -> Addresses | None:
        """The stack's addresses; None if it is not running."""
        ports = self.ports()
        if ports is None or self.supervisor() is None:
            return None
        return Addresses(
            nats=nats_url(ports),
            nats_http=http(ports.nats_http),
            mongo=mongo_url(ports, CLI, self.login()),
            smtp=f"127.0.0.1:{ports.smtp}",
            ingest=http(ports.ingest),
            portal=http(ports.portal),
            aggregate=http(ports.aggregate),
            notify=http(ports.notify),
            mail_folder=self.mail,
        )

    def _version_of(self, name: str, pid: int) -> str:
        """The fingerprint of a process, computed once for each launch."""
        return self._versions.setdefault(pid, fingerprint.of(name))

    def _replace(self, note: Path, text: str, is_secret: bool = False) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        whole_files.replace(note, text, whole_files.SECRET if is_secret else whole_files.PUBLIC)

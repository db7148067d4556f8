"""Leaders are killed under load: how long no sender gets a receipt, and whether every acknowledged event is stored exactly once.

What: 50 reports a second for 30 s. The leader of REPORTS is killed after 5 s (`docker kill`) and started again after 15 s. Then each
acknowledged event is looked up, and `tonghop verify` runs. How: in the containers of docker-compose.yml, with stand-in images. Again: `make
test-compose`; against another checkout `python -m tests.compose.trials CHECKOUT`. Figures: docs/benchmarks.md.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.compose.installation import Installation

NATS: Final = "tls://nats-1:4222,tls://nats-2:4222,tls://nats-3:4222"
RATE: Final = 50
LOAD_S: Final = 30
KILLED_AFTER_S: Final = 5.0
AWAY_S: Final = 10.0
KILLS: Final = 3


@dataclass(frozen=True)
class Kill:
    """What one kill did."""

    leader: str
    sent: int
    acknowledged: int
    lost: int  # acknowledged, and not accepted, or not in `reports`, or not in the log
    twice: int  # more than once in the log
    without_receipt_s: float
    without_acknowledgement_s: float
    unanswered: int
    is_equal: bool  # `tonghop verify`


def kill_leader(installation: Installation, run: int) -> Kill:
    """Kills the leader of REPORTS under load, and looks for what was acknowledged."""
    sending = installation.program("send.py", NATS, str(RATE), str(LOAD_S), str(run))
    assert sending.stdout is not None
    assert sending.stdout.readline() == "began\n"
    time.sleep(KILLED_AFTER_S)
    leader = installation.leader("REPORTS")
    container = installation.containers()[leader]
    installation.run("docker", "kill", container)
    time.sleep(AWAY_S)
    installation.run("docker", "start", container)
    said, errors = sending.communicate(timeout=300)
    assert sending.returncode == 0, errors
    sent = json.loads(said)
    installation.until_ready()
    wanted = {f"{sender}/{event_id}" for event_id, sender in sent["acknowledged"].items()}
    looking = installation.program("look.py", NATS, installation.mongo_url, str(run))
    found, errors = looking.communicate(timeout=300)
    assert looking.returncode == 0, errors
    there = json.loads(found)
    lost = wanted - set(there["accepted"]) | wanted - set(there["reports"]) | wanted - there["logged"].keys()
    kill = Kill(
        leader,
        sent["sent"],
        len(wanted),
        len(lost),
        sum(count > 1 for count in there["logged"].values()),
        sent["without_receipt"],
        sent["without_acknowledgement"],
        sent["unanswered"],
        installation.tonghop("verify", check=False).code == 0,
    )
    print(json.dumps(asdict(kill)), flush=True)
    return kill


def compose_of(checkout: Path) -> str:
    """The compose file of any commit, as compose 1.29 takes it."""
    lines = (checkout / "docker-compose.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("name:"))


def main(checkout: Path) -> None:
    """Three kills in an installation of a checkout; a line of JSON each."""
    with TemporaryDirectory(prefix="tonghop-compose-") as folder:
        installation = Installation(Path(folder) / "trial", "tonghop-trials", checkout, compose_of(checkout))
        try:
            installation.compose("build")
            installation.compose("up", "-d")
            installation.until_ready()
            for run in range(1, KILLS + 1):
                kill_leader(installation, run)
        finally:
            installation.remove()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())

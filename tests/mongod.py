"""mongod as tests start it: it removes nothing that has ended, because tests have clocks of their own."""

from typing import Final

from services.devstack import servers

FLAGS: Final = (*servers.MONGOD_FLAGS, "--setParameter", "ttlMonitorEnabled=false")
"""mongod goes by the real time, once a minute: a test on an earlier day would lose its sessions, drafts and counted failures."""

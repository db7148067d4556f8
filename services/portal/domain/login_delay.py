"""How long the next login has to wait after failures: of an account, an address, a browser, or a one-time code.

It grows and has an end, so that nobody can lock an account for good: whoever has the right password gets in after the
wait. Source: ADR 0054.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final


@dataclass(frozen=True, slots=True)
class Delay:
    """`free` failures cost nothing; the next costs one second, and each further one twice as much, up to `longest`."""

    free: int
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        beyond = failures - self.free
        return timedelta() if beyond <= 0 else min(timedelta(seconds=2 ** min(beyond - 1, 30)), self.longest)


ACCOUNT: Final = Delay(3, timedelta(seconds=30))
ADDRESS: Final = Delay(20, timedelta(seconds=30))  # an office has one address for all
BROWSER: Final = Delay(5, timedelta(seconds=30))
CODE: Final = Delay(3, timedelta(minutes=5))  # only whoever has the password gets as far, so no stranger can cause it
HOST_BITS: Final = 64  # of an IPv6 address, within the network of one connection (RFC 4291, section 2.5.4)
FORGOTTEN: Final = timedelta(hours=1)  # after the last failure


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted under which key, and how it delays."""

    key: str
    delay: Delay


def of_account(login: str) -> Counter:
    """Counts failures for one login, from wherever they come."""
    return Counter(f"account/{_hashed(login)}", ACCOUNT)


def of_address(address: str) -> Counter:
    """Counts failures from one address, for whatever login."""
    return Counter(f"address/{network(address)}", ADDRESS)


def network(address: str) -> str:
    """What counts as one address. With IPv6 a connection has 2^64 addresses, any of which its owner can use: they count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or f"{IPv6Address(int(parsed) >> HOST_BITS << HOST_BITS)}/{HOST_BITS}")


def of_browser(browser: str) -> Counter:
    """Counts failures of one browser, for whatever login."""
    return Counter(f"browser/{browser}", BROWSER)


def of_code(person: str) -> Counter:
    """Counts wrong one-time codes of one person, by id."""
    return Counter(f"code/{person}", CODE)


def turn(login: str, address: str) -> str:
    """The key under which an address that has to wait for an account has its turn afterwards, whatever others do meanwhile."""
    return f"turn/{_hashed(login)}/{network(address)}"


def once(state: str) -> str:
    """The key of something that is taken once: the state of a login at the provider, a form that waits to be sent."""
    return f"once/{_hashed(state)}"


def _hashed(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()

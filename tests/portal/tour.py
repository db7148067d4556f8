"""A walk through the portal by its own links, as a person would: from the first page to whatever the pages offer."""

import html
import re
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.portal.matrix import Answer

PER_SHAPE: Final = 2
"""Addresses of one route with the same names in their queries: more of them say nothing new."""
LINK: Final = re.compile(r"""<(?:a|link)\b[^>]*?\bhref="([^"]*)\"""")
FORM: Final = re.compile(r"<form\b([^>]*)>")
ATTRIBUTE: Final = re.compile(r"""\b(action|method)="([^"]*)\"""")
FINE: Final = frozenset({200, 204, 303, 307})
FILES: Final = (".docx", ".pdf")
"""Made in the background, only so many for one person at a time: 429."""

ELSEWHERE: Final = ("/sap-xep/", "/tep/")
"""Pages of reforms, which the world of the matrix has not stored (`tests/portal/test_reform_pages.py`), and of files: by the clock of that
world they are over, so MongoDB removes them (`tests/portal/test_file_jobs.py`).
"""

Ask = Callable[[str], Awaitable[Answer]]


def links(page: str, at: str) -> list[str]:
    """The addresses on this portal that a page leads to by a link, or by a form that only asks."""
    found = LINK.findall(page)
    for attributes in FORM.findall(page):
        form = dict(ATTRIBUTE.findall(attributes))
        found += [] if form.get("method", "get").lower() == "post" else [form.get("action", at)]
    addresses = [urlsplit(urljoin(at, html.unescape(link))) for link in found]
    own = [address for address in addresses if not address.scheme and not address.netloc and address.path.startswith("/")]
    return list(dict.fromkeys(address.path + (f"?{address.query}" if address.query else "") for address in own))


def shapes(app: FastAPI) -> list[tuple[str, re.Pattern[str]]]:
    """The routes of an app that answer GET, in their order, and what their addresses look like."""
    paths = [route.path_format or "" for route in iter_route_contexts(app.routes) if "GET" in (route.methods or ())]
    return [(path, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))) for path in paths]


def shape(known: list[tuple[str, re.Pattern[str]]], address: str) -> str:
    """The route of an address, and the names in its query."""
    path = urlsplit(address)
    route = next((route for route, looks in known if looks.fullmatch(path.path)), path.path)
    return f"{route}?{'&'.join(sorted({name for name, _ in parse_qsl(path.query, keep_blank_values=True)}))}"


async def walked(app: FastAPI, ask: Ask, start: str = "/") -> tuple[set[str], list[str]]:
    """The shapes of the addresses that were asked, and the links that lead nowhere, with the page that offers them."""
    waiting, known, asked, broken = deque([(start, "")]), {start}, Counter[str](), []
    routes = shapes(app)
    while waiting:
        address, offered_by = waiting.popleft()
        kind = shape(routes, address)
        asked[kind] += 1
        if asked[kind] > PER_SHAPE:
            continue
        answer = await ask(address)
        is_turn = answer.status == 429 and urlsplit(address).path.endswith(FILES)
        if answer.status not in FINE and not is_turn:
            broken.append(f"{offered_by} leads to {address}: {answer.status}")
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        led_to = [answer.headers["location"]] if "location" in answer.headers else []
        for link in [*led_to, *(links(answer.body.decode(), address) if is_page else [])]:
            if link not in known and not link.startswith(ELSEWHERE):
                known.add(link)
                waiting.append((link, address))
    return set(asked), broken

"""The portal: pages for staff, the JSON API, live updates."""

import asyncio

from fastapi import Depends, FastAPI

from services.portal import live, live_pages
from services.portal.api import routes as api
from services.portal.domain.login_steps import Rules
from services.portal.drafts.draft_store import DraftStore
from services.portal.files.producing import Producer
from services.portal.files.runner import Runner
from services.portal.files.store import FileStore
from services.portal.http import keeping, problems
from services.portal.http.caching import Changes
from services.portal.http.compressing import Compressed
from services.portal.http.guard import Guard
from services.portal.http.headers import Heads, SafeHeaders
from services.portal.http.hub import Hub
from services.portal.http.scoped import scope_of
from services.portal.http.static_files import StaticFiles
from services.portal.http.watched import Watched
from services.portal.oidc import config as oidc
from services.portal.oidc.provider import Provider
from services.portal.reading.reforms import ReformReader
from services.portal.render import assets
from services.portal.sessions import accounts
from services.portal.sessions.seals import NONE, Seals
from services.portal.web import account, calendars, login
from services.portal.web import provider as provider_pages
from services.portal.web import routes as web
from shared.plumbing import tasks
from shared.plumbing.attachment_store import AttachmentStore
from shared.plumbing.key_ring import KeyRing
from shared.plumbing.people_desk import PeopleDesk
from shared.plumbing.readiness import Readiness
from shared.plumbing.refused_requests import RefusedRequests
from shared.plumbing.scanning import Scanner
from shared.plumbing.sheet_desk import SheetDesk
from shared.plumbing.sheet_store import SheetStore
from shared.plumbing.turns import Turns
from shared.plumbing.uploads import Uploads
from shared.shell import service
from shared.shell.clock import random_character, random_secret
from shared.shell.limits import Limits
from shared.shell.service import Connections
from shared.shell.settings import PortalSettings
from shared.wire import subjects

NAME = "portal"
LOOK_S = 2.0  # how soon readiness reports that the database is away


def create_app(settings: PortalSettings | None = None) -> FastAPI:
    """The portal's app; connects when it starts."""
    settings = settings or PortalSettings()
    connections = service.connections(settings, NAME)
    provider = oidc.of(settings)
    hub = Hub()
    seals = Seals(settings.secret_key if settings.secret_key != NONE else random_secret())  # only tests have none
    rules = Rules(codes_required=settings.totp == "required")
    made = (seals, rules, connections.clock, connections.new_id, random_secret)
    own = accounts.create(
        connections.database, connections.reference, *made, provider=provider.name if provider else "", site=settings.site
    )
    connections.broker.include_router(live.feed_router(hub))

    refused = RefusedRequests(connections.database, connections.clock)
    keys = KeyRing(connections.database, connections.reference, connections.clock)
    title, streams = "Tổng Hợp: cổng xem bảng tổng hợp", (subjects.FEED, subjects.REPORTS)

    drafts = DraftStore(connections.database)
    attachments = AttachmentStore(connections.database)
    sheet_desk = SheetDesk()
    files = FileStore(connections.database, connections.new_id)
    producer = Producer(connections.database, own.people, connections.reference, settings.templates)
    file_runner = Runner(files, producer.make, connections.clock, connections.new_id())

    async def work(readiness: Readiness) -> None:
        await own.prepare()
        await drafts.prepare()
        await files.prepare()
        await tasks.together(watch(connections, readiness), file_runner.run())

    app = service.create_app(
        NAME, title, connections, work, *streams, writes=False, watches=[keys.watch, refused.watch, sheet_desk.confined.watch]
    )
    app.state.reference = connections.reference
    app.state.database = connections.database
    app.state.reforms = ReformReader(connections.database)
    app.state.clock = connections.clock
    app.state.streams = connections.streams
    app.state.hub = hub
    app.state.calendars = Changes()
    app.state.accounts = own
    app.state.drafts = drafts
    app.state.attachments = attachments
    app.state.uploads = Uploads(attachments, Scanner(settings.scan_command), random_secret, connections.clock)
    app.state.sheet_desk, app.state.sheet_store = sheet_desk, SheetStore(connections.database)
    app.state.sheet_turns = Turns(waiting=2)
    app.state.provider = None if provider is None else Provider(provider)
    app.state.new_secret = random_secret
    app.state.new_id = connections.new_id
    app.state.sessions = own.sessions
    app.state.people_desk = PeopleDesk(own.people, random_character)
    app.state.keys = keys
    app.state.files = files
    app.state.file_runner = file_runner
    app.state.limits = Limits()
    app.state.refused = refused
    app.add_middleware(Watched, hub=hub)
    app.add_middleware(Guard, public_url=settings.site)
    app.add_middleware(Compressed)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Heads)
    problems.install(app)
    keeping.install(app)
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != app.openapi_url]  # ours asks who it is
    for router in (api.router, live.router, live_pages.router, web.router):
        app.include_router(router, dependencies=[Depends(scope_of), Depends(problems.each_once)])
    for open_router in (login.router, account.router, provider_pages.router, calendars.router):
        app.include_router(open_router, dependencies=[Depends(problems.each_once)])
    app.mount(assets.MOUNTED, StaticFiles(), name="static")
    return app


async def watch(connections: Connections, readiness: Readiness) -> None:
    """Keeps the reference data loaded and readiness up to date: the service is not ready from an error until the next success."""
    while True:
        await connections.reference.current()
        readiness.has("work")
        await asyncio.sleep(LOOK_S)

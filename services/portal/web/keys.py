"""The credentials of units and receivers, for operators: what was issued, when it was last used, when it ends, and how it is revoked."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain import keys_page, refused
from services.portal.domain.keys_page import MOST_LETTERS, PAGE
from services.portal.http.dependencies import After
from services.portal.http.governing import Operates, Operating
from services.portal.render import look
from shared.plumbing.credential_store import CredentialStore
from shared.words import texts
from shared.words.credentials import Credential, Holder
from shared.words.refusals import refusal

router = APIRouter(prefix="/quan-tri/khoa", default_response_class=HTMLResponse, include_in_schema=False)

HOLDER_FORM: Final = (
    f"mã đơn vị hoặc tên nơi nhận, tối đa {MOST_LETTERS} ký tự",
    f"a unit's code or a receiver, at most {MOST_LETTERS} characters",
)
DONE: Final = "thu-hoi"
DONE_NATS: Final = "thu-hoi-nats"
SECRET: Final = {"Cache-Control": "no-store"}


@router.get("")
async def credentials(operates: Operates, cua: str = "", after: After = None, da: str = "") -> Response:
    """The newest credentials, 50 on a page; with `cua` those of a unit (today's code, or id) or a receiver."""
    if len(cua) > MOST_LETTERS or texts.forbidden(cua) is not None:
        raise refused.bad_query("cua", HOLDER_FORM)
    name = cua.strip()
    behind = None if after is None else keys_page.place(after, name)
    if after is not None and behind is None:
        raise refused.bad_cursor("after")
    unit = operates.registry.at(operates.today).named(name) if name else None
    holder = Holder(name if unit is None else unit.id, name) if name else None
    store = CredentialStore(operates.database)
    found = await store.newest(PAGE + 1, holder=holder, behind=behind)
    uses = await store.uses_of([one.id for one in found])
    shown = {
        "holder": name,
        "rows": [keys_page.row(one, uses.get(one.id), operates.registry, operates.now) for one in found[:PAGE]],
        "is_first": after is None,
        "next": keys_page.after(found[PAGE - 1], name) if len(found) > PAGE else "",
        "revoked": da if da in (DONE, DONE_NATS) else "",
    }
    return look.page("keys.html", shown, headers=SECRET)


@router.get("/{credential}/thu-hoi")
async def confirm(operates: Operates, credential: str) -> Response:
    """Asks once more before a credential is revoked."""
    found = await _revocable(operates, credential)
    uses = await CredentialStore(operates.database).uses_of([found.id])
    shown = {"key": keys_page.row(found, uses.get(found.id), operates.registry, operates.now)}
    return look.page("key_revoke.html", shown, headers=SECRET)


@router.post("/{credential}/thu-hoi")
async def revoke(operates: Operates, credential: str) -> Response:
    """Revokes a credential: ingest and the portal refuse a key within a second, and `tonghop nats keep` tells the servers of NATS."""
    found = await _revocable(operates, credential)
    await CredentialStore(operates.database).revoke([found], operates.now, operates.by.name)
    done = DONE_NATS if found.kind == "nats" else DONE
    return RedirectResponse(f"{router.prefix}?da={done}", HTTPStatus.SEE_OTHER, SECRET)


async def _revocable(operates: Operating, credential: str) -> Credential:
    """The valid credential with this id. Raises `Refused` with 404 if there is none."""
    well_formed = len(credential) <= MOST_LETTERS and texts.forbidden(credential) is None
    found = await CredentialStore(operates.database).by_id(credential) if well_formed else None
    if found is None or not keys_page.row(found, None, operates.registry, operates.now).may_revoke:
        raise refused.not_found(refusal("credentials.not_revocable"))
    return found

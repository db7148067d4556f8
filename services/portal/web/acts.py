"""The routes of the pages of acts."""

from fastapi import APIRouter

from services.portal.web import act_ask, act_confirm, act_extend, act_open, act_return, act_undo

router = APIRouter()
for act in (act_return, act_extend, act_open, act_confirm, act_undo, act_ask):
    router.include_router(act.router)

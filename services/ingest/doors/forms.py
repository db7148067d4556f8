"""Forms over HTTP: the regimes, and what one unit is asked to report, for software that learns what to send.

That a regime, a period or a unit exists, and who is asked for what, is public to everybody with a key of a unit. What a unit has reported
is not: its form is for itself and for its heir, and another key is refused before anything is looked up. Source: design, section 4, "Forms"
and "HTTP door"; ADR 0064.
"""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
import structlog
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.ingest.doors import documented, gate
from services.ingest.doors.gate import Reader
from services.ingest.form_store import FormStore
from shared.plumbing import delivery
from shared.plumbing.reference_store import ReferenceStore
from shared.shell import conditional, openapi
from shared.shell.clock import Clock
from shared.shell.problems import RefusedError
from shared.wire import form_answers, report_schema
from shared.wire.forms import Form, RegimeDetail, RegimeList
from shared.words import forms, periods
from shared.words.principals import UnitPrincipal
from shared.words.reference import Reference, Version
from shared.words.refusals import Refusal, refusal
from shared.words.regimes import Regime

log = structlog.get_logger()

REFERENCE_AGE_S: Final = 0.25  # the longest delay until a new regime is noticed
JSON: Final = "application/json"
LATER: Final = {"Retry-After": "60"}

Period = Annotated[str | None, Query(description="a period's code; without it, as of today", examples=["2026"])]
UnitId = Annotated[str | None, Query(description="a unit's id: only what it is asked for. Needs `period`", examples=["06253-2025"])]


class Forms:
    """Answers what is asked, by the reference data and the day of the request."""

    def __init__(self, reference: ReferenceStore, store: FormStore, clock: Clock) -> None:
        self._reference, self._store, self._clock = reference, store, clock

    async def known(self) -> tuple[Reference, date]:
        """The reference data, and today. Raises RefusedError with 503 while the database is away."""
        try:
            return await self._reference.current(REFERENCE_AGE_S), periods.local_day(self._clock())
        except delivery.MAY_PASS as error:
            raise away(error) from error

    async def asked(self, regime: str, period: str, unit: str, reader: UnitPrincipal) -> forms.Asked:
        """What the reader's unit, or one for which it acts, is asked to report. Raises RefusedError."""
        reference, today = await self.known()
        asked = forms.find(reference, regime, period, unit, today)
        require_own(asked, reference, reader, unit, today)
        if isinstance(asked, Refusal):
            raise RefusedError(HTTPStatus.NOT_FOUND, asked)
        return asked

    async def filled(self, asked: forms.Asked) -> forms.Form:
        """The form of a unit. Raises RefusedError with 503 while the database is away."""
        try:
            return await self._store.form(asked)
        except delivery.MAY_PASS as error:
            raise away(error) from error


def create_router(found: Forms) -> APIRouter:
    """`GET /v1/regimes`, `/v1/regimes/{id}`, its `/schema`, and `GET /v1/forms/{regime}/{period}/{unit}`."""
    router = APIRouter(prefix="/v1", tags=["forms"])

    @router.get(
        "/regimes", operation_id="listRegimes", response_model=None, responses=documented.LIST_REGIMES, openapi_extra=openapi.WITH_KEY
    )
    async def list_regimes(request: Request, reader: Reader) -> Response:
        """List the regimes, with their periods, and whether the unit of the key reports in them today."""
        reference, today = await found.known()
        return _model(request, form_answers.regime_list(reference, reader.unit, today), reference)

    @router.get(
        "/regimes/{regime}",
        operation_id="getRegime",
        response_model=None,
        responses=documented.GET_REGIME,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_regime(request: Request, regime: str, _: Reader, period: Period = None) -> Response:
        """Get one regime: who reports, by when, and the whole form with its codes. With `period`, as reports for that period are judged
        today, and with the instants of its deadlines.
        """
        reference, today = await found.known()
        version = _version(reference, regime, period, today)
        of = None if period is None else version.regime.period(period)
        return _model(request, form_answers.regime_detail(version, reference.working_days, of), reference)

    @router.get(
        "/regimes/{regime}/schema",
        operation_id="getReportSchema",
        response_model=None,
        responses=documented.GET_SCHEMA,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_schema(request: Request, regime: str, _: Reader, period: Period = None, unit: UnitId = None) -> Response:
        """Get the JSON Schema (2020-12) of a regime's reports: of the `data` of an event `vn.tonghop.report.submitted.v1`, for validators.

        A report that does not fit is refused. Its description lists the rules that it cannot say. With `period` and `unit` it has only what
        the unit is asked for.
        """
        reference, today = await found.known()
        schema = _schema(reference, regime, period, unit, today)
        return conditional.answer(request.headers, orjson.dumps(schema), report_schema.MEDIA_TYPE, reference.generation)

    @router.get(
        "/forms/{regime}/{period}/{unit}",
        operation_id="getForm",
        response_model=None,
        responses=documented.GET_FORM,
        openapi_extra=openapi.WITH_KEY,
    )
    async def get_form(request: Request, regime: str, period: str, unit: str, reader: Reader) -> Response:
        """Get what one unit is asked to report in a period, with its deadline, its next revision, what stands now, and its last figures.

        `unit` is a unit's id: that of the key, or of a unit for which it acts. The form of a period that has not begun says when it begins.
        """
        asked = await found.asked(regime, period, unit, reader)
        return _model(request, form_answers.form(await found.filled(asked)), asked.reference)

    return router


def require_own(asked: forms.Asked | Refusal, reference: Reference, reader: UnitPrincipal, unit: str, today: date) -> None:
    """Raises RefusedError if the unit exists, and neither is the reader's nor one for which it acts today."""
    if unit == reader.unit or reference.registry.acts_for(reader.unit, unit, today):
        return
    if not isinstance(asked, Refusal) or unit in reference.registry.ids:
        raise gate.out_of_scope()


def _version(reference: Reference, regime_id: str, period: str | None, today: date) -> Version:
    """The version of a regime by which reports for a period are judged today; without a period that of today, or the last one of a regime
    that has ended. Raises RefusedError with 404.
    """
    regime = reference.regimes.get(regime_id)
    if regime is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, refusal("report.unknown_regime", "regime", regime=regime_id))
    if period is not None:
        setting = reference.setting_at_receipt(regime_id, period, today)
        if setting is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, forms.no_period(regime, period))
        return setting.version
    version = reference.version_on(regime_id, min(today, _last_day(regime)))
    assert version is not None  # it has not ended on its last day
    return version


def _last_day(regime: Regime) -> date:
    return date.max if regime.ends is None else date.fromordinal(date.fromisoformat(regime.ends).toordinal() - 1)


def _schema(reference: Reference, regime: str, period: str | None, unit: str | None, today: date) -> dict[str, Any]:
    """The schema that is asked for. Raises RefusedError."""
    if unit is None:
        version = _version(reference, regime, period, today)
        if version.regime.derived_from is None:
            return report_schema.of_regime(version.regime, period)
        why = refusal("report.derived_regime", "regime", regime=regime, source=version.regime.derived_from)
        raise RefusedError(HTTPStatus.NOT_FOUND, why)
    if period is None:
        raise RefusedError(HTTPStatus.BAD_REQUEST, refusal("form.unit_needs_period", "unit"))
    asked = forms.find(reference, regime, period, unit, today)
    if isinstance(asked, Refusal):
        raise RefusedError(HTTPStatus.NOT_FOUND, asked)
    return report_schema.of_unit(asked)


def _model(request: Request, model: RegimeList | RegimeDetail | Form, reference: Reference) -> Response:
    return conditional.answer(request.headers, _encoded(model), JSON, reference.generation)


def _encoded(model: BaseModel) -> bytes:
    return model.model_dump_json(exclude_unset=True, by_alias=True).encode()


def away(error: Exception) -> RefusedError:
    """The refusal while the database is away. Raises the error again if it will not pass."""
    if not delivery.is_passing(error):
        raise error
    log.warning("door.database_away", error=type(error).__name__)
    return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, refusal("door.database_away"), headers=LATER)

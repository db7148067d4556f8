"""FastAPI's dependencies that do not depend on who asks: the address in the URL, the present instant, the filters of duties."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator

from services.portal.domain import address, refused, search
from services.portal.domain.address import Address
from services.portal.domain.duties import DutyState
from services.portal.domain.duty_order import Sort
from services.portal.reading.duty_choice import Choice
from services.portal.reading.reforms import ReformReader
from shared.plumbing.broker import Streams
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import Clock
from shared.words import texts
from shared.words.reference import Reference

KNOWN: Final = "known"  # in a request's state
MOST_LETTERS = 1000  # characters of a cursor; ours have fewer than 200
After = Annotated[str | None, Query(max_length=MOST_LETTERS, description="`next` of the page before; left out: the first page")]


def shaped(name: str) -> dict[str, Any]:
    """The OpenAPI description of a name's form. FastAPI does not enforce it: our own check refuses another form and says which form is
    required.
    """
    return {"pattern": address.SHAPES[name].pattern, "maxLength": address.MOST_LETTERS}


LIMIT = "how many are listed at most"
REGIME = "a regime's id"
PERIOD = "a period's code: 2024, 2024-H1, 2024-M9, 2024-Q3 or 2024-05"
UNIT = "a unit's code on the period's reference day, or its id; areas have codes and ids too"
UNITS = (
    "a day of the period before a reform: the figures that units which have ended reported before it, which are not part of the period's "
    "figures. The unit's code is then that of the last day before the reform"
)
RegimeName = Annotated[str, Path(description=REGIME, examples=["ct27-van-quan"], json_schema_extra=shaped("regime"))]
PeriodName = Annotated[str, Path(description=PERIOD, examples=["2024"], json_schema_extra=shaped("period"))]
UnitName = Annotated[str, Path(description=UNIT, examples=["184"], json_schema_extra=shaped("unit"))]
ReporterName = Annotated[str, Path(description=UNIT, examples=["06253"], json_schema_extra=shaped("unit"))]
Province = Annotated[
    str, Path(description="the code of a unit that has no unit above it", examples=["20"], json_schema_extra=shaped("province"))
]


async def find_reform(
    reform: Annotated[str, Path(description="a reform's id", examples=["2025-07-01"], json_schema_extra=shaped("reform"))],
) -> str:
    """The reform's id in the URL. Raises `Refused` with 400 if it is malformed."""
    address.checked("reform", reform)
    return reform


async def find(request: Request, regime: RegimeName, period: PeriodName, unit: UnitName) -> Address:
    """The regime, period and unit in the URL. Raises `Refused`: 400 for a malformed name, 404 for an unknown one."""
    for name, text in (("regime", regime), ("period", period), ("unit", unit)):
        address.checked(name, text)
    return address.named(await known_of(request), regime, period, unit)


async def find_on(
    request: Request,
    regime: RegimeName,
    period: PeriodName,
    unit: UnitName,
    units: Annotated[str | None, Query(description=UNITS, examples=["2025-06-30"], json_schema_extra=shaped("units"))] = None,
) -> Address:
    """The regime, period and unit in the URL, by the units of the reference day or, with `units`, of an early block. Raises `Refused`."""
    for name, text in (("regime", regime), ("period", period), ("unit", unit)):
        address.checked(name, text)
    day = address.day_of(units)
    return address.named(await known_of(request), regime, period, unit, units=day)


async def find_reporter(request: Request, regime: RegimeName, period: PeriodName, unit: ReporterName) -> Address:
    """The regime, period and unit in the URL. Raises `Refused` with 404 if the unit does not report."""
    at = await find(request, regime, period, unit)
    if not at.is_reporter:
        raise refused.no_such_report(at.regime.id, at.period.code, at.unit.code)
    return at


async def find_reporter_on(
    request: Request, regime: RegimeName, period: PeriodName, unit: ReporterName, units: str | None = None
) -> Address:
    """As `find_reporter`; with `units` among the units of an early block."""
    at = await find_on(request, regime, period, unit, units)
    if not at.is_reporter:
        raise refused.no_such_report(at.regime.id, at.period.code, at.unit.code)
    return at


async def reference_of(request: Request) -> ReferenceStore:
    store: ReferenceStore = request.app.state.reference
    return store


async def known_of(request: Request) -> Reference:
    """The reference data of a request: read once, so that all of its answer is by the same generation."""
    kept: dict[str, Reference] = request.scope.setdefault("state", {})
    if KNOWN not in kept:
        kept[KNOWN] = await (await reference_of(request)).current()
    return kept[KNOWN]


def forget_known(request: Request) -> None:
    """Lets a stream, which outlives many generations, read the reference data again."""
    request.scope.setdefault("state", {}).pop(KNOWN, None)


async def reforms_of(request: Request) -> ReformReader:
    reader: ReformReader = request.app.state.reforms
    return reader


async def streams_of(request: Request) -> Streams:
    streams: Streams = request.app.state.streams
    return streams


async def now_of(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


def typed_text(text: str | None) -> str | None:
    """A field without invisible characters around it; None if nothing is left. Control characters are kept, so that they are
    refused later.
    """
    if text is None or texts.forbidden(text):
        return text
    seen = [place for place, character in enumerate(text) if not texts.is_blank(character)]
    return text[seen[0] : seen[-1] + 1] if seen else None


def _year(text: str | None) -> int | None:
    checked = address.checked("year", text)
    return None if checked is None else int(checked)


def _words(text: str | None) -> str | None:
    """Words to be searched for. Raises `Refused` if they are too long, or none of them has a letter."""
    if text is not None and (len(texts.normal(text)) > search.MOST_LETTERS or texts.forbidden(text) is not None or not search.words(text)):
        raise refused.bad_query("q", search.FORM)
    return text


async def typed(
    regime: str | None = None,
    period: str | None = None,
    unit: str | None = None,
    state: Annotated[DutyState | None, Query(), BeforeValidator(typed_text)] = None,
    only: Annotated[bool | None, Query(), BeforeValidator(typed_text)] = None,
    year: str | None = None,
    q: Annotated[str | None, BeforeValidator(typed_text)] = None,
    sort: Annotated[Sort | None, Query(), BeforeValidator(typed_text)] = None,
) -> Choice:
    """The filters from the page's form. An empty or invisible text means that the filter is not set."""
    return Choice(
        address.checked("regime", typed_text(regime)),
        address.checked("period", typed_text(period)),
        address.checked("unit", typed_text(unit)),
        state,
        bool(only),
        _year(typed_text(year)),
        _words(q),
        sort,
    )


async def named(
    regime: Annotated[str | None, Query(description=REGIME)] = None,
    period: Annotated[str | None, Query(description=PERIOD)] = None,
    unit: Annotated[str | None, Query(description="a unit's code or id: the duties of this unit and the units below it")] = None,
    state: Annotated[DutyState | None, Query(description="`owed` includes overdue and returned ones, `received` late ones")] = None,
    only: Annotated[bool, Query(description="only the unit itself, without the units below it")] = False,
) -> Choice:
    """The filters from a program's query parameters."""
    return Choice(address.checked("regime", regime), address.checked("period", period), address.checked("unit", unit), state, only)


Now = Annotated[datetime, Depends(now_of)]
Named = Annotated[Address, Depends(find)]
NamedOn = Annotated[Address, Depends(find_on)]
NamedReporterOn = Annotated[Address, Depends(find_reporter_on)]
NamedReporter = Annotated[Address, Depends(find_reporter)]
Referred = Annotated[ReferenceStore, Depends(reference_of)]
ReformName = Annotated[str, Depends(find_reform)]
ReformsRead = Annotated[ReformReader, Depends(reforms_of)]
StreamsRead = Annotated[Streams, Depends(streams_of)]
Typed = Annotated[Choice, Depends(typed)]
Chosen = Annotated[Choice, Depends(named)]

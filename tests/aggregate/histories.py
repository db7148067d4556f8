"""Histories for property tests: sets of accepted events about a few real units, in the shape of the log."""

from typing import Any

from hypothesis import strategies as st

from shared.wire import envelope, events
from shared.wire.events import Logged

REGIME, PERIOD = "ct27-van-quan", "2026"
COMMUNES = ("06253", "06256", "06268")
OFFICE = "184-TTYT"
DISTRICT = "184"
DEADLINE_MS = 1_797_699_600_000  # 20/12/2026 00:00 in Vietnam


def logged(kind: str, unit: str, number: int, received_ms: int, data: dict[str, Any], period: str = PERIOD, regime: str = REGIME) -> Logged:
    """One event of the log; its id tells it from all others of the history."""
    data = {"regime": regime, "period": period, **({"unit": unit} if unit else {}), **data}
    sent = envelope.of_unit(unit or "184-TCKH", f"event-{number:04}", kind, data)
    read = events.read_logged(envelope.encode(envelope.logged(sent, unit, received_ms)))
    assert read is not None
    return read


def values(unit: str) -> st.SearchStrategy[dict[str, Any]]:
    """Figures that a unit is asked for, in their normal form, each reported or not."""
    if unit == OFFICE:
        return st.fixed_dictionaries(
            {},
            optional={
                "yt_ttyt_tu_chu": st.decimals(0, 100, places=1).map(str),
                "nv_tien_do": st.sampled_from(["chua_trien_khai", "dang_thuc_hien", "hoan_thanh", "cham"]),
            },
        )
    return st.fixed_dictionaries(
        {},
        optional={
            "gd_tien_tai_tro": st.integers(0, 10**14).map(lambda scaled: f"{scaled // 1000}.{scaled % 1000:03}"),
            "gd_ngay_cong": st.integers(0, 10**14),
            "vh_nha_van_hoa_xa": st.booleans(),
            "vh_nha_van_hoa_thon": st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
                lambda pair: {"numerator": min(pair), "denominator": max(pair)}
            ),
        },
    )


@st.composite
def estimates(draw: st.DrawFn, given: dict[str, Any]) -> dict[str, str]:
    """The `status` of a report with these figures: none, or some of them, are estimates."""
    chosen = draw(st.sets(st.sampled_from(sorted(given)))) if given else set[str]()
    return dict.fromkeys(sorted(chosen), events.ESTIMATE)


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """Submissions, withdrawals, returns and extensions, some of them of the same revision, some corrected, around the deadline."""
    made = []
    for number in range(draw(st.integers(0, 14))):
        unit = draw(st.sampled_from([*COMMUNES, OFFICE]))
        kind = draw(st.sampled_from([events.SUBMITTED] * 4 + [events.WITHDRAWN, events.RETURNED, events.EXTENDED]))
        received_ms = DEADLINE_MS + draw(st.integers(-3, 3))
        data: dict[str, Any] = {"revision": draw(st.integers(1, 4))}
        if kind == events.SUBMITTED:
            narratives = draw(st.dictionaries(st.sampled_from(["ket_qua", "kho_khan"]), st.text(max_size=5)))
            given = draw(values(unit))
            data |= {"values": given, "narratives": narratives, "status": draw(estimates(given))}
        if kind == events.EXTENDED:
            until = draw(st.sampled_from(["2026-12-19", "2026-12-20", "2026-12-25", "2026-12-20T00:00:00.002+07:00"]))
            data = {"until": until, "reason": "mưa lũ", **draw(st.sampled_from([{}, {}, {"corrects": True}, {"corrects": False}]))}
        made.append(logged(kind, unit, number, received_ms, data))
    return [*made, *draw(confirmations(len(made)))]


@st.composite
def confirmations(draw: st.DrawFn, first: int) -> list[Logged]:
    """Confirmations of the district's view, some of them undone, some twice; what is undone may not be there."""
    made: list[Logged] = []
    for number in range(first, first + draw(st.integers(0, 6))):
        received_ms = DEADLINE_MS + draw(st.integers(-3, 3))
        named = draw(st.sampled_from(["", *(event.id for event in made if event.type == events.CONFIRMED)]))
        if named:
            made.append(logged(events.UNDONE, DISTRICT, number, received_ms, {"confirmation": named, "reason": "chờ nộp lại"}))
        else:
            data = {"view_hash": draw(st.sampled_from(["a", "b"])) * 64}
            made.append(logged(events.CONFIRMED, DISTRICT, number, received_ms, data))
    return made


ON_CALL = "kl62-binh-dinh"


@st.composite
def openings(draw: st.DrawFn) -> list[Logged]:
    """A period on call: opened, moved, corrected; reports and extensions of two offices around the deadlines."""
    made = []
    for number in range(draw(st.integers(1, 12))):
        received_ms = DEADLINE_MS + draw(st.integers(-3, 3))
        corrects = draw(st.sampled_from([{}, {}, {"corrects": True, "reason": "gõ nhầm"}]))
        instant = f"2026-12-20T00:00:00.00{draw(st.integers(0, 4))}+07:00"
        match draw(st.sampled_from(["opened", "opened", "extended", "submitted", "submitted"])):
            case "opened":
                made.append(logged(events.OPENED, "", number, received_ms, {"deadline": instant} | corrects, regime=ON_CALL))
            case "extended":
                data = {"until": instant, "reason": "mưa lũ"} | corrects
                made.append(logged(events.EXTENDED, draw(st.sampled_from(["52-SNV", "52-STC"])), number, received_ms, data, regime=ON_CALL))
            case _:
                unit = draw(st.sampled_from(["52-SNV", "52-STC"]))
                made.append(logged(events.SUBMITTED, unit, number, received_ms, {"revision": draw(st.integers(1, 3))}, regime=ON_CALL))
    return made

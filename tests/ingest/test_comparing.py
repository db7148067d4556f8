"""What is unusual about a report's figures: beside the same unit's earlier figures, and by the regime's rules. It asks for a note."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain import comparing, screening
from services.ingest.domain.case import Case, Incoming
from services.ingest.domain.decision import Accepted, Decision
from services.ingest.domain.known import Known
from services.ingest.store import ClaimStore
from shared.wire import events
from shared.words import numbers, periods
from shared.words.periods import VIETNAM
from shared.words.reference import Reference
from shared.words.refusals import Refusal
from shared.words.regime_parts import Unusual
from shared.words.regimes import Regime
from tests import seeds
from tests.builders import COMMUNE, CT27, Event, payload, returned, sender_of, submitted, withdrawn
from tests.ingest.conftest import Ingest
from tests.knowing import known

QUARTERLY, MONTHLY = "quy-dau-tu-cong-binh-dinh", "thang-tthc-quang-binh"
NEIGHBOUR = "06256"
UNUSUAL = {"factor": 10, "above": "100"}
RULE = {"id": "qua_nhieu", "if": "gd_ngay_cong + gd_tien_tai_tro > 5000", "message_vi": "Đóng góp nhiều hơn mọi năm."}
AT = datetime(2027, 11, 10, tzinfo=VIETNAM)


def with_unusual(of: str, *codes: str, rules: Sequence[Mapping[str, Any]] = ()) -> Regime:
    """A regime of the seeds whose only comparisons and rules are these."""
    file = next(one for one in seeds.first_regimes() if one.id == of).model_dump(exclude_unset=True, by_alias=True)
    for indicator in file["indicators"]:
        indicator.pop("unusual", None)
        if indicator["code"] in codes:
            indicator["unusual"] = UNUSUAL
    return Regime.model_validate(file | {"rules": list(rules)})


@cache
def world() -> Reference:
    first = seeds.first_reference()
    changed = [
        with_unusual(CT27, "gd_ngay_cong", "gd_tien_tai_tro", "vh_nha_van_hoa_thon", rules=[RULE]),
        with_unusual(MONTHLY, "luot_tiep"),
    ]
    return Reference(1, first.registry, first.regimes | {regime.id: regime for regime in changed}, first.loaded_at)


def decide(*sent: Event, before: Known | None = None, received: datetime = AT) -> list[Decision]:
    cases = [screening.read(Incoming(sender_of(event), payload(event), events.to_ms(received), 1), world()) for event in sent]
    return screening.decide(cases, Known() if before is None else before)


def warnings(*sent: Event, before: Known | None = None) -> list[Refusal]:
    """What the sender of the last event hears."""
    decision = decide(*sent, before=before)[-1]
    assert isinstance(decision, Accepted), decision
    return list(decision.warnings)


def said(found: Sequence[Refusal]) -> list[tuple[str, str]]:
    return [(warning.code, warning.path) for warning in found]


def year(period: str, values: dict[str, Any] | None = None, **about: Any) -> Event:
    return submitted(period=period, values={"gd_ngay_cong": 340} if values is None else values, **about)


FAR = [("report.unusual", "data.values.gd_ngay_cong")]


@pytest.mark.parametrize(
    ("last", "now", "is_far"),
    [
        (50, 500, True),
        (50, 499, False),
        (500, 50, True),
        (500, 51, False),
        (500, 0, True),
        (9, 100, False),  # the larger one is not above 100
        (10, 101, True),
        (0, 10**9, False),
        (10**13, 10**14, True),
    ],
)
def test_a_figure_is_unusual_beside_the_last_one(last: int, now: int, is_far: bool) -> None:
    before = known(year("2025", {"gd_ngay_cong": last}))

    found = warnings(year("2026", {"gd_ngay_cong": now}), before=before)

    assert said(found) == (FAR if is_far else [])


AMOUNTS = st.integers(-(10**6), 10**6)


@given(AMOUNTS, AMOUNTS, st.decimals("1.1", "100", places=2), st.decimals(0, 10**4, places=1), st.sampled_from([1, 2, 3]))
def test_unusual_is_what_the_exact_numbers_say(now: int, last: int, factor: Decimal, above: Decimal, decimals: int) -> None:
    found = comparing.is_unusual(Unusual(factor=str(factor), above=str(above)), decimals, now, last)

    first, second = (abs(numbers.unscaled(value, decimals)) for value in (now, last))
    is_far = first >= factor * second or first * factor <= second
    assert found == (second != 0 and is_far and max(first, second) > above)


def test_the_warning_names_both_figures_and_the_revision_with_which_a_note_can_be_sent() -> None:
    [found] = warnings(
        year("2026", {"gd_tien_tai_tro": "125000.5"}, revision=3), before=known(year("2025", {"gd_tien_tai_tro": "125.000"}))
    )[:1]

    assert found.message_vi == (
        "Số liệu khác xa kỳ trước: 125.000,500 so với 125,000 của kỳ 2025. Kiểm tra lại số và đơn vị tính; nếu đúng, gửi lần 4 kèm giải"
        " trình (trường notes) cho chỉ tiêu này."
    )
    assert "125,000.500 beside 125.000 in 2025" in found.message_en


def test_each_part_of_a_ratio_is_compared_and_there_is_one_warning_for_a_figure() -> None:
    last = year("2025", {"vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}})

    one = warnings(year("2026", {"vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 110}}), before=known(last))
    both = warnings(year("2026", {"vh_nha_van_hoa_thon": {"numerator": 101, "denominator": 110}}), before=known(last))

    assert said(one) == said(both) == [("report.unusual", "data.values.vh_nha_van_hoa_thon")]
    assert "mẫu số 110 so với 11 của kỳ 2025" in one[0].message_vi
    assert "tử số" not in one[0].message_vi
    assert "denominator 110 beside 11" in one[0].message_en


def test_a_note_about_the_figure_answers_the_warning() -> None:
    before, values = (
        known(year("2025", {"gd_ngay_cong": 10, "gd_tien_tai_tro": "10.000"})),
        {"gd_ngay_cong": 1000, "gd_tien_tai_tro": "1000.000"},
    )

    found = warnings(year("2026", values, notes={"gd_ngay_cong": "Làm đường mới."}), before=before)

    assert said(found) == [("report.unusual", "data.values.gd_tien_tai_tro")]


@pytest.mark.parametrize(
    "before",
    [
        [],
        [year("2024")],  # not the period before
        [year("2027")],
        [year("2025", {"gd_hien_vat": "5.000"})],  # the figure was left out
        [year("2025", revision=1), returned(period="2025")],
        [year("2025", revision=1), withdrawn(period="2025", revision=2)],
        [year("2025", unit=NEIGHBOUR)],
        [year("2025", revision=1), year("2025", {"gd_ngay_cong": 30_000}, revision=2)],
        [year("2025", {"gd_ngay_cong": 30_000}, revision=2), year("2025", revision=1)],
    ],
)
def test_only_what_stands_of_the_same_unit_in_the_period_before_is_compared(before: list[Event]) -> None:
    assert (
        said(
            warnings(year("2026", {"gd_ngay_cong": 40_000, "gd_tien_tai_tro": "0"}, notes={"gd_tien_tai_tro": "x"}), before=known(*before))
        )
        == []
    )


def test_a_lower_revision_that_stands_again_is_compared_with_the_highest() -> None:
    """A return concerns the revision that it names; the one before does not stand again."""
    before = known(year("2025", revision=1), year("2025", {"gd_ngay_cong": 9}, revision=2), returned(period="2025", revision=2))

    assert said(warnings(year("2026", {"gd_ngay_cong": 4000}), before=before)) == []


@pytest.mark.parametrize(("now", "correction"), [(3400, 3000), (34, 35)])
def test_a_report_received_earlier_in_the_same_batch_counts(now: int, correction: int) -> None:
    event = year("2026", {"gd_ngay_cong": now})
    given_back = returned(period="2025", fix_by="2028-01-01")

    assert said(warnings(year("2025"), event)) == FAR
    assert said(warnings(year("2025"), given_back, event)) == []
    assert said(warnings(year("2025"), year("2025", {"gd_ngay_cong": correction}, revision=2), event)) == []


def test_a_refused_report_of_the_same_batch_does_not_count() -> None:
    assert said(warnings(year("2025", {"gd_ngay_cong": 340, "khong_co": 1}), year("2026", {"gd_ngay_cong": 3400}))) == []


def test_what_reuses_an_id_does_not_count_in_its_batch() -> None:
    """Its claim is looked up, because the other event of the batch is compared with it."""
    reused, event = year("2025", {"gd_ngay_cong": 340}), year("2026", {"gd_ngay_cong": 3400})
    cases = [screening.read(Incoming(COMMUNE, payload(one), events.to_ms(AT), 1), world()) for one in (reused, event)]

    decided = screening.decide(cases, Known(screening.to_look_up(cases) & {f"{COMMUNE}/{reused['id']}"}))

    assert isinstance(decided[1], Accepted)
    assert said(decided[1].warnings) == []


@pytest.mark.parametrize(
    ("code", "compared"),
    [
        ("2026", ["2025"]),
        ("2026-M9", ["2025-M9"]),
        ("2026-H1", ["2025-H2", "2025-H1"]),
        ("2026-H2", ["2026-H1", "2025-H2"]),
        ("2026-Q1", ["2025-Q4", "2025-Q1"]),
        ("2026-01", ["2025-12", "2025-01"]),
        ("2026-12", ["2026-11", "2025-12"]),
    ],
)
def test_parts_of_a_year_are_compared_with_the_one_before_and_with_a_year_before(code: str, compared: list[str]) -> None:
    assert periods.compared_with(code) == compared


def test_a_month_is_compared_with_the_month_before_and_the_same_month_a_year_before() -> None:
    unit = next(unit for unit in world().registry.units if unit.parent == "450")

    def month(period: str, count: int) -> Event:
        return submitted(unit.code, regime=MONTHLY, period=period, values={"luot_tiep": count})

    def heard(**counts: int) -> str:
        found = warnings(
            month("2027-05", 1000), before=known(*(month(f"20{name[1:3]}-{name[4:]}", count) for name, count in counts.items()))
        )
        return found[0].message_vi.partition(". ")[0] if found else ""

    assert heard(m27_04=900, m26_05=800) == ""
    assert heard(m27_04=100, m26_05=800) == "Số liệu khác xa kỳ trước: 1.000 so với 100 của kỳ 2027-04"
    assert heard(m27_04=900, m26_05=50).endswith("1.000 so với 50 của kỳ 2026-05")
    assert heard(m27_04=100, m26_05=50).endswith("1.000 so với 100 của kỳ 2027-04; 1.000 so với 50 của kỳ 2026-05")
    assert heard(m27_03=1, m27_06=1, m26_04=1) == ""


# Rules


@pytest.mark.parametrize(
    ("values", "notes", "is_met"),
    [
        ({"gd_ngay_cong": 5000, "gd_tien_tai_tro": "0.001"}, None, True),
        ({"gd_ngay_cong": 5000, "gd_tien_tai_tro": "0"}, None, False),
        ({"gd_ngay_cong": 50_000}, None, False),  # not judged: the money is not reported
        ({"gd_ngay_cong": 50_000, "gd_tien_tai_tro": "1"}, {"gd_tien_tai_tro": "Hội xuân."}, False),
        ({"gd_ngay_cong": 50_000, "gd_tien_tai_tro": "1"}, {"gd_hien_vat": "Hội xuân."}, True),
    ],
)
def test_a_rule_that_is_met_asks_for_a_note_about_one_of_its_figures(values: dict[str, Any], notes: Any, is_met: bool) -> None:
    found = warnings(year("2026", values, notes=notes))

    assert said(found) == ([("report.rule", "data.values.gd_ngay_cong")] if is_met else [])


def test_a_rule_is_said_in_its_own_words() -> None:
    [found] = warnings(year("2026", {"gd_ngay_cong": 50_000, "gd_tien_tai_tro": "1"}))

    assert found.message_vi == (
        "Số liệu bất thường theo quy tắc “qua_nhieu”: Đóng góp nhiều hơn mọi năm. Kiểm tra lại; nếu đúng, gửi lần 2 kèm giải trình"
        " (trường notes) cho một trong các chỉ tiêu: gd_ngay_cong, gd_tien_tai_tro."
    )
    assert "the condition gd_ngay_cong + gd_tien_tai_tro > 5000 is true" in found.message_en


def test_a_refused_report_hears_only_why() -> None:
    [decision] = decide(year("2026", {"gd_ngay_cong": 50_000, "gd_tien_tai_tro": "1", "khong_co": 1}), before=known(year("2025")))

    assert [reason.code for reason in decision.reasons] == ["report.unknown_indicator"]  # type: ignore[union-attr]


def test_too_many_warnings_are_counted() -> None:
    case = screening.read(Incoming(COMMUNE, payload(year("2026")), events.to_ms(AT), 1), world())
    assert isinstance(case, Case)
    case.rules_met = world().regimes[CT27].rules[0:1] * 130  # type: ignore[assignment]

    found = comparing.warnings(case, Known(), 2)

    assert len(found) == comparing.MOST_WARNINGS + 1
    assert found[-1].code == "report.more_warnings"
    assert "30" in found[-1].message_vi


# What is read


def compared(*sent: Event) -> set[tuple[str, str, str]]:
    return screening.compared([screening.read(Incoming(sender_of(event), payload(event), events.to_ms(AT), 1), world()) for event in sent])


def test_earlier_figures_are_read_only_for_reports_with_a_figure_that_may_be_unusual() -> None:
    nothing = [
        year("2026", {"gd_hien_vat": "5.000"}),
        year("2026", {"gd_ngay_cong": -1}),
        year("2026", notes={"gd_ngay_cong": "Đã rà soát."}),
        year("2024"),  # the regime has no period before
        withdrawn(period="2026"),
        submitted(regime="nq68-quang-binh", unit="18856", values={"ld_viec_lam_moi": 5}, period="2026"),
    ]

    assert compared(*nothing) == set()
    assert compared(*nothing, year("2026"), year("2025", unit=NEIGHBOUR)) == {(CT27, "2025", COMMUNE), (CT27, "2024", NEIGHBOUR)}


@pytest.mark.stores
async def test_earlier_figures_come_from_the_claims_by_the_query_that_reads_what_was_accepted(ingest: Ingest) -> None:
    regime = with_unusual(CT27, "gd_ngay_cong")
    await ingest.connections.reference.put_regimes([regime])
    first = [year("2024", {"gd_ngay_cong": 10}), year("2024", {"gd_ngay_cong": 100_000}, unit=NEIGHBOUR)]
    second = [year("2024", {"gd_ngay_cong": 20_000}, revision=2), year("2024", {"gd_ngay_cong": 1}, revision=1, event_id="event-old")]
    await ingest.take(*first)
    await ingest.take(*second)

    told = await ingest.take(year("2025", {"gd_ngay_cong": 1000}), year("2025", {"gd_ngay_cong": 1000}, unit=NEIGHBOUR))

    heard = [[(warning["code"], warning["message_vi"].partition(". ")[0]) for warning in one["warnings"]] for one in told]
    assert heard == [
        [("report.unusual", "Số liệu khác xa kỳ trước: 1.000 so với 20.000 của kỳ 2024")],
        [("report.unusual", "Số liệu khác xa kỳ trước: 1.000 so với 100.000 của kỳ 2024")],
    ]


@pytest.mark.stores
async def test_claims_of_every_format_are_compared(ingest: Ingest) -> None:
    """Claims before format 5 have no revision, and in format 1 the event was stored as a text."""
    await ingest.connections.reference.put_regimes([with_unusual(CT27, "gd_ngay_cong")])
    await ingest.take(year("2024", {"gd_ngay_cong": 10}))
    receipts = ingest.connections.database["receipts"]
    [claim] = [one async for one in receipts.find()]
    unset = {"revision": 1, "warnings": 1, "standing_revision": 1, "next_revision": 1}
    await receipts.update_one({"_id": claim["_id"]}, {"$unset": unset, "$set": {"event": claim["event"].decode()}})

    [told] = await ingest.take(year("2025", {"gd_ngay_cong": 1000}))

    assert [warning["code"] for warning in told["warnings"]] == ["report.unusual"]


@pytest.mark.stores
async def test_a_batch_reads_what_was_accepted_by_one_query(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    await ingest.connections.reference.put_regimes([with_unusual(CT27, "gd_ngay_cong")])
    await ingest.take(year("2024", {"gd_ngay_cong": 10}))
    calls: list[Any] = []
    found = ClaimStore._accepted_about

    async def counted(self: ClaimStore, *names: Any) -> Any:
        calls.append(names)
        return await found(self, *names)

    monkeypatch.setattr(ClaimStore, "_accepted_about", counted)
    [told] = await ingest.take(year("2025", {"gd_ngay_cong": 1000}))

    assert len(calls) == 1
    assert told["warnings"][0]["code"] == "report.unusual"

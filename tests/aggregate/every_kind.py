"""A regime with an indicator of every kind and aggregation, and reports of it that Hypothesis draws."""

from hypothesis import strategies as st

from shared.words.obligations import DeadlineRule, Obligation
from shared.words.regime_parts import Group, Indicator, Target
from shared.words.regimes import Regime
from tests.aggregate.histories import PERIOD

FORM = [
    Indicator(code="tong", label="", kind="quantity", decimals=2),
    Indicator(code="chenh_lech", label="", kind="quantity", min="-1000"),
    Indicator(code="cao_nhat", label="", kind="quantity", decimals=1, aggregation="max", min="-1000"),
    Indicator(code="thap_nhat", label="", kind="quantity", aggregation="min", min="-1000", target=Target(at_least="-500", by="2030")),
    Indicator(code="trung_binh", label="", kind="quantity", decimals=1, aggregation="mean", target=Target(at_least="5", by="2030")),
    Indicator(code="ty_le", label="", kind="ratio", decimals=1, share=False),
    Indicator(code="co", label="", kind="flag", target=Target(at_least="50", by="2030", level="district")),
    Indicator(code="muc", label="", kind="choice", options={"thap": "Thấp", "cao": "Cao"}),
]
EVERY_KIND = Regime(
    id="moi-loai",
    title="",
    legal_basis=[],
    periods=[PERIOD],
    recipient="184-TCKH",
    within="184",
    reporters={"xa": Group(label="", level="commune")},
    obligation=Obligation(deadlines={"xa": DeadlineRule(by="12-20")}),
    indicators=FORM,
    narratives={"ket_qua": "Kết quả"},
)
tenths = st.integers(-9999, 9999).map(lambda value: f"{value / 10:.1f}")
every_kind = st.fixed_dictionaries(
    {},
    optional={
        "tong": st.integers(0, 10**6).map(lambda value: f"{value // 100}.{value % 100:02}"),
        "chenh_lech": st.integers(-1000, 1000),
        "cao_nhat": tenths,
        "thap_nhat": st.integers(-1000, 1000),
        "trung_binh": st.integers(0, 100).map(lambda value: f"{value / 10:.1f}"),
        "ty_le": st.fixed_dictionaries(
            {"numerator": st.integers(0, 99).map("{}.5".format), "denominator": st.integers(0, 9).map("{}.0".format)}
        ),
        "co": st.booleans(),
        "muc": st.sampled_from(["thap", "cao"]),
    },
)


codes = st.sampled_from([one.code for one in FORM])

"""The hash of a view: an outsider computes it from the contract's text, and which changes of a view change it."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from services.cli.contracts.documents import EXAMPLES, FOLDER
from shared.wire import view_hash

Json = dict[str, Any]


def read(name: str) -> Json:
    found: Json = json.loads((FOLDER / "view-hash" / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture
def view() -> Json:
    return read("view.json")


def hashed(view: Json) -> str:
    return view_hash.hash_of(view["regime"], view["period"], view["unit"]["id"], view_hash.figures_of(view))


def by_an_outsider(view: Json) -> str:
    """The canonical text, from the words of the contract alone."""
    members = {
        "regime": view["regime"],
        "period": view["period"],
        "unit": view["unit"]["id"],
        "reporting": {name: view["reporting"][name] for name in ("expected", "received", "missing")},
        "indicators": {
            code: {name: value for name, value in one.items() if name not in ("measure", "target")}
            for code, one in view["indicators"].items()
        },
        "narratives": view["narratives"],
    }
    return json.dumps(members, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def test_the_worked_example_is_right(view: Json) -> None:
    text = (FOLDER / "view-hash" / "canonical.json").read_bytes()

    assert text == by_an_outsider(view).encode() == view_hash.canonical("ct27-van-quan", "2024", "184", view)
    assert hashlib.sha256(text).hexdigest() == view["hash"] == hashed(view)
    assert f"`{view['hash']}`" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["view", "vn.tonghop.view.updated.v1"])
def test_the_examples_of_the_contract_have_their_hash(name: str) -> None:
    found = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    example = found.get("data", found)
    assert example["hash"] == hashed(example) == hashlib.sha256(by_an_outsider(example).encode()).hexdigest()


def test_the_figures_of_a_confirmation_are_those_of_the_api(view: Json) -> None:
    assert view_hash.figures_of(view) == {name: view[name] for name in ("reporting", "indicators", "narratives")}


def test_text_beyond_ascii_is_written_as_it_is_and_keys_are_in_the_order_of_code_points() -> None:
    figures = {
        "reporting": {"expected": 1, "received": 1, "missing": []},
        "indicators": {"a": {"kind": "choice", "counts": {"\U0001f600": 1, "\ufb01": 2, "Đạt": 3, 'a"\\\n\x01\x7f': 4}, "reported": 1}},
        "narratives": {},
    }
    told = view_hash.canonical("r", "2024", "1", figures).decode()
    assert '{"a\\"\\\\\\n\\u0001\x7f":4,"Đạt":3,"\ufb01":2,"\U0001f600":1}' in told


def set_at(*path: str, to: Any) -> Callable[[Json], None]:
    def change(view: Json) -> None:
        inner = view
        for name in path[:-1]:
            inner = inner[name]
        assert inner.get(path[-1]) != to
        inner[path[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        set_at("unit", "name", to="Huyện Văn Quan (mới)"),
        set_at("unit", "code", to="184-2025"),
        set_at("unit", "parent", to="21"),
        set_at("unit", "level", to="area"),
        set_at("reporting", "on_time", to=18),
        set_at("reporting", "late", to=2),
        set_at("reporting", "timely_rate", to="81.8"),
        set_at("reporting", "rate", to=None),
        set_at("indicators", "gd_ngay_cong", "measure", to="ngày công"),
        set_at("indicators", "vh_nha_van_hoa_xa", "target", "met", to=True),
        set_at("indicators", "gd_ngay_cong", "target", to={"at_least": "1", "by": "2030", "met": True}),
        set_at("position", "sequence", to=9),
        set_at("updated_at", to=None),
        set_at("official", to={"number": 1, "moved": []}),
    ],
)
def test_what_is_no_figure_does_not_change_the_hash(view: Json, change: Callable[[Json], None]) -> None:
    before = hashed(view)
    change(view)
    assert hashed(view) == before


@pytest.mark.parametrize(
    "change",
    [
        set_at("regime", to="ct27-khac"),
        set_at("period", to="2025"),
        set_at("unit", "id", to="185"),
        set_at("reporting", "expected", to=23),
        set_at("reporting", "received", to=19),
        set_at("reporting", "missing", to=["06313"]),
        set_at("indicators", "gd_tien_tai_tro", "total", to="1532.751"),
        set_at("indicators", "gd_hien_vat", "total", to="0.000"),
        set_at("indicators", "gd_ngay_cong", "reported", to=2),
        set_at("indicators", "nv_tien_do", "counts", "hoan_thanh", to=3),
        set_at("indicators", "vh_nha_van_hoa_xa", "true", to=12),
        set_at("indicators", "mt_rac_xu_ly", "percent", to="31.3"),
        set_at("narratives", "ket_qua", to=10),
    ],
)
def test_every_figure_changes_the_hash(view: Json, change: Callable[[Json], None]) -> None:
    before = hashed(view)
    change(view)
    assert hashed(view) != before


def test_a_confirmation_of_format_4_stands_until_the_view_changes(view: Json) -> None:
    old = view_hash.digest_of_format_4(view)
    changed = copy.deepcopy(view)
    changed["narratives"]["ket_qua"] = 10
    changed["hash"] = hashed(changed)

    assert view_hash.is_of(view, old)
    assert view_hash.is_of(view, view["hash"])
    assert not view_hash.is_of(changed, old)
    assert not view_hash.is_of(changed, view["hash"])

"""`tonghop regimes schema` prints the schema of a regime's reports, or why there is none."""

import json

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from services.cli import known_data, session
from services.cli.app import app
from services.cli.known_data import KnownData
from tests import seeds

CT27 = "ct27-van-quan"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's regimes and units, read once for all tests."""

    async def stored(_: object) -> KnownData:
        return KnownData(list(seeds.changing_regimes()), seeds.reformed_reference().registry, is_stored=True)

    monkeypatch.setattr(known_data, "stored", stored)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["regimes", "schema", *words])
    return result.exit_code, result.stdout, result.stderr


def test_the_schema_of_a_unit_has_only_what_it_is_asked_for() -> None:
    code, out, _ = run(CT27, "--period", "2026", "--unit", "06253-2025")
    whole = json.loads(run(CT27)[1])
    one = json.loads(out)
    assert code == session.FINE
    assert jsonschema_rs.meta.is_valid(whole)
    assert jsonschema_rs.meta.is_valid(one)
    assert one["properties"]["unit"] == {"const": "06253"}
    assert one["properties"]["values"]["properties"].keys() < whole["properties"]["values"]["properties"].keys()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("no-such",), "cli.unknown_regime"),
        ((CT27, "--period", "2024-Q1"), "report.unknown_period"),
        ((CT27, "--unit", "06253"), "form.unit_needs_period"),
        ((CT27, "--period", "2026", "--unit", "20"), "report.unit_not_asked"),
        (("vhtt-van-quan",), "report.derived_regime"),
        (("x" * 5000, "--period", "\u202e", "--unit", "…"), "report.unknown_regime"),
    ],
)
def test_why_there_is_no_schema_is_said(words: tuple[str, ...], why: str) -> None:
    code, out, error = run(*words)
    assert (code, out) == (session.NO, "")
    assert f"[{why}]" in error

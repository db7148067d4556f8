"""What is read from a form."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.portal.http import forms, problems
from services.portal.http.forms import Fields

FORM = {"Content-Type": forms.FORM}


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.post("/api/v1/form")
    async def form(fields: Fields) -> dict[str, str]:
        return dict(fields)

    return TestClient(app)


def test_fields_are_read_as_they_were_typed(client: TestClient) -> None:
    typed = {"login": "lan", "password": " Mật khẩu+&=%\n", "empty": ""}

    assert client.post("/api/v1/form", data=typed).json() == typed


@pytest.mark.parametrize(
    "body", [b"a=1&a=2", b"a=%FF", b"a=\xc3\xa1", b"a", b"a=1&&b=2", b"&".join(b"%d=1" % number for number in range(forms.MOST_FIELDS + 1))]
)
def test_what_is_no_form_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/v1/form", content=body, headers=FORM)

    assert (response.status_code, response.json()["code"]) == (400, "form.malformed")


def test_another_kind_of_body_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/form", json={"a": "1"}).json()["code"] == "form.malformed"


def test_no_body_has_no_fields(client: TestClient) -> None:
    assert client.post("/api/v1/form").json() == {}


def test_a_long_form_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/form", content=b"a=" + b"x" * forms.MOST_BYTES, headers=FORM).json()["code"] == "form.too_large"
    assert client.post("/api/v1/form", content=b"a=" + b"x" * (forms.MOST_BYTES - 2), headers=FORM).status_code == 200

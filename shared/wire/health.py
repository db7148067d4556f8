"""Answers about a service itself: whether it runs and whether it works."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from shared.wire.published import LEFT_OUT


class Health(BaseModel):
    """The process answers."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"


class ReadinessState(BaseModel):
    """Whether the service does its work now.

    `lag` is the number of messages that it has not processed yet; null while the number is unknown. `waiting_for` says for each thing that
    is missing why it is missing. `warnings` are left out if there are none; a person should look at them, though the service works.
    """

    model_config = ConfigDict(frozen=True)

    ready: bool
    lag: Annotated[int, Field(ge=0)] | None
    waiting_for: dict[str, str]
    warnings: Annotated[list[str] | SkipJsonSchema[None], LEFT_OUT] = None

"""Answers about a service itself: whether its process runs and whether it can work."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.wire.published import IfSet


class Health(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok"] = "ok"


class ReadinessState(BaseModel):
    """Whether the service can work now.

    `lag` is the number of messages that it has not processed yet; null while the number is unknown. `waiting_for` lists what is missing,
    with the reason. `warnings` need a person's attention although the service works; the field is left out if there are none.
    """

    model_config = ConfigDict(frozen=True)

    ready: bool
    lag: Annotated[int, Field(ge=0)] | None
    waiting_for: dict[str, str]
    warnings: IfSet[list[str]] = None

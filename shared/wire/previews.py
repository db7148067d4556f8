"""What the aggregator answers to a preview: the changes that an event would make to the views, or why it cannot say them now."""

from typing import Annotated

from pydantic.json_schema import SkipJsonSchema

from shared.wire.published import LEFT_OUT, FigureChange, Published, Reason

ReasonIfAny = Annotated[Reason | SkipJsonSchema[None], LEFT_OUT]


class Preview(Published):
    """What an accepted event would change. `changes` is null if the aggregator cannot say it now; then `error` says why."""

    changes: list[FigureChange] | None
    error: ReasonIfAny = None

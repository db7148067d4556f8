"""What every model that we publish has: the base, texts for decimals and instants, reasons, and the attributes of an event.

Decimals are texts, never floats. Instants are RFC 3339 texts. Readers must ignore fields that they do not know: optional fields may be
added without a new version. Source: design, section 4.
"""

from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from shared.words.refusals import Refusal

DecimalText = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
PercentText = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]$")]
UtcText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
OffsetText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?\+07:00$")]
Count = Annotated[int, Field(ge=0)]
WholeOrDecimal = int | DecimalText


class Published(BaseModel):
    """Base of what we publish: values are not converted, and objects are immutable."""

    model_config = ConfigDict(frozen=True, strict=True)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Final = Field(json_schema_extra=_without_default)  # the field is left out when it has no value
Value = TypeVar("Value")
IfSet = Annotated[Value | SkipJsonSchema[None], LEFT_OUT]
"""A field that is left out when it has no value, and is never null."""


class PublishedEvent(Published):
    """The CloudEvents attributes of an event that one of our services publishes.

    `traceparent` (W3C Trace Context) is copied from the event that caused this one; it is absent if that event has none.
    """

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: UtcText | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None


class Reason(Published):
    """One fault or warning: a stable code, the path of the field, and a sentence that says what to do, in two languages."""

    code: str
    path: str
    message_vi: str
    message_en: str

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal of the catalogue in its published form."""
        return cls(code=refusal.code, path=refusal.path, message_vi=refusal.message_vi, message_en=refusal.message_en)

    def as_refusal(self) -> Refusal:
        """The refusal that this is the published form of."""
        return Refusal(self.code, self.path, self.message_vi, self.message_en)

"""What the parts of a regime file have in common: how codes, numbers, days and times are written, and how strictly they are read."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.words import periods

CODE: Final = r"^[a-z][a-z0-9_]{0,39}$"
REGIME_ID: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"
REFORM_ID: Final = r"^[a-z0-9][a-z0-9-]{0,47}$"
PERIOD: Final = rf"^{periods.CODE}$"
UNIT_CODE: Final = r"^[A-Za-z0-9-]{1,32}$"
DECIMAL: Final = r"^-?[0-9]{1,14}(\.[0-9]{1,9})?$"
# [0-9] and not "\d", which takes the digits of every script
DAY: Final = r"^(20[0-9][0-9]-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
DATE: Final = r"^20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

Code = Annotated[str, StringConstraints(pattern=CODE)]
RegimeId = Annotated[str, StringConstraints(pattern=REGIME_ID)]
ReformId = Annotated[str, StringConstraints(pattern=REFORM_ID)]
PeriodCode = Annotated[str, StringConstraints(pattern=PERIOD)]
UnitCode = Annotated[str, StringConstraints(pattern=UNIT_CODE)]
DecimalText = Annotated[str, StringConstraints(pattern=DECIMAL)]
DayText = Annotated[str, StringConstraints(pattern=DAY)]
DateText = Annotated[str, StringConstraints(pattern=DATE)]
TimeText = Annotated[str, StringConstraints(pattern=TIME)]


class Data(BaseModel):
    """A part of a regime file: unknown keys are refused, values are not converted, and objects are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

"""What is answered about a workbook that is not taken: as an error, or as what would become of it."""

from pydantic import BaseModel, ConfigDict

from shared.wire.dry_runs import DryRun
from shared.wire.problems import Problem
from shared.wire.published import IfSet


class FigureDifference(BaseModel):
    """A figure or text of the report that was recorded meanwhile, and what the workbook says instead; null: nothing."""

    model_config = ConfigDict(frozen=True, strict=True)

    code: str
    now: object
    then: object


class GivenBack(BaseModel):
    """What comes back with the reasons.

    `marked` is the address of the sender's own file with its wrong cells marked, `renewed` that of a new form with the figures that still
    mean the same; both are kept for a day. `differences`: what the report says that was recorded meanwhile, and what the file says.
    """

    marked: IfSet[str] = None
    renewed: IfSet[str] = None
    differences: IfSet[list[FigureDifference]] = None


class WorkbookProblem(GivenBack, Problem):
    """Why a workbook was refused. The path of a fault is the cell: `Biểu!F12`.

    `marked` is the address of the sender's own file with its wrong cells marked, `renewed` that of a new form with the figures that still
    mean the same; both are kept for a day. `differences`: what the report says that was recorded meanwhile, and what the file says.
    """


class WorkbookDryRun(GivenBack, DryRun):
    """What would become of a workbook that could be read. The path of an error is the cell: `Biểu!F12`. Nothing is stored but the file of
    `marked` or `renewed`, which is kept for a day; they and `differences` are as in the error that sending it would get.
    """

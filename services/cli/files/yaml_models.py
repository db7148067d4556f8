"""A YAML file as the model that describes it; every fault is named with its line and its path."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.cli.files import yaml_nodes
from services.cli.files.faults import Fault, FaultsError
from shared.plumbing import yaml_files
from shared.plumbing.text_files import UnreadableError
from shared.wire import shape_faults
from shared.words.refusals import refusal

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path) -> tuple[Any, Any]:
    """The root node of a file, and its values. Raises FaultsError if the file cannot be read or says nothing."""
    try:
        root = yaml_files.read(path)
        values = yaml_files.values(root)
    except UnreadableError as error:
        raise FaultsError([Fault.of_unreadable(path, error)]) from error
    if values is None:
        raise FaultsError([Fault(path, refusal("file.empty"))])
    return root, values


def checked(path: Path, root: Any, values: Any, model: type[Model]) -> Model:
    """The values of a file as a model. Raises FaultsError with all that does not fit it."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = shape_faults.of(error, model, {where: str(node.value) for where, node in yaml_nodes.scalars(root)})
        raise FaultsError([Fault(path, why, yaml_nodes.line(root, where), where) for where, why in found]) from error

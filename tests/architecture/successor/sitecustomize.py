"""If this folder is on `PYTHONPATH`, `shared/plumbing/mongo.py` is loaded with one changed line: PyMongo's asynchronous client instead of
Motor's.

Motor cannot be imported then. Services that a test starts inherit the path, and so the change.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

MODULE = "shared.plumbing.mongo"
LINE = "from motor.motor_asyncio import AsyncIOMotorClient as DriverClient\n"
MOVED = "from pymongo import AsyncMongoClient as DriverClient\n"


class Changed(importlib.machinery.SourceFileLoader):
    """Reads the module's source as it will be."""

    def get_code(self, fullname: str) -> CodeType:
        """Never from a compiled file."""
        path = self.get_filename(fullname)
        text = self.get_data(path).decode()
        if text.count(LINE) != 1:
            raise ImportError(f"{path}: the line is not there: {LINE}")
        Path(os.environ["SUCCESSOR_NOTE"]).touch()
        return compile(text.replace(LINE, MOVED), path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if fullname.partition(".")[0] == "motor":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        found = importlib.machinery.PathFinder.find_spec(fullname, path) if fullname == MODULE else None
        if found is not None and found.origin is not None:
            found.loader = Changed(fullname, found.origin)
        return found


sys.meta_path.insert(0, Finder())

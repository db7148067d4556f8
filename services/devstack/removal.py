"""Removes all data of a stack. A note records that removal has begun, so that an interrupted removal is finished later.

The note is made while nothing runs, and `tonghop up` finishes the removal before it starts anything: no new data can be lost.
"""

import shutil
from typing import Final

from services.devstack.runfolder import RunFolder
from shared.shell import language
from shared.words.refusals import refusal

DEMO_ACCOUNTS: Final = "demo-accounts.json"  # the passwords of the demo's accounts, which are removed with the database


def begin(run: RunFolder) -> None:
    """Records that all data will be removed. Nothing of the stack may be running."""
    run.removing.touch()


def is_begun(run: RunFolder) -> bool:
    """Whether a removal was begun and is not finished."""
    return run.removing.exists()


def finish(run: RunFolder) -> bool:
    """Removes streams, database and mails if a removal was begun. Returns whether it was. Nothing of the stack may be running."""
    if not is_begun(run):
        return False
    for folder in (run.nats, run.mongo, run.mail):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise OSError(refusal("stack.not_removable", str(folder)).line(language.chosen()))
    (run.path / DEMO_ACCOUNTS).unlink(missing_ok=True)
    run.removing.unlink()
    return True

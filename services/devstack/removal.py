"""All data of a stack taken away: a note says that it was begun, and whoever comes next finishes it.

The note is made while nothing runs, and `tonghop up` finishes before it starts anything: no data can come in behind it.
"""

import shutil

from services.devstack.runfolder import RunFolder
from shared.shell import language
from shared.words.refusals import refusal


def begin(run: RunFolder) -> None:
    """Notes that all data go. Nothing of the stack runs."""
    run.removing.touch()


def is_begun(run: RunFolder) -> bool:
    return run.removing.exists()


def finish(run: RunFolder) -> bool:
    """Removes streams, database and mails if that was begun; whether it was. Nothing of the stack runs."""
    if not is_begun(run):
        return False
    for folder in (run.nats, run.mongo, run.mail):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise OSError(refusal("stack.not_removable", str(folder)).line(language.chosen()))
    run.removing.unlink()
    return True

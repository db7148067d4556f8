"""Coverage-guided fuzzing of everything that reads what senders write (`properties.py`).

How: atheris (libFuzzer) changes the first inputs (`first.py`), those of `corpus/` and those of earlier runs, keeps what runs new code, and
stops at an input that breaks a property: it is left in `.run/fuzz`. atheris is no dependency of the product: `make fuzz` installs it into
`.run/fuzz/packages`. `--keep` copies the inputs that the reached code needs into `corpus/`, small ones first. Again: `make fuzz`; only some
readers, by their letters (`properties.READERS`): `make fuzz ONLY=wxp`.

Last, 27/11/2026, beside other work on two cores: 479,109 inputs in 601 seconds, with rules once more 200 seconds; nothing found.
Tables (reader `c`): 112,281 inputs found a numerator of a figure that has none; mended, then 164,938 in 600 seconds; nothing found.
Workbooks (readers `w`, `x`, `p`): 36,025 in 601 seconds; nothing found. A form's table (reader `t`): 11,702 found that the form's page knew
a regime under more spellings than the door; mended, then 157,550 in 601 seconds; nothing found.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, Final

RUN: Final = Path(".run/fuzz").resolve()
FOUND: Final = RUN / "found"
SECONDS: Final = "600"
LONGEST: Final = 8_000  # bytes of an input
REJECTED: Final = -1  # libFuzzer does not keep such an input
RUN_ONLY: Final = "--only"
INSTRUMENTED: Final = ["services.ingest", "shared.sheets", "shared.wire", "shared.words", "shared.plumbing.inbox", "tests.fuzz"]

Step = tuple[bytes, str, int, int]
Trace = Callable[[FrameType, str, object], Any]


def fuzz(only: str, *options: str) -> None:
    """Runs libFuzzer, which ends the process. `only`: the letters of the readers that are run; "" is all of them."""
    sys.path.insert(0, str(RUN / "packages"))
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED):
        properties = import_module("tests.fuzz.properties")

    def check(data: bytes) -> int:
        if only and data[:1] not in only.encode():
            return REJECTED
        properties.check(data)
        return 0

    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


def prepare(only: str) -> tuple[Path, Path]:
    """Writes the first inputs and the dictionary; returns the folder of inputs and the dictionary."""
    from tests.fuzz import first
    from tests.fuzz.test_corpus import inputs

    folder = FOUND / only if only else FOUND
    folder.mkdir(parents=True, exist_ok=True)
    for data in (*first.inputs(), *inputs()):
        if not only or data[:1] in only.encode():
            (folder / named(data)).write_bytes(data)
    dictionary = RUN / "words.txt"
    dictionary.write_text("".join(f'"\\"{word}\\""\n' for word in dict.fromkeys(first.words())), encoding="ascii")
    return folder, dictionary


def keep() -> None:
    """Replaces the corpus by the first inputs, and those found so far that run steps of our code which smaller ones do not run."""
    from tests.fuzz import first
    from tests.fuzz.test_corpus import CORPUS, MOST_BYTES, MOST_FILES, inputs

    begun = set(first.inputs())
    reached = (path.read_bytes() for path in FOUND.rglob("*") if path.is_file())
    found = sorted({*begun, *inputs(), *reached}, key=lambda data: (data not in begun, len(data), data))
    shutil.rmtree(CORPUS)
    CORPUS.mkdir()
    run: set[Step] = set()
    size = count = 0
    for data in found:
        steps = steps_of(data)
        if (data in begun or not steps <= run) and count < MOST_FILES and size + len(data) <= MOST_BYTES:
            run |= steps
            size, count = size + len(data), count + 1
            (CORPUS / named(data)).write_bytes(data)
    print(f"{count} of {len(found)} inputs are kept, {size} bytes, {len(run)} steps")


def steps_of(data: bytes) -> set[Step]:
    """The steps from line to line that an input takes through the product's code, by reader."""
    from tests.fuzz import properties

    steps: set[Step] = set()

    def trace(frame: FrameType, _: str, __: object) -> Trace | None:
        name = frame.f_code.co_filename
        if "/services/" not in name and "/shared/" not in name:
            return None
        before = -frame.f_lineno

        def line(inner: FrameType, kind: str, __: object) -> Trace:
            nonlocal before
            steps.add((data[:1], name, before, inner.f_lineno))
            before = inner.f_lineno
            return line

        return line

    sys.settrace(trace)
    try:
        properties.check(data)
    finally:
        sys.settrace(None)
    return steps


def named(data: bytes) -> str:
    """The name of an input: its hash, as libFuzzer names them."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def main(*words: str) -> None:
    if words == ("--keep",):
        keep()
    elif words and words[0] == RUN_ONLY:
        fuzz(*words[1:])
    else:
        seconds, only = [*words, *(SECONDS, "")[len(words) :]]
        folder, dictionary = prepare(only)
        limits = (f"-max_total_time={seconds}", f"-max_len={LONGEST}")
        options = (*limits, f"-dict={dictionary}", f"-artifact_prefix={RUN}/", "-print_final_stats=1")
        # a new process: what is imported already cannot be instrumented
        os.execv(sys.executable, [sys.executable, "-m", "tests.fuzz.run", RUN_ONLY, only, *options, str(folder)])


if __name__ == "__main__":
    main(*sys.argv[1:])

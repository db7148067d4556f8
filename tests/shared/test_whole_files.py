"""Files that are replaced as a whole, with rights that do not depend on the umask."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.plumbing import whole_files


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_secret_is_for_its_owner_alone_and_a_public_file_for_everybody(tmp_path: Path) -> None:
    whole_files.replace(tmp_path / "secret", "khóa")
    whole_files.replace(tmp_path / "public", b"chung thu", whole_files.PUBLIC)
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {"secret": 0o600, "public": 0o644}


def test_a_secret_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("before", encoding="utf-8")
    file.chmod(0o644)
    whole_files.replace(file, "after")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("after", 0o600)


def test_what_an_interrupted_writer_left_behind_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / f"secret.{os.getpid()}.part").write_text("half", encoding="utf-8")
    whole_files.replace(tmp_path / "secret", "whole")
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("secret", "whole")]

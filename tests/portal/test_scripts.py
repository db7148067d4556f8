"""A script is served with the modules that it needs, in one file."""

from pathlib import Path

import pytest

from services.portal.render import assets, scripts


def written(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder / "main.js"


def test_a_module_comes_after_those_it_needs_each_once_without_comments(tmp_path: Path) -> None:
    main = written(
        tmp_path,
        main='import { b } from "./two.js";\nimport { a } from "./one.js";\n// said\nb(a, "http://x");  // why\n',
        two='import { a } from "./one.js";\n/** What it does. */\nexport function b() {\n  return a;\n}\n',
        one="export const a = 1;\n",
    )
    assert scripts.bundled(main) == 'const a = 1;\nfunction b() {\nreturn a;\n}\nb(a, "http://x");\n'


def test_two_modules_with_a_name_in_common_are_refused(tmp_path: Path) -> None:
    main = written(tmp_path, main='import { a } from "./one.js";\nconst b = a;\n', one="const b = 1;\nexport const a = b;\n")
    with pytest.raises(ValueError, match=r"main\.js: modules have names in common: b"):
        scripts.bundled(main)


@pytest.mark.parametrize("name", assets.MODULES)
def test_no_module_of_the_form_is_asked_for_by_itself(name: str) -> None:
    served = assets.assets()[name].content.decode()
    assert "import {" not in served
    assert "export " not in served

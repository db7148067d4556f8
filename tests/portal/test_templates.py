"""Templates of documents: which is used, what is refused, and what is remarked."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from services.portal.office import blank_templates, template_check, template_files
from services.portal.office.examples import Purpose

STATE = template_files.SHIPPED / template_files.GENERAL
PURPOSES: dict[str, Purpose] = {
    template_files.GENERAL: "state",
    template_files.PARTY: "plain",
    template_files.COPY: "copy",
    template_files.BOOK_FRONT: "book",
}
Change = Callable[[bytes], bytes]


def changed(part: str, change: Change, **more: bytes) -> bytes:
    """The shipped template with a changed part, and with more parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(STATE) as source, zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == part else content)
        for name, content in more.items():
            target.writestr(name.replace("__", "/"), content)
    return written.getvalue()


def put(text: str, instead: str = "{{ mo_dau }}") -> bytes:
    """The shipped template with another field."""
    return changed("word/document.xml", lambda content: content.replace(instead.encode(), text.encode()))


def codes(template: bytes, purpose: Purpose = "state") -> set[str]:
    return {one.code for one in template_check.judge(template, purpose).faults}


@pytest.mark.parametrize("name", blank_templates.TEMPLATES)
def test_shipped_templates_have_no_fault_and_no_remark(name: str) -> None:
    judged = template_check.judge((template_files.SHIPPED / name).read_bytes(), PURPOSES[name])
    assert (list(judged.faults), list(judged.remarks) if PURPOSES[name] in ("state", "plain") else []) == ([], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ ten_la }}", "template.unknown_field"),
        ("{{ nhom[0].ten_la }}", "template.fails"),
        ("{% if %}", "template.fails"),
        ("{{ mo_dau|safe }}", "template.fails"),
        ("{{ mo_dau|urlize }}", "template.fails"),
        ("{{ mo_dau.__class__.__mro__ }}", "template.fails"),
        ("{{ cycler.__init__.__globals__ }}", "template.unknown_field"),
        ("{% autoescape false %}{{ mo_dau }}{% endautoescape %}", "template.forbidden_statement"),
        ("{% include 'x' %}", "template.forbidden_statement"),
        ("{{ '' * 1 }}{{ 1 / 0 }}", "template.fails"),
    ],
    ids=["unknown", "part", "syntax", "safe", "urlize", "class", "globals", "autoescape", "include", "arithmetic"],
)
def test_fields_that_are_unknown_fail_or_turn_text_into_markup_are_refused(text: str, code: str) -> None:
    assert codes(put(text)) == {code}


def test_what_runs_or_loads_something_is_refused() -> None:
    link = b'<Relationship Id="rIdX" Type="http://x/image" Target="http://10.0.0.1/x.png" TargetMode="External"/></Relationships>'
    field = '</w:t></w:r><w:r><w:instrText xml:space="preserve"> INCLUDETEXT "C:/x" </w:instrText></w:r><w:r><w:t>'
    assert codes(changed("", bytes, word__vbaProject_bin=b"x")) == {"template.active"}
    assert codes(changed("", bytes, **{"word/embeddings/x.bin": b"x"})) == {"template.active"}
    external = changed("word/_rels/document.xml.rels", lambda content: content.replace(b"</Relationships>", link))
    assert codes(external) == {"template.external"}
    assert codes(put(field)) == {"template.field_code"}
    inside = '</w:t></w:r><w:r><w:instrText xml:space="preserve"> PAGE {{ mo_dau }} </w:instrText></w:r><w:r><w:t>'
    assert "template.field_outside_text" in codes(put(inside))
    attribute = changed("word/document.xml", lambda content: content.replace(b'w:val="single"', b'w:val="{{ mo_dau }}"', 1))
    assert "template.field_outside_text" in codes(attribute)


def test_what_is_no_word_document_is_refused() -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    entity = changed("word/document.xml", lambda content: content.replace(b"<w:document", b"<!DOCTYPE x []><w:document", 1))
    for given in (b"", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", empty.getvalue(), entity, changed("word/document.xml", lambda _: b"<w:broken")):
        assert codes(given) == {"template.not_word"}


def test_large_archives_are_refused_before_they_are_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (template_check.MOST_UNPACKED + 1))
    many = changed("", bytes, **{f"word/x{number}.xml": b"" for number in range(template_check.MOST_PARTS)})
    for given in (bomb.getvalue(), many, b"x" * (template_check.MOST_BYTES + 1)):
        assert codes(given) == {"template.too_large"}


def test_departures_from_the_decree_are_remarks() -> None:
    def remarks(change: Change, part: str = "word/document.xml", purpose: Purpose = "state") -> set[str]:
        judged = template_check.judge(changed(part, change), purpose)
        assert not judged.faults
        return {one.code for one in judged.remarks}

    assert remarks(bytes, purpose="plain") == {"template.has_national_title"}
    assert remarks(lambda content: content.replace("CỘNG HÒA".encode(), b"CONG HOA")) == {"template.part_missing"}
    assert remarks(lambda content: content.replace(b'w:left="1701"', b'w:left="1000"')) == {"template.margins"}
    assert remarks(lambda content: content.replace(b'w:w="11906"', b'w:w="12240"')) == {"template.not_a4"}
    assert remarks(lambda content: content.replace(b"<w:titlePg/>", b"")) == {"template.number_on_first_page"}
    assert remarks(lambda content: content.replace(b"Times New Roman", b"Arial", 1), "word/styles.xml") == {"template.other_font"}


def test_the_agency_s_template_for_the_regime_comes_first_and_its_general_one_never_before_ours_for_the_regime(tmp_path: Path) -> None:
    assert template_files.found("none", "ct27-van-quan") == STATE
    own = tmp_path / template_files.GENERAL
    own.write_bytes(STATE.read_bytes())
    folder = str(tmp_path)
    assert template_files.found(folder, "ct27-van-quan") == own
    assert template_files.found(folder, "kl62-binh-dinh") == template_files.SHIPPED / template_files.PARTY
    for_regime = tmp_path / "kl62-binh-dinh.docx"
    for_regime.write_bytes(STATE.read_bytes())
    assert template_files.found(folder, "kl62-binh-dinh") == for_regime
    assert template_files.found(folder, "x", template_files.COPY) == template_files.SHIPPED / template_files.COPY

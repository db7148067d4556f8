"""LibreOffice Calc without a window: types into the cells of workbooks as a person does, and saves them as .xlsx."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from services.portal.office import making, processes

BASIC = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Typing" script:language="StarBasic">
Sub Main
  Dim hidden(0) As New com.sun.star.beans.PropertyValue, kind(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
  order = FreeFile
  Open "ORDER" For Input As #order
  Do While Not EOF(order)
    Line Input #order, line
    parts = Split(line, Chr(9))
    If parts(0) = "open" Then
      book = StarDesktop.loadComponentFromURL(parts(1), "_blank", 0, hidden())
    ElseIf parts(0) = "save" Then
      book.storeToURL(parts(1), kind())
      book.close(True)
    ElseIf parts(0) = "text" Then
      book.Sheets.getByIndex(0).getCellRangeByName(parts(2)).String = Join(Split(parts(3), "\\n"), Chr(10))
    Else
      book.Sheets.getByIndex(0).getCellRangeByName(parts(2)).Formula = parts(3)
    End If
  Loop
  Close #order
  StarDesktop.terminate()
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false">
 <library:element library:name="Typing"/>
</library:library>
"""

Typed = Mapping[str, object]
"""What is typed, by cell: a number or a formula as Calc takes it, or a text."""


async def filled(books: Mapping[str, tuple[bytes, Typed]], folder: Path) -> dict[str, bytes]:
    """Workbooks, by name, after Calc has opened them, typed into their first sheet and saved them."""
    program = making.office()
    assert program is not None, "apt-get install libreoffice-calc-nogui"
    await _run(program, folder, "--terminate_after_init")  # the first start makes the profile
    standard, order = folder / "profile/user/basic/Standard", folder / "order.txt"
    (standard / "Typing.xba").write_text(BASIC.replace("ORDER", str(order)), encoding="utf-8")
    (standard / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    lines = []
    for name, (given, typed) in books.items():
        (folder / f"{name}.xlsx").write_bytes(given)
        lines.append(f"open\t{(folder / f'{name}.xlsx').as_uri()}")
        for cell, value in typed.items():
            kind = "text" if isinstance(value, str) and not value.startswith("=") else "formula"
            lines.append(f"{kind}\t\t{cell}\t" + str(value).replace("\n", "\\n"))
        lines.append(f"save\t{(folder / f'{name}-back.xlsx').as_uri()}")
    order.write_text("\n".join(lines), encoding="utf-8")
    await _run(program, folder, "macro:///Standard.Typing.Main")
    return {name: await asyncio.to_thread((folder / f"{name}-back.xlsx").read_bytes) for name in books}


async def _run(program: str, folder: Path, what: str) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--norestore", "--nologo", "--nolockcheck", what]
    environment = {"HOME": str(folder), "TMPDIR": str(folder)}
    ended = await processes.run(command, making.CONVERTING, environment=environment, folder=str(folder))
    assert ended.code == 0, ended.errors

"""The process that reads and joins PDFs: `python -m services.portal.office.joining join|outline FILE…`, with the answer on the output."""

import io
import json
import sys
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter


def joined(files: Sequence[str]) -> bytes:
    """One PDF, with the outlines of all parts."""
    writer = PdfWriter()
    for file in files:
        writer.append(file)
    writer.add_metadata({"/Producer": "Tổng Hợp", "/Creator": "Tổng Hợp"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def outline(file: str) -> dict[str, object]:
    """How many pages there are, and the page of each entry at the top of the outline."""
    reader = PdfReader(file)
    found = [reader.get_destination_page_number(one) for one in reader.outline if not isinstance(one, list)]
    return {"pages": len(reader.pages), "headings": [page for page in found if page is not None]}


if __name__ == "__main__":
    command, *names = sys.argv[1:]
    if command == "outline":
        sys.stdout.write(json.dumps(outline(names[0])))
    else:
        sys.stdout.buffer.write(joined(names))

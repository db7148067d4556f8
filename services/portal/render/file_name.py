"""The file name for a download: the header `Content-Disposition` (RFC 6266, RFC 8187)."""

import re
from typing import Final, Literal
from urllib.parse import quote

from shared.words import texts, vietnamese

MOST_LETTERS: Final = 80  # characters; each has at most 4 bytes (12 when encoded), which any file system accepts
NOT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|%]')  # characters that Windows forbids, and those that some programs decode twice
ATTRIBUTE: Final = "!#$&+-.^_`|~"  # RFC 8187, 3.2.1: allowed besides letters and digits


def disposition(kind: Literal["inline", "attachment"], plain: str, title: str) -> str:
    """The header's value. `plain` is an ASCII name for old clients. `title` is the name for people, without its ending; it is left out if
    it is invisible.
    """
    simple = f'{kind}; filename="{plain}"'
    _, point, ending = plain.rpartition(".")
    named = " ".join(NOT_IN_NAMES.sub(" ", vietnamese.line(title)).split()).strip(". ")[:MOST_LETTERS].strip(". ")
    if texts.is_blank(named):
        return simple
    return f"{simple}; filename*=UTF-8''{quote(named + point + ending, safe=ATTRIBUTE)}"

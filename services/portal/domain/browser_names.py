"""What people call the browser and the system that a session was opened in."""

from collections.abc import Mapping
from typing import Final

BROWSERS: Final[Mapping[str, str]] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "coc_coc_browser": "Cốc Cốc",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""By a part of the text that the browser sends about itself. The first that is there counts: many say that they are Safari too."""

SYSTEMS: Final[Mapping[str, str]] = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def name(sent: str) -> str:
    """`Edge, Windows`; what a program sends that is no browser as it is; `không rõ` for nothing."""
    known = [next((word for part, word in words.items() if part in sent), "") for words in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in known if word) if known[0] else sent or "không rõ"

"""The guides for people: Markdown files of the product, rendered once (ADR 0080)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from services.portal.render import assets

FOLDER: Final = assets.GUIDES
ADDRESS: Final = "/huong-dan"
WRITTEN: Final = ("xa", "so", "quan-tri")
"""The names of the guides, in the order in which they are listed."""
SUFFIX: Final = ".md"
PICTURES: Final = "anh/"


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide. `body` is its HTML without the heading."""

    name: str
    title: str
    body: Markup

    @property
    def path(self) -> str:
        return f"{ADDRESS}/{self.name}"


@cache
def guides() -> Mapping[str, Guide]:
    """All guides, by name."""
    return {name: _read(name) for name in WRITTEN}


def _read(name: str) -> Guide:
    return render((FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8"), name)


def render(text: str, name: str = "") -> Guide:
    """A guide from its Markdown, which begins with its title. Markup in the text is shown as text. Raises KeyError for a picture that the
    product does not have.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    heading, rest = tokens[1], tokens[3:]
    for token in (child for block in rest for child in block.children or ()):
        _lead(token)
    return Guide(name, heading.content, Markup(parser.renderer.render(rest, parser.options, {})))


def _lead(token: Token) -> None:
    """Makes the names of files into addresses of the portal: of pictures, and of other guides."""
    if token.type == "image":
        picture = assets.picture(str(token.attrs["src"]).removeprefix(PICTURES))
        token.attrs |= {"src": picture.address, "width": picture.width, "height": picture.height, "loading": "lazy"}
    elif token.type == "link_open" and (target := str(token.attrs["href"])).endswith(SUFFIX):
        token.attrs["href"] = f"{ADDRESS}/{target.removesuffix(SUFFIX)}"

"""`tonghop send`: the client of the package `services/send`, as a command of the product."""

import os
from typing import Annotated, Final, Literal

import typer

from services.send import command
from services.send.settings import Options
from shared.shell import language

HELP: Final = f"{command.ABOUT}\n{command.EXAMPLE.format(command='tonghop send')}\n\n{command.CODES}"
Text = str | None


def add_to(app: typer.Typer) -> None:
    """Registers the command of this module."""
    app.command("send", help=HELP)(send)


def send(
    files: Annotated[list[str] | None, typer.Argument(metavar="[TỆP]...", help=command.HELP["files"])] = None,
    via: Annotated[Literal["http", "nats"], typer.Option("--via", help=command.HELP["via"])] = "http",
    url: Annotated[Text, typer.Option("--url", metavar="ĐỊA CHỈ", help=command.HELP["url"])] = None,
    key_file: Annotated[Text, typer.Option("--key-file", metavar="TỆP", help=command.HELP["key_file"])] = None,
    unit: Annotated[Text, typer.Option("--unit", metavar="MÃ", help=command.HELP["unit"])] = None,
    nats_url: Annotated[Text, typer.Option("--nats-url", metavar="ĐỊA CHỈ", help=command.HELP["nats_url"])] = None,
    creds: Annotated[Text, typer.Option("--creds", metavar="TỆP", help=command.HELP["creds"])] = None,
    ca: Annotated[Text, typer.Option("--ca", metavar="TỆP", help=command.HELP["ca"])] = None,
    outbox: Annotated[Text, typer.Option("--outbox", metavar="THƯ MỤC", help=command.HELP["outbox"])] = None,
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help=command.HELP["is_dry_run"])] = False,
    is_again: Annotated[bool, typer.Option("--again", help=command.HELP["is_again"])] = False,
    as_json: Annotated[bool, typer.Option("--json", help=command.HELP["as_json"])] = False,
    decimal: Annotated[Literal["comma", "point"], typer.Option("--decimal", help=command.HELP["decimal"])] = "comma",
    attach: Annotated[list[str] | None, typer.Option("--attach", metavar="TỆP", help=command.HELP["attach"])] = None,
) -> None:
    """The help is that of the client."""
    named, attached = tuple(files or ()), tuple(attach or ())
    options = Options(named, via, url, key_file, unit, nats_url, creds, ca, outbox, is_dry_run, is_again, as_json, decimal, attached)
    raise typer.Exit(command.run(options, {**os.environ, "TONGHOP_LANG": language.chosen()}))

"""Typer's own texts in Vietnamese: the usage of a command, and errors in its use.

Typer has no translations. This module replaces the texts of each command, and translates the errors that Typer raises.
"""

import re
import sys
from collections.abc import Sequence
from typing import Any, Final

import typer
from typer import rich_utils
from typer.core import TyperGroup
from typer.exceptions import TyperException

from shared.shell import language
from shared.words.refusals import refusal

WRONG_USE: Final = 2
TITLES: Final = {
    "ARGUMENTS_PANEL_TITLE": "Tham số",
    "OPTIONS_PANEL_TITLE": "Tùy chọn",
    "COMMANDS_PANEL_TITLE": "Lệnh",
    "ERRORS_PANEL_TITLE": "Dùng sai",
    "REQUIRED_LONG_STRING": "[bắt buộc]",
    "DEFAULT_STRING": "[mặc định: {}]",
    "ABORTED_TEXT": "Đã dừng.",
}
SENTENCES: Final = (
    (r"No such command '(.*?)'\. Did you mean (.*)\?", "không có lệnh “{}”; có phải {}?"),
    (r"No such command '(.*?)'\.", "không có lệnh “{}”"),
    (r"Missing command\.", "thiếu lệnh"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", "thừa tham số “{}”"),
    (r"Option '(.*)' requires an argument\.", "tùy chọn {} cần một giá trị"),
    (r"Option '(.*)' requires \d+ arguments\.", "tùy chọn {} thiếu giá trị"),
    (r"Option '(.*)' does not take a value\.", "tùy chọn {} không nhận giá trị"),
    (r"'(.*)' is not a valid (?:integer|int|float)\b.*", "“{}” không phải là số"),
    (r"Input should be a valid (?:integer|number).*", "hãy ghi một số"),
    (r"'(.*)' is not a valid boolean\b.*", "“{}” không phải là true hoặc false"),
    (r"'(.*)' is not one of (.*)\.", "“{}”: chọn một trong {}"),
    (r"(?:Value error, )?'(.*)' does not match the formats? .*", "“{}” không phải là một ngày; ghi theo ví dụ 2027-12-31"),
)


class Commands(TyperGroup):
    """The root of all commands."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Runs a command and ends the process with its exit code, as Typer does by itself."""
        _translate(self)
        try:
            code = super().main(args, prog_name, *rest, **(extra | {"standalone_mode": False}))
        except typer.Abort:
            typer.echo(refusal("cli.stopped").line(language.chosen()), err=True)
            sys.exit(1)
        except TyperException as error:
            sys.exit(_tell(error))
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Any) -> int:
    """Prints what is wrong with a command line, and the usage. Returns the exit code."""
    if not error.format_message().strip():
        error.show()
    elif type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
    else:
        said = [f"{'Wrong use' if language.chosen() == 'en' else 'Dùng sai'}: {_sentence(error).rstrip('.')}"]
        if getattr(error, "ctx", None) is not None:
            said += [error.ctx.get_usage(), f"Xem: {error.ctx.command_path} --help"]
        typer.echo("\n".join(said), err=True)
    return int(getattr(error, "exit_code", WRONG_USE))


def _sentence(error: Any) -> str:
    match type(error).__name__:
        case "NoSuchOption":
            near = f"; có phải {', '.join(sorted(error.possibilities))}?" if error.possibilities else ""
            return f"không có tùy chọn {error.option_name}{near}"
        case "MissingParameter":
            return f"thiếu {_hint(error)}"
        case "BadParameter":
            return f"{_hint(error)}: {_vietnamese(error.message)}".removeprefix(": ")
        case _:
            return _vietnamese(error.message)


def _hint(error: Any) -> str:
    if error.param_hint is not None:
        return error.param_hint if isinstance(error.param_hint, str) else ", ".join(error.param_hint)
    return str(error.param.get_error_hint()).replace("'", "") if error.param is not None else ""


def _vietnamese(message: str) -> str:
    for pattern, sentence in SENTENCES:
        if found := re.fullmatch(pattern, message.strip(), re.DOTALL):
            return sentence.format(*found.groups())
    return message.rstrip(".")


def _translate(command: Any) -> None:
    """Replaces the texts of a command and of all its subcommands."""
    for title, words in TITLES.items():
        setattr(rich_utils, title, words)
    for below in getattr(command, "commands", {}).values():
        _translate(below)
    usage, help_option = command.get_usage, command.get_help_option

    def get_usage(context: Any) -> str:
        return str(usage(context)).replace("Usage: ", "Cách dùng: ", 1)

    def get_help_option(context: Any) -> Any:
        found = help_option(context)
        if found is not None:
            found.help = "Xem cách dùng."
        return found

    command.get_usage, command.get_help_option = get_usage, get_help_option
    command.options_metavar = "[TÙY CHỌN]"
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = "LỆNH [THAM SỐ]..."

"""The catalogue of refusals: every reason why something is not accepted or does not work, as a code with sentences in two languages.

The sentences are in `shared.words.sentences`, one module per audience. Bad *data* is a value (`Refusal`); the exceptions that carry
refusals are in `shared.words.failures`.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, NamedTuple, Self

from shared.words import numbers, texts
from shared.words.sentences import (
    act_pages,
    acts,
    approval,
    attachments,
    audit,
    commands,
    credentials,
    documents,
    doors,
    drafts,
    dry_runs,
    entry,
    events,
    files,
    forms,
    identity,
    logins,
    operators,
    parked,
    people,
    reform_files,
    reform_regimes,
    reforms,
    regime_files,
    remarks,
    reports,
    sheets,
    stack,
    tables,
    templates,
    tls,
)

Language = Literal["vi", "en"]


class Both(NamedTuple):
    """A phrase in two languages, to be inserted into a sentence of the catalogue."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why something was not accepted or does not work: a stable code, where, and what to do, in two languages."""

    code: str
    path: str
    message_vi: str
    message_en: str

    def at(self, path: str) -> Self:
        """The same refusal with another path."""
        return replace(self, path=path)

    def text(self, language: Language) -> str:
        """Path and sentence in one language."""
        message = self.message_en if language == "en" else self.message_vi
        return f"{self.path}: {message}" if self.path else message

    def line(self, language: Language) -> str:
        """Path, sentence and code, for operators."""
        return f"{self.text(language)} [{self.code}]"


def day(value: date) -> Both:
    """A day, formatted for a sentence."""
    return Both(f"{value:%d/%m/%Y}", value.isoformat())


def number(value: int) -> Both:
    """A count, formatted for a sentence: thousands are grouped."""
    return Both(numbers.vietnamese(value), f"{value:,}")


# code: (Vietnamese, English); braces are filled from keyword arguments
CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    **events.SENTENCES,
    **reports.SENTENCES,
    **remarks.SENTENCES,
    **acts.SENTENCES,
    **act_pages.SENTENCES,
    **doors.SENTENCES,
    **operators.SENTENCES,
    **parked.SENTENCES,
    **commands.SENTENCES,
    **stack.SENTENCES,
    **files.SENTENCES,
    **regime_files.SENTENCES,
    **reform_regimes.SENTENCES,
    **reform_files.SENTENCES,
    **reforms.SENTENCES,
    **identity.SENTENCES,
    **credentials.SENTENCES,
    **documents.SENTENCES,
    **templates.SENTENCES,
    **logins.SENTENCES,
    **tls.SENTENCES,
    **people.SENTENCES,
    **audit.SENTENCES,
    **dry_runs.SENTENCES,
    **forms.SENTENCES,
    **entry.SENTENCES,
    **drafts.SENTENCES,
    **approval.SENTENCES,
    **sheets.SENTENCES,
    **attachments.SENTENCES,
    **tables.SENTENCES,
}

QUOTED_TEXT: Final = 80  # characters of a sender's text repeated in a message


def refusal(code: str, /, path: str = "", **details: object) -> Refusal:
    """The refusal `code` of the catalogue, with `details` filled into its sentences.

    Long details are cut, and forbidden characters are replaced by `�`. A `Both` gives each sentence its own language. A list comes from our
    own code, so it is shown whole.
    """
    vietnamese, english = CATALOGUE[code]
    return Refusal(
        code,
        _storable(path),
        vietnamese.format(**{name: _shown(value, 0) for name, value in details.items()}),
        english.format(**{name: _shown(value, 1) for name, value in details.items()}),
    )


def _shown(value: object, language: int) -> str:
    if isinstance(value, Both):
        return value[language]
    if isinstance(value, list):
        return ", ".join(value)
    text = str(value)
    return _storable(text if len(text) <= QUOTED_TEXT else text[:QUOTED_TEXT] + "…")


def _storable(text: str) -> str:
    return texts.FORBIDDEN.sub("�", text.encode("utf-8", "replace").decode("utf-8"))

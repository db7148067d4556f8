"""What can go wrong while a service works. The class of an exception says who can act; `shared.plumbing.delivery` acts on it.

Each exception carries refusals of the catalogue, so that its reader gets whole sentences in the chosen language. `str()` is for logs and
tracebacks: English, with the codes.
"""

from shared.words.refusals import Language, Refusal


class Failure(Exception):
    """An exception that a person must read."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*refusals)
        self.refusals = refusals

    def __str__(self) -> str:
        return self.text("en")

    @property
    def codes(self) -> list[str]:
        return [refusal.code for refusal in self.refusals]

    def text(self, language: Language) -> str:
        """One line for each refusal: path, sentence, code."""
        return "\n".join(refusal.line(language) for refusal in self.refusals)


class PermanentError(Failure):
    """Retrying cannot help. Of a single message it counts as our failure: the message is parked after some attempts."""


class TransientError(Failure):
    """A server is away or slow: retry with back-off."""


class ConfigurationError(Failure):
    """The service cannot start with these settings or this stored data; a person must act. The sentences name the setting and the value
    that it needs.
    """


class InvalidValueError(ValueError):
    """A value that is not allowed in a file or a setting. `where` is the path to the value."""

    def __init__(self, refusal: Refusal, *where: str) -> None:
        super().__init__(refusal.line("en"))
        self.refusal, self.where = refusal, where

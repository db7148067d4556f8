"""What can go wrong while a service works. The class of an exception says who can act; `shared.plumbing.delivery` acts on it."""


class PermanentError(Exception):
    """Retrying cannot help: park the message with the reason, then terminate it."""


class TransientError(Exception):
    """A server is away or slow: retry with back-off."""


class ConfigurationError(Exception):
    """Settings or stored data forbid starting; a person must act. The text names the setting and the value wanted."""

"""The language of a command's errors: `TONGHOP_LANG`; Vietnamese unless it is `en`."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.words.refusals import Language


class _Reader(BaseSettings):
    """Separate from the other settings, because faults in those are reported in this language."""

    model_config = SettingsConfigDict(env_prefix="TONGHOP_", env_file=".env", extra="ignore")

    lang: str = "vi"


def chosen() -> Language:
    return "en" if _Reader().lang.strip().lower() == "en" else "vi"

"""The language in which a command says what is wrong: `TONGHOP_LANG`, `vi` unless it is `en`."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.words.refusals import Language


class _Reader(BaseSettings):
    """Apart from the other settings: what is wrong with those is said in this language."""

    model_config = SettingsConfigDict(env_prefix="TONGHOP_", env_file=".env", extra="ignore")

    lang: str = "vi"


def chosen() -> Language:
    return "en" if _Reader().lang.strip().lower() == "en" else "vi"

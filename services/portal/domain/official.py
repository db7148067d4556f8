"""How pages and files name the state of a view's figures: provisional, official, adjusted, or moved since."""

from shared.wire.views import Official


def word(official: Official | None) -> str:
    """`Tạm tính`, `Chính thức`, `Chính thức, điều chỉnh lần 2`; with `, chưa chốt lại` if figures have moved since."""
    if official is None:
        return "Tạm tính"
    version = f"Chính thức, điều chỉnh lần {official.number - 1}" if official.number > 1 else "Chính thức"
    return f"{version}, chưa chốt lại" if official.moved else version

"""Sentences about regimes whose codes mean another unit after a reform, or nobody. The path names file, line and field of the regime."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "reform.regime_rebound": (
        "Mã “{code}” là {was}, nhưng là {now} từ ngày {day}; các kỳ chịu ảnh hưởng: {periods}. Nêu lại mục này trong changes (from là ngày"
        " {day} hoặc sau đó), hoặc kết thúc chế độ bằng ends.",
        "The code “{code}” means {was}, but {now} from {day} on; the periods concerned: {periods}. Say in changes (from this day or a"
        " later one) what the field is then, or end the regime with ends.",
    ),
    "reform.regime_lost": (
        "Mã “{code}” là {was}, nhưng không thuộc đơn vị nào từ ngày {day}; các kỳ chịu ảnh hưởng: {periods}. Nêu lại mục này trong changes"
        " (from là ngày {day} hoặc sau đó), hoặc kết thúc chế độ bằng ends.",
        "The code “{code}” means {was}, but nobody from {day} on; the periods concerned: {periods}. Say in changes (from this day or a"
        " later one) what the field is then, or end the regime with ends.",
    ),
    "reform.keep_unknown": (
        "Chế độ “{regime}” không có kỳ “{period}”, hoặc là chế độ dẫn xuất. Sửa keep.",
        "The regime “{regime}” has no period “{period}”, or it is a derived regime. Correct keep.",
    ),
}

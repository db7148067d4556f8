"""The buttons of a form: what is sent as `viec`."""

from typing import Final

SEND: Final = "gui"
SAVE: Final = "luu"
ATTACH: Final = "dinh-kem"
ZERO, ZERO_DONE, ZERO_UNDONE = "dien-0", "dien-0-dong-y", "bo-0"
HAND_IN, TAKE_BACK = "trinh-duyet", "rut-lai"
GIVE_BACK, GIVE_BACK_DONE = "tra-lai-nhap", "tra-lai-nhap-dong-y"
DISCARD, DISCARD_DONE = "bo", "bo-dong-y"

"""People and their roles as MongoDB documents, and back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypedDict

from shared.wire.documents.identity import GrantDocument, PersonDocument
from shared.words.granting import NewGrant
from shared.words.people import Person
from shared.words.principals import Grant


class PasswordFields(TypedDict):
    """The fields of a person's document that are about the password."""

    password: str | None
    password_set_at: datetime | None
    must_change: bool


def person(document: PersonDocument) -> Person:
    """The person in a document."""
    return Person(
        id=document["_id"],
        login=document["login"],
        name=document["name"],
        email=document["email"],
        grants=grants(document["grants"]),
        version=document["version"],
        created_at=document["created_at"],
        password=document["password"],
        must_change=document["must_change"],
        has_totp=document["totp"] is not None,
        is_bound=document["subject"] is not None,
        revoked_at=document["revoked_at"],
    )


def grants(documents: Sequence[GrantDocument]) -> tuple[Grant, ...]:
    """All roles in a person's document, past and revoked ones included."""
    return tuple(
        Grant(
            document["id"],
            document["role"],
            document["unit"],
            date.fromisoformat(document["begins"]),
            None if document["ends"] is None else date.fromisoformat(document["ends"]),
            document["revoked_at"] is not None,
            document.get("approver", False),
        )
        for document in documents
    )


def new_person(person_id: str, login: str, name: str, email: str, now: datetime) -> PersonDocument:
    """The document of a new person, without password and roles."""
    return {
        "_id": person_id,
        "login": login,
        "name": name,
        "email": email,
        "grants": [],
        "password": None,
        "password_set_at": None,
        "must_change": False,
        "totp": None,
        "totp_step": 0,
        "subject": None,
        "calendar": 0,
        "calendar_hash": None,
        "version": 1,
        "created_at": now,
        "revoked_at": None,
    }


def password(hashed: str, now: datetime, *, must_change: bool) -> PasswordFields:
    """The fields of a new password."""
    return {"password": hashed, "password_set_at": now, "must_change": must_change}


def new_grant(grant_id: str, asked: NewGrant, actor: str, now: datetime) -> GrantDocument:
    """The document of a new role."""
    document: GrantDocument = {
        "id": grant_id,
        "role": asked.role,
        "unit": asked.unit,
        "begins": asked.begins.isoformat(),
        "ends": None if asked.ends is None else asked.ends.isoformat(),
        "granted_by": actor,
        "granted_at": now,
        "revoked_at": None,
    }
    return {**document, "approver": True} if asked.is_approver else document


VARIANTS: Final[Mapping[str, str]] = {
    "a": "aàáảãạăằắẳẵặâầấẩẫậ",
    "d": "dđ",
    "e": "eèéẻẽẹêềếểễệ",
    "i": "iìíỉĩị",
    "o": "oòóỏõọôồốổỗộơờớởỡợ",
    "u": "uùúủũụưừứửữự",
    "y": "yỳýỷỹỵ",
}
"""Letters that a letter without accents finds in a search."""


def search(text: str) -> dict[str, Any]:
    """The filter for people whose login or name has a text in it; letters without accents find those with accents too."""
    if not text:
        return {}
    pattern = "".join(f"[{VARIANTS[letter]}]" if letter in VARIANTS else _escaped(letter) for letter in text.lower())
    return {"$or": [{field: {"$regex": pattern, "$options": "i"}} for field in ("login", "name")]}


def _escaped(letter: str) -> str:
    return letter if letter.isalnum() or letter == " " else f"\\x{{{ord(letter):x}}}"

"""Drafts as MongoDB has them: a list of fields, because the names of fields have points in them."""

from services.portal.domain.drafts import KEPT, UNSENT_KEPT, Draft, DraftKey, Earlier, Handed, SentBack, Typed, Writer
from shared.wire.documents.attachments import ListedDocument
from shared.wire.documents.drafts import DraftDocument, DraftFieldDocument, DraftSentBackDocument, DraftWriterDocument, EarlierTextDocument
from shared.words.attachments import Listed


def document(key: DraftKey, draft: Draft) -> DraftDocument:
    """A draft as it is stored."""
    whole: DraftDocument = {
        "_id": key.text,
        "regime": key.regime,
        "period": key.period,
        "unit": key.unit,
        "entered_by": key.entered_by,
        "version": draft.version,
        "revision": draft.revision,
        "fields": [_field(name, typed) for name, typed in draft.fields.items()],
        "earlier": [_earlier(one) for one in draft.earlier],
        "by": _writer(draft.by),
        "at": draft.at,
        "began_at": draft.began_at,
        "ended": draft.ended,
        "event": draft.event,
        "expires_at": draft.at + (KEPT if draft.ended else UNSENT_KEPT),
        "handed": None if draft.handed is None else {"by": _writer(draft.handed.by), "at": draft.handed.at},
        "sent_back": _sent_back(draft.sent_back),
    }
    return whole if draft.attachments is None else {**whole, "attachments": [_attached(one) for one in draft.attachments]}


def draft(stored: DraftDocument) -> Draft:
    """A stored draft."""
    return Draft(
        stored["version"],
        stored["revision"],
        {one["name"]: Typed(one["text"], _by(one["by"]), one["at"], one["version"]) for one in stored["fields"]},
        _by(stored["by"]),
        stored["at"],
        stored["began_at"],
        [Earlier(one["name"], one["text"], _by(one["by"]), one["at"], one["replaced_at"]) for one in stored["earlier"]],
        stored["ended"],
        stored["event"],
        None if (handed := stored.get("handed")) is None else Handed(_by(handed["by"]), handed["at"]),
        None if (back := stored.get("sent_back")) is None else SentBack(_by(back["by"]), back["at"], back["note"]),
        None if (attached := stored.get("attachments")) is None else [Listed(**one) for one in attached],
    )


def _sent_back(back: SentBack | None) -> DraftSentBackDocument | None:
    return None if back is None else {"by": _writer(back.by), "at": back.at, "note": back.note}


def _attached(one: Listed) -> ListedDocument:
    return {"name": one.name, "media_type": one.media_type, "size": one.size, "sha256": one.sha256, "ref": one.ref}


def _field(name: str, typed: Typed) -> DraftFieldDocument:
    return {"name": name, "text": typed.text, "by": _writer(typed.by), "at": typed.at, "version": typed.version}


def _earlier(one: Earlier) -> EarlierTextDocument:
    return {"name": one.name, "text": one.text, "by": _writer(one.by), "at": one.at, "replaced_at": one.replaced_at}


def _writer(by: Writer) -> DraftWriterDocument:
    return {"person": by.person, "name": by.name, "form": by.form}


def _by(stored: DraftWriterDocument) -> Writer:
    return Writer(stored["person"], stored["name"], stored["form"])

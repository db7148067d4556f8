"""What becomes of a draft when it is saved: pure."""

from datetime import UTC, datetime, timedelta

from services.portal.domain import drafts, earlier_texts
from services.portal.domain.drafts import Conflict, Draft, Saving, TooLarge, Writer

AT = datetime(2024, 12, 10, 2, 30, tzinfo=UTC)
LAN, BINH = Writer("p1", "Lan", "window-lan"), Writer("p2", "Bình", "window-binh")
FILLED = {"v.a": "1", "v.b": "2"}


def save(stored: Draft | None, version: int, by: Writer = LAN, minutes: int = 0, **texts: str) -> Draft | Conflict | TooLarge:
    named = {name.replace("__", "."): text for name, text in texts.items()}
    return drafts.saved(stored, Saving(version, named, by, AT + timedelta(minutes=minutes)), FILLED, 3)


def stored(before: Draft | None, version: int, by: Writer = LAN, minutes: int = 0, **texts: str) -> Draft:
    found = save(before, version, by, minutes, **texts)
    assert isinstance(found, Draft), found
    return found


def refused(before: Draft | None, version: int, by: Writer = LAN, **texts: str) -> Conflict:
    found = save(before, version, by, 0, **texts)
    assert isinstance(found, Conflict), found
    return found


def test_a_draft_begins_with_what_the_form_was_filled_with() -> None:
    draft = stored(None, 0, v__b="12a")
    assert (draft.version, draft.revision, draft.texts) == (1, 3, {"v.a": "1", "v.b": "12a"})
    assert (draft.fields["v.a"].by, draft.fields["v.b"].by) == (drafts.NOBODY, LAN)


def test_a_second_writer_is_shown_both_texts_and_nothing_is_stored() -> None:
    first = stored(stored(None, 0, v__a="10"), 1, v__c="9")
    found = refused(first, 1, BINH, v__a="11", v__c="8")
    assert [(one.name, one.mine, one.theirs) for one in found.clashes] == [("v.c", "8", "9")]
    assert (found.is_own, found.draft) == (False, first)  # v.a was seen by the second writer, so that it is no clash
    assert stored(first, 2, BINH, v__c="8").texts["v.c"] == "8"  # with the version that was shown


def test_texts_that_the_window_has_not_seen_come_with_the_conflict() -> None:
    found = refused(stored(None, 0, v__a="10"), 0, BINH, v__b="5")
    assert (found.clashes, found.newer) == ([], {"v.a": "10"})


def test_a_save_that_comes_twice_is_stored_once() -> None:
    draft = stored(None, 0, v__a="10")
    assert stored(draft, 0, v__a="10") is draft
    assert stored(draft, 1, v__a="10") is draft


def test_a_window_whose_answer_was_lost_is_told_that_only_it_has_saved() -> None:
    draft = stored(stored(None, 0, v__a="10"), 1, v__a="100")
    assert refused(draft, 1, v__a="1000").is_own
    other_window = refused(draft, 1, Writer(LAN.person, LAN.name, "another"), v__a="1000")
    assert not other_window.is_own


def test_a_draft_that_was_sent_or_discarded_takes_nothing_more_and_versions_go_on() -> None:
    sent = drafts.ended(stored(None, 0, v__a="10"), "sent", LAN, AT, "e" * 32)
    assert drafts.current(sent) is None
    assert refused(sent, 1, v__a="11").draft is None
    assert refused(None, 7, v__a="11").draft is None
    again = stored(sent, 0, v__a="12")
    assert (again.version, again.texts) == (3, {"v.a": "12", "v.b": "2"})


def test_texts_of_others_and_deleted_texts_are_kept_and_steps_of_typing_are_not() -> None:
    draft = stored(None, 0, t__x="Thiếu")
    draft = stored(draft, 1, t__x="Thiếu vốn")
    assert draft.earlier == []
    draft = stored(draft, 2, t__x="")
    draft = stored(draft, 3, t__x="Mưa")
    draft = stored(draft, 4, BINH, t__x="Mưa to")
    draft = stored(draft, 5, BINH, minutes=30, t__x="Mưa rất to")
    assert [(one.text, one.by) for one in draft.earlier] == [("Thiếu vốn", LAN), ("Mưa", LAN), ("Mưa to", BINH)]


def test_what_is_kept_of_earlier_texts_is_bounded() -> None:
    draft = stored(None, 0, t__x="0")
    for number in range(1, 40):
        draft = stored(draft, number, (LAN, BINH)[number % 2], t__x=str(number))
    assert [one.text for one in draft.earlier] == [str(number) for number in range(27, 39)]


def test_a_text_that_is_taken_back_keeps_the_one_that_it_replaces_even_a_step_of_typing() -> None:
    first = stored(None, 0, t__x="một hai ba")
    second = stored(first, 1, BINH, t__x="bốn")
    [one] = second.earlier
    back = earlier_texts.taken_back(second, one, Saving(2, {}, LAN, AT + timedelta(seconds=5)))
    assert isinstance(back, Draft)
    assert (back.version, back.texts["t.x"]) == (3, "một hai ba")
    assert [kept.text for kept in back.earlier] == ["một hai ba", "bốn"]
    stepped = stored(stored(first, 1, t__x=""), 2, t__x="nă")
    [deleted] = stepped.earlier
    again = earlier_texts.taken_back(stepped, deleted, Saving(3, {}, LAN, AT + timedelta(seconds=5)))
    assert isinstance(again, Draft)
    assert [kept.text for kept in again.earlier] == ["một hai ba", "nă"]
    assert earlier_texts.find(again, "t.x", earlier_texts.mark(deleted)) == deleted


def test_a_text_is_not_taken_back_over_what_nobody_has_seen_or_into_a_draft_that_has_ended() -> None:
    draft = stored(stored(None, 0, t__x="một hai ba"), 1, BINH, t__x="bốn")
    [one], seen = draft.earlier, Saving(2, {}, LAN, AT)
    assert earlier_texts.taken_back(stored(draft, 2, BINH, t__x="năm"), one, seen) == drafts.NONE
    assert isinstance(earlier_texts.taken_back(stored(draft, 2, BINH, v__a="7"), one, seen), Draft)
    assert earlier_texts.taken_back(drafts.ended(draft, "discarded", LAN, AT), one, seen) == drafts.NONE
    assert earlier_texts.taken_back(None, one, seen) == drafts.NONE


def test_a_draft_longer_than_any_report_is_not_stored() -> None:
    assert isinstance(save(None, 0, t__x="x" * (drafts.MOST_LETTERS + 1)), TooLarge)
    draft = stored(None, 0, t__x="x" * (drafts.MOST_LETTERS - 2))
    assert isinstance(save(draft, 1, t__y="y"), TooLarge)


def test_somebody_else_counts_as_writing_for_a_while() -> None:
    draft = stored(None, 0, v__a="10")
    assert draft.is_edited_by_other("p2", AT + timedelta(minutes=9))
    assert not draft.is_edited_by_other("p2", AT + timedelta(minutes=10))
    assert not draft.is_edited_by_other("p1", AT)

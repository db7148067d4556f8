"""Requests and undone confirmations on real servers: from the log to ALERTS and the mail server, over restarts and a change of format."""

from services.notify import tick
from services.notify.app import reading
from shared.wire.alerts import AlertRaised
from tests.notify.builders import REGIME, asked, confirmed, regime, submitted, undone, vn
from tests.notify.conftest import Office, working
from tests.running import with_all_settings

AT = vn("2026-11-16 09:01")
CONFIRM = f"{REGIME}/2026/11/confirm"
CONFIRMING = regime(obligation={"deadlines": {"xa": {"before": "12-20"}}, "confirm": {"level": "district", "before": "12-25"}})
FIRST = confirmed(received="2026-11-14 09:00")


async def test_requests_and_undoings_are_told_once_on_each_channel(office: Office) -> None:
    await office.import_regimes(CONFIRMING)
    request = asked("111", "112", received="2026-11-16 09:00", text="Gửi gấp")
    async with working(office) as desk:
        await office.log(submitted("112"), FIRST, undone(FIRST, by="1", received="2026-11-16 09:00"), request)
        raised = await tick.tick(desk, AT)
        assert {alert.matter.cause for alert in raised} == {"undone-1", f"asked-{request.event_id}"}
        assert await tick.tick(desk, AT) == []
        await desk.follower.wait()
    async with working(office) as restarted:
        assert await tick.tick(restarted, AT) == []
    await office.connections.database["checkpoints"].delete_one({"_id": "notify"})
    async with working(office) as anew:  # folds the whole log again
        assert await tick.tick(anew, AT) == []

    told = [AlertRaised.model_validate(event).data for event in await office.events()]
    assert sorted((one.unit, one.cause, one.text, one.deadline[:10]) for one in told) == [
        ("11", "undone-1", "Cộng sai", "2026-12-25"),
        ("111", f"asked-{request.event_id}", "Gửi gấp", "2026-12-20"),
    ]
    assert {(one.asked_by and one.asked_by.id, one.undone_by and one.undone_by.id) for one in told} == {("11", None), (None, "1")}
    assert {mail["To"]: mail["Subject"].partition("]")[0] for mail in office.mails()} == {
        "11@huyen.example": "[Hủy chốt",
        "111@xa.example": "[Đôn đốc",
    }
    stored = await office.connections.database["duties"].find_one({"_id": CONFIRM})
    assert stored is not None
    assert (stored["owed"], stored["confirmed_at"], len(stored["state"]["undoings"])) == (True, None, 1)


async def test_a_confirmation_stored_in_format_7_is_read_from_the_log_again(office: Office) -> None:
    await office.import_regimes(CONFIRMING)
    async with working(office) as desk:
        await office.log(FIRST)
        await desk.barrier.pass_folded()
        await desk.follower.wait()
        before = list(await tick.duties(desk, AT))
    database = office.connections.database
    in_format_7 = {"$set": {"state.confirmation": [1, "x", "a" * 64]}, "$unset": {"state.confirmations": 1, "state.undone": 1}}
    await database["duties"].update_many({}, in_format_7)
    await database["checkpoints"].update_one({"_id": "notify"}, {"$set": {"shape": 7}})
    async with reading(with_all_settings(office.connections)) as desk:
        assert list(await tick.duties(desk, AT)) == before
    async with working(office) as desk:
        await office.log(undone(FIRST, by="1", received="2026-11-16 09:00"))
        assert [alert.matter.cause for alert in await tick.tick(desk, AT)] == ["undone-1"]
    stored = await database["duties"].find_one({"_id": CONFIRM})
    assert stored is not None
    assert [name for name, _, _ in stored["state"]["confirmations"]] == [FIRST.id]

"""Estimates and entries on real servers: from the log to ALERTS and the mail server, over restarts."""

from services.notify import tick
from services.notify.store.alerts import AlertStore
from services.notify.tick import Desk
from shared.shell.clock import system_clock
from shared.wire.alerts import AlertRaised
from tests.notify.builders import REGIME, entered, estimated, regime, returned, submitted, vn, with_estimates
from tests.notify.conftest import NOW, Office, working

OFFICIAL = f"{REGIME}/2026/111/official"
LAST_DAY = vn("2027-01-14 08:00")
ALL_ELSE = submitted("112"), submitted("113")


async def duty(office: Office) -> dict[str, object]:
    found = await office.connections.database["duties"].find_one({"_id": OFFICIAL})
    return {} if found is None else {name: found[name] for name in ("task", "owed", "received", "cause", "revision")}


async def caught_up(desk: Desk) -> None:
    """The notifier has stored what is in the log."""
    await desk.barrier.pass_folded()
    await desk.follower.wait()


async def test_an_estimate_is_followed_by_official_figures_or_by_reminders(office: Office) -> None:
    await office.import_regimes(with_estimates())
    async with working(office) as desk:
        await office.log(*ALL_ELSE, estimated("111"))
        raised = await tick.tick(desk, LAST_DAY)
        assert [alert.matter.duty for alert in raised] == [OFFICIAL, f"digest/{REGIME}/2026"]
        assert await duty(office) == {"task": "official", "owed": True, "received": False, "cause": "official", "revision": 1}

    async with working(office) as restarted:  # continues from what is stored
        assert await tick.tick(restarted, LAST_DAY) == []
        await office.log(returned("111", received="2027-01-14 09:00", fix_by="2027-01-20"))
        raised = await tick.tick(restarted, vn("2027-01-14 14:00"))
        assert [alert.matter.cause for alert in raised if not alert.matter.is_digest] == ["returned-1"]
        await office.log(submitted("111", revision=2, received="2027-01-14 15:00"))
        assert await tick.tick(restarted, vn("2027-01-18 08:00")) == []
        assert await duty(office) == {"task": "official", "owed": False, "received": True, "cause": "official", "revision": 2}

    [told] = [event for event in await office.events() if event["data"]["cause"] == "official" and "digest" not in event["data"]]
    assert told["id"] == f"{OFFICIAL}/official/2027-01-14T17:00:00.000Z/last-day-0800/stream"
    [digest] = await office.digests()
    assert digest["data"]["digest"]["estimated"] == ["111"]
    subjects = [mail["Subject"] for mail in office.mails()]
    assert subjects[0] == "[Nhắc lần 1] Đề nghị gửi số liệu chính thức thay số ước năm 2026 trước ngày 15/01/2027 – Xã 111"


async def test_a_regime_that_takes_no_estimates_any_more_asks_for_no_official_figures(office: Office) -> None:
    await office.import_regimes(with_estimates())
    async with working(office) as desk:
        await office.log(*ALL_ELSE, estimated("111"))
        await caught_up(desk)
        assert (await duty(office))["owed"] is True
    await office.import_regimes(regime())
    async with working(office) as desk:
        assert await tick.tick(desk, LAST_DAY) == []
        assert await duty(office) == {}


async def test_a_unit_is_told_once_what_others_entered_on_each_channel(office: Office) -> None:
    async with working(office) as desk:
        await office.log(entered("11", "111", received="2026-11-16 08:59"), entered("11", "111", 2, received="2026-11-16 08:59:30"))
        assert [alert.matter.cause for alert in await tick.tick(desk, NOW)] == ["entered-for-1", "entered-for-2"]
        assert await tick.tick(desk, NOW) == []
    async with working(office) as restarted:
        assert await tick.tick(restarted, NOW) == []
    await office.connections.database["checkpoints"].delete_one({"_id": "notify"})
    async with working(office) as anew:  # folds the whole log again
        assert await tick.tick(anew, NOW) == []

    told = [AlertRaised.model_validate(event) for event in await office.events()]
    assert [(one.data.unit, one.data.cause, one.data.entered_by and one.data.entered_by.id) for one in told] == [
        ("111", "entered-for-1", "11"),
        ("111", "entered-for-2", "11"),
    ]
    [mail] = office.mails()
    assert mail["Subject"] == "[Nhập thay] 2 báo cáo đã được nhập thay đơn vị – Xã 111"
    assert mail["To"] == "111@xa.example"


async def test_what_was_entered_and_not_told_yet_survives_a_restart(office: Office) -> None:
    evening, morning = vn("2026-11-16 19:05"), vn("2026-11-17 08:00")
    async with working(office) as desk:
        await office.log(entered("11", "111", received="2026-11-16 19:00"))
        assert await tick.tick(desk, evening) == []
        await caught_up(desk)
    async with working(office) as restarted:
        assert [alert.matter.cause for alert in await tick.tick(restarted, morning)] == ["entered-for-1"]
    store = AlertStore(office.connections.database, system_clock, "another")
    assert await store.unsent("stream") == []
    assert [event["data"]["entered_by"]["name"] for event in await office.events()] == ["Xã 11"]

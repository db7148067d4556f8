"""The metrics of each service on real servers are those listed in docs/operations.md, and no label names a unit, a regime or a subject."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import orjson
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from services.devstack import mailcatcher, probe
from shared.shell.service import Connections
from shared.wire import subjects
from tests.builders import COMMUNE, submitted
from tests.running import running, with_all_settings
from tests.waiting import until

SERVICES = ("ingest", "aggregate", "notify", "portal")
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| `(tonghop_\w+)` \| (\w+) \| (counter|gauge|histogram)[^|]* \| ([^|]*)\|", re.MULTILINE)
Description = tuple[str, frozenset[str]]
"""Kind and labels of a metric."""


def described(service: str) -> dict[str, Description]:
    """What the page says of a service."""
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, of, kind, labels in rows if of in ("all", service)}


def shown(families: Iterable[Metric]) -> dict[str, str]:
    """The kinds of the product's own metrics, by name as Prometheus has it."""
    own = [family for family in families if family.name.startswith("tonghop_")]
    return {f"{family.name}_total" if family.type == "counter" else family.name: family.type for family in own}


def families(port: int) -> list[Metric]:
    status, text = probe.get(port, "/metrics")
    assert status == 200
    return list(text_string_to_metric_families(text))


async def test_each_service_shows_the_metrics_of_the_page_and_measures_what_it_does(loaded: Connections, tmp_path: Path) -> None:
    settings = with_all_settings(loaded).settings
    ports = {name: getattr(settings, f"{name}_monitor_port") for name in SERVICES}

    def value(service: str, sample: str, **labels: str) -> float:
        found = [one.value for family in families(ports[service]) for one in family.samples if (one.name, one.labels) == (sample, labels)]
        return found[0] if found else 0.0

    async with mailcatcher.catching(tmp_path / "mail", settings.smtp_port), running(settings, tmp_path, *SERVICES):
        await loaded.streams.jetstream.publish(subjects.inbox(COMMUNE), orjson.dumps(submitted()))
        await loaded.streams.jetstream.publish(subjects.inbox(COMMUNE), b"not an event")

        async def is_measured() -> bool:
            folded = await asyncio.to_thread(value, "aggregate", "tonghop_view_age_seconds_count")
            rejected = await asyncio.to_thread(value, "ingest", "tonghop_ingest_messages_total", verdict="rejected")
            return folded >= 1 and rejected >= 1

        await until(is_measured)
        for name in SERVICES:
            read = await asyncio.to_thread(families, ports[name])
            assert shown(read) == {metric: kind for metric, (kind, _) in described(name).items()}, name
            for family in read:
                labels = described(name).get(family.name, described(name).get(f"{family.name}_total", ("", frozenset())))[1]
                if family.name.startswith("tonghop_"):
                    assert {label for one in family.samples for label in one.labels} <= labels | {"le"}, family.name
                    values = {text for one in family.samples for text in one.labels.values()}
                    assert all(re.fullmatch(r"[A-Za-z_]+|[0-9.e+]+|\+Inf", text) for text in values)
                    assert COMMUNE not in values

        assert value("ingest", "tonghop_ingest_messages_total", verdict="accepted") == 1
        assert value("ingest", "tonghop_ingest_messages_total", verdict="rejected") == 1
        assert value("ingest", "tonghop_batch_messages_sum", stream="INBOX") == 2
        assert value("ingest", "tonghop_write_seconds_count", collection="receipts") >= 1
        assert value("ingest", "tonghop_publish_seconds_count", stream="REPORTS") == 1
        assert value("aggregate", "tonghop_write_seconds_count", collection="views") >= 1
        assert 0 < value("aggregate", "tonghop_view_age_seconds_sum") < 30
        assert value("notify", "tonghop_write_seconds_count", collection="duties") >= 1
        assert value("notify", "tonghop_alerts_waiting", channel="email") == 0
        assert value("notify", "tonghop_alerts_total", channel="stream", state="raised") == value(
            "notify", "tonghop_alerts_total", channel="stream", state="published"
        )

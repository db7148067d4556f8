"""The Prometheus metrics of all services. Every metric is defined here, and described in docs/operations.md.

Label values are few and known in advance: streams, collections, verdicts, states. A unit, a regime or a subject is never a label value.
Each service exposes the metrics of its own registry and those that all services share.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from shared.wire import collection_names

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
AGE_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 10800)
MESSAGES: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
OTHER: Final = "other"
COLLECTIONS: Final = frozenset(value for name, value in vars(collection_names).items() if name.isupper())

disable_created_metrics()  # type: ignore[no-untyped-call]  # each would have a second series, with the time at which it was made

ALL, INGEST, AGGREGATE, NOTIFY, PORTAL = (CollectorRegistry() for _ in range(5))
OF_SERVICE: Final[Mapping[str, CollectorRegistry]] = {"ingest": INGEST, "aggregate": AGGREGATE, "notify": NOTIFY, "portal": PORTAL}

BATCH = Histogram("tonghop_batch_messages", "Messages read at once, by stream", ["stream"], buckets=MESSAGES, registry=ALL)
WRITE = Histogram("tonghop_write_seconds", "One write to MongoDB, by collection", ["collection"], buckets=SECONDS, registry=ALL)
PUBLISH = Histogram("tonghop_publish_seconds", "One publishing that was acknowledged, by stream", ["stream"], buckets=SECONDS, registry=ALL)
RETRIES = Counter("tonghop_retries_total", "Attempts that failed and are repeated", registry=ALL)

SCREENED = Counter("tonghop_ingest_messages_total", "Messages screened, by verdict", ["verdict"], registry=INGEST)
PARKED = Counter("tonghop_ingest_parked_total", "Messages parked, by who spoiled them: `spoiled`, `failed`", ["why"], registry=INGEST)
SPOILED = Counter(
    "tonghop_ingest_counted_total",
    "Spoiled messages of which nothing is kept, by their way in: `nats`, `http`",
    ["way"],
    registry=INGEST,
)
FAILED = Counter("tonghop_ingest_failed_total", "Attempts at single messages that failed for an unexpected reason", registry=INGEST)

VIEW_AGE = Histogram(
    "tonghop_view_age_seconds", "From the logging of an event until its views are stored", buckets=AGE_SECONDS, registry=AGGREGATE
)
FEED_AGE = Gauge("tonghop_feed_age_seconds", "How long the oldest changed view has waited for FEED; 0 when none waits", registry=AGGREGATE)

ALERTS = Counter("tonghop_alerts_total", "Alerts that came to a state, by channel", ["channel", "state"], registry=NOTIFY)
ALERTS_WAITING = Gauge("tonghop_alerts_waiting", "Raised alerts that are not sent yet, by channel", ["channel"], registry=NOTIFY)


def collection(name: str) -> str:
    """The label of a collection. All collections with other names (a rebuild's temporary ones) share one label."""
    return name if name in COLLECTIONS else OTHER

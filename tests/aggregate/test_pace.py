"""How often views are written while the log is behind (ADR-0010)."""

from services.aggregate.domain import pace
from services.aggregate.domain.pace import Pace

FAR = 10_000  # messages


def test_views_are_written_with_every_batch_while_the_log_is_read_to_its_end() -> None:
    kept = Pace(0.0)

    assert all(kept.is_time(pace.BEHIND - 1, now_s) for now_s in (0.0, 0.0, 0.001))


def test_the_further_behind_the_longer_views_wait() -> None:
    near, far = Pace(0.0), Pace(0.0)

    assert (near.is_time(500, 0.4), near.is_time(500, 0.5)) == (False, True)
    assert (far.is_time(2000, 1.9), far.is_time(2000, 2.0)) == (False, True)


def test_views_wait_no_longer_than_the_limit_however_far_behind_the_log_is() -> None:
    kept = Pace(0.0)

    assert (kept.is_time(FAR, pace.SHOW_S - 0.1), kept.is_time(FAR, pace.SHOW_S)) == (False, True)


def test_the_pause_counts_from_the_last_time_that_views_were_written() -> None:
    kept = Pace(0.0)

    assert kept.is_time(FAR, 3.0)
    assert not kept.is_time(FAR, 5.9)
    assert kept.is_time(FAR, 6.0)

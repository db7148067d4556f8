"""A reform that is killed while it is being applied or reverted leaves the state of before or of after.

What: the reform of 1 July 2025 on the national tree, under load, one kill of each; `make reform-kills` runs more. Again:
`pytest -s tests/faults/test_reforms.py`.
"""

from tests.faults import reforms
from tests.faults.conftest import SEED


async def test_red_team_22_and_i5_a_killed_reform_leaves_the_state_of_before_or_of_after() -> None:
    assert await reforms.kill_each(2, SEED) == []

"""What the product relies on when it talks to MongoDB, one case each. The stand-in and the real server must both pass.

A case gets an empty database.
"""

from typing import Final

from shared.plumbing.mongo import Documents
from tests.simulation.cases import mongo_finding, mongo_transactions, mongo_writing
from tests.simulation.cases.cases import Case

CASES: Final[list[Case[Documents]]] = [*mongo_writing.CASES, *mongo_finding.CASES, *mongo_transactions.CASES]

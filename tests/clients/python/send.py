"""Sends a report with the client that openapi-python-client generates from the contract, and reads its receipt.

The client exists only while the test runs, so the type checker cannot find it.
"""

import os
import sys

from tong_hop_ingest_client import AuthenticatedClient  # type: ignore[import-not-found]  # generated
from tong_hop_ingest_client.api.reports import get_receipt, send_report  # type: ignore[import-not-found]  # generated
from tong_hop_ingest_client.models import Problem, Receipt, RejectedProblem, ReportSubmittedEvent  # type: ignore[import-not-found]  # generated

EVENT = {
    "specversion": "1.0",
    "id": "python-0001",
    "source": "/units/06253-2025",
    "type": "vn.tonghop.report.submitted.v1",
    "data": {
        "regime": "ct27-van-quan",
        "period": "2026",
        "unit": "06253",
        "revision": 2,
        "values": {"gd_ngay_cong": 340, "gd_tien_tai_tro": "125.5", "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}},
        "narratives": {"kho_khan": "Thiếu kinh phí."},
    },
}

client = AuthenticatedClient(base_url=sys.argv[1], token=os.environ["TONGHOP_KEY"])
for change in ({}, {}, {"id": "python-0002", "source": "/units/06280-2025"}):
    answer = send_report.sync_detailed(client=client, body=ReportSubmittedEvent.from_dict({**EVENT, **change}))
    assert isinstance(answer.parsed, Receipt | Problem | RejectedProblem)
    print(answer.status_code.value, answer.parsed.verdict if isinstance(answer.parsed, Receipt) else answer.parsed.code)
receipt = get_receipt.sync("06253-2025", "python-0001", client=client)
assert isinstance(receipt, Receipt)
print("receipt", receipt.verdict, receipt.event_id)

"""How a unit or a receiver uses what it got: the texts in the files that are handed over."""

from collections.abc import Sequence
from datetime import date

from shared.words.principals import FeedScope


def of_unit(unit_id: str, key: str, creds: str | None, door: str, broker: str, expires: date) -> str:
    """For a unit that sends reports."""
    http = f"""KHÓA TRUY CẬP HTTP, có hiệu lực đến hết ngày {expires:%d/%m/%Y}.
Ai có khóa này gửi được báo cáo dưới tên đơn vị: giữ kín, không gửi qua thư.

  {key}

Biểu mẫu của kỳ:    GET {door}/v1/forms/<chế độ>/<kỳ>/{unit_id}   (các chế độ: GET {door}/v1/regimes)
Thử, không lưu:     POST {door}/v1/reports?dry_run=true
Gửi báo cáo:        POST {door}/v1/reports
Xem biên nhận:      GET {door}/v1/receipts/{unit_id}/<mã sự kiện>
Trong mỗi yêu cầu:  Authorization: Bearer <khóa>
Trong sự kiện:      "source": "/units/{unit_id}"
Hướng dẫn: docs/integrate.md của phần mềm Tổng Hợp
"""
    return http if creds is None else http + _unit_over_nats(unit_id, broker)


def of_receiver(name: str, key: str, creds: str | None, feeds: Sequence[FeedScope], portal: str, broker: str, expires: date) -> str:
    """For a receiver of feeds."""
    addresses = "\n".join(f"  GET {portal}/api/v1/feeds/{feed.top}/{feed.regime or '<chế độ>'}" for feed in feeds)
    http = f"""KHÓA TRUY CẬP HTTP, có hiệu lực đến hết ngày {expires:%d/%m/%Y}. Ai có khóa này đọc được số liệu: giữ kín, không gửi qua thư.

  {key}

Đọc số liệu:
{addresses}
Trong mỗi yêu cầu:  Authorization: Bearer <khóa>
Lần sau chỉ đọc phần đã thay đổi: thêm ?after=<cursor của lần trước>
"""
    return http if creds is None else http + _receiver_over_nats(name, broker)


def _unit_over_nats(unit_id: str, broker: str) -> str:
    prefix, file = f"_INBOX_{unit_id}", f"{unit_id}.creds"
    return f"""
CHỨNG THƯ NATS: tệp {file}. Gửi vào inbox.{unit_id}, nhận biên nhận ở receipts.{unit_id}, thông báo nhắc ở alerts.{unit_id}.
Phải đặt tiền tố hộp thư trả lời {prefix}; thiếu nó, tin vẫn được lưu nhưng phần mềm không thấy câu trả lời.

nats-py:
  client = await nats.connect("{broker}", user_credentials="{file}", inbox_prefix=b"{prefix}")
  receipts = await client.subscribe("receipts.{unit_id}")
  await client.jetstream().publish("inbox.{unit_id}", event)

nats.js (creds là nội dung tệp, kiểu Uint8Array):
  const client = await connect({{ servers: "{broker}", authenticator: credsAuthenticator(creds), inboxPrefix: "{prefix}" }});
  const receipts = client.subscribe("receipts.{unit_id}");
  await jetstream(client).publish("inbox.{unit_id}", event);
"""


def _receiver_over_nats(name: str, broker: str) -> str:
    prefix, file = f"_INBOX_{name}", f"{name}.creds"
    return f"""
CHỨNG THƯ NATS: tệp {file}. Đọc luồng FEED bằng consumer {name}; phải đặt tiền tố hộp thư trả lời {prefix}.

nats-py:
  client = await nats.connect("{broker}", user_credentials="{file}", inbox_prefix=b"{prefix}")
  feed = await client.jetstream().pull_subscribe_bind("{name}", stream="FEED")
  for message in await feed.fetch(100, timeout=30): await message.ack()
"""

"""The process that judges a template: an order as JSON on its input, faults and remarks as JSON on its output."""

import base64
import json
import sys

from services.portal.office import template_check


def main() -> None:
    """Judges the template of the order."""
    order = json.load(sys.stdin)
    judged = template_check.judge(base64.b64decode(order["template"]), order["kind"])
    parts = {"faults": judged.faults, "remarks": judged.remarks}
    answer = {
        name: [{"code": one.code, "path": one.path, "message_vi": one.message_vi, "message_en": one.message_en} for one in said]
        for name, said in parts.items()
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()

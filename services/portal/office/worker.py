"""The process that fills one template: reads an order as JSON from its input, writes the document to its output.

    python -m services.portal.office.worker < order.json > document.docx

Exit codes: 0 done, 3 the template cannot be filled. No setting is read.
"""

import base64
import json
import sys
from typing import Any

from jinja2 import TemplateError

from services.portal.office import filling
from services.portal.office.processes import CANNOT_BE_FILLED


def main() -> int:
    """Fills the template of the order. What is wrong with it goes to the errors, as one line."""
    order: dict[str, Any] = json.load(sys.stdin)
    try:
        document = filling.filled(base64.b64decode(order["template"]), order["fields"], order["first_page"])
    except (TemplateError, ValueError, TypeError, ArithmeticError, KeyError, SyntaxError) as error:  # SyntaxError: lxml's, of broken XML
        sys.stderr.write(f"{type(error).__name__}: {error}".splitlines()[0][:500])
        return CANNOT_BE_FILLED
    sys.stdout.buffer.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tonghop_send`."""

import sys

from .command import main

sys.exit(main())

"""A portal whose clock is ahead of the machine's by the seconds that stand in a file: `python -m tests.browser.portal_with_clock FILE`."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from services.portal.app import create_app
from shared.shell import listeners, service
from shared.shell.clock import system_clock
from shared.shell.settings import PortalSettings

if __name__ == "__main__":
    settings, file = service.settings_of("portal", PortalSettings), Path(sys.argv[1])

    def clock() -> datetime:
        return system_clock() + timedelta(seconds=float(file.read_text()))

    app = create_app(settings)
    app.state.clock = clock
    listeners.serve(app, settings, settings.portal_port, settings.portal_monitor_port)

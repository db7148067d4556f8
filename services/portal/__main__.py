"""`python -m services.portal`: runs the service."""

from services.portal.app import create_app
from shared.shell import listeners, service
from shared.shell.settings import PortalSettings

if __name__ == "__main__":
    settings = service.settings_of("portal", PortalSettings)
    listeners.serve(create_app(settings), settings, settings.portal_port, settings.portal_monitor_port)

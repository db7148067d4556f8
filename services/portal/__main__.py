"""`python -m services.portal`: runs the service."""

from services.portal.app import create_app
from services.portal.sessions import seals
from shared.shell import listeners, service
from shared.shell.settings import PortalSettings

if __name__ == "__main__":
    settings = service.settings_of("portal", PortalSettings)
    seals.require(settings.secret_key)
    listeners.serve(create_app(settings), settings, settings.portal_port, settings.portal_monitor_port)

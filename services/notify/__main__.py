"""`python -m services.notify`: runs the service."""

from services.notify.app import create_app
from shared.shell import listeners, service
from shared.shell.settings import NotifySettings

settings = service.settings_of("notify", NotifySettings)
listeners.serve(create_app(settings), settings, settings.notify_port, settings.notify_monitor_port)

"""`python -m services.notify`: runs the service."""

from services.notify.app import create_app
from shared.shell import service
from shared.shell.settings import NotifySettings

settings = service.settings_of("notify", NotifySettings)
service.serve(create_app(settings), settings, settings.notify_port)

"""`python -m services.notify`: runs the service."""

from services.notify.app import create_app
from shared.shell import service

settings = service.settings_of("notify")
service.serve(create_app(settings), settings, settings.notify_port)

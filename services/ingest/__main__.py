"""`python -m services.ingest`: runs the service."""

from services.ingest.app import create_app
from shared.shell import listeners, service
from shared.shell.settings import IngestSettings

settings = service.settings_of("ingest", IngestSettings)
listeners.serve(create_app(settings), settings, settings.ingest_port, settings.ingest_monitor_port)

"""`python -m services.aggregate`: runs the service."""

from services.aggregate.app import create_app
from shared.shell import listeners, service
from shared.shell.settings import AggregateSettings

settings = service.settings_of("aggregate", AggregateSettings)
listeners.serve(create_app(settings), settings, settings.aggregate_port, settings.aggregate_monitor_port)

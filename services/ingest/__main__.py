"""`python -m services.ingest`: runs the service."""

from services.ingest.app import create_app
from shared import service
from shared.settings import Settings

settings = Settings()
service.serve(create_app(settings), settings, settings.ingest_port)

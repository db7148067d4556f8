"""`python -m services.portal`"""

from services.portal.app import create_app
from shared import service
from shared.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    service.serve(create_app(settings), settings, settings.portal_port)

"""What a WSGI server loads."""

from portal.app import create_app

application = create_app()

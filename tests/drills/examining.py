"""`portal doctor` on what a drill left behind."""

import os
import subprocess
import sys

from tests import databases
from tests.drills.serving import SECRET
from tests.mail.postoffice import open_office

QUIET = "[OK]"


def examined(url: str, store: str) -> list[str]:
    """What the doctor finds wrong, a line each; a mail server is there for it to find."""
    with open_office() as office:
        environment = {
            "PATH": os.environ["PATH"],
            "PORTAL_DATABASE_URL": url,
            "PORTAL_SECRET_KEY": SECRET,
            "PORTAL_STORAGE_URL": store,
            "PORTAL_MAIL_SERVER": "127.0.0.1",
            "PORTAL_MAIL_PORT": str(office.port),
        }
        command = [sys.executable, "-m", "portal.commands", "doctor"]
        done = subprocess.run(
            command, cwd=databases.ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    if done.returncode == 0:
        return []
    said = (done.stdout + done.stderr).splitlines()
    return [line for line in said if not line.startswith(QUIET)] or ["the doctor said nothing"]

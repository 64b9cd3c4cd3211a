"""The demo in SQLite: lived once a run, by whichever worker needs it first; who changes anything takes a copy."""

import fcntl
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from portal.operation import demonstration
from portal.settings import Settings
from tests import databases

SECRET = "a secret for the demo that is long enough"
DATABASE, FILES = "portal.sqlite", "files"


@dataclass(frozen=True)
class Loaded:
    folder: Path

    @property
    def settings(self) -> Settings:
        url = f"sqlite:///{self.folder / DATABASE}"
        return Settings(database_url=url, secret_key=SECRET, storage_url=f"file://{self.folder / FILES}")

    def copy_to(self, folder: Path) -> None:
        """The database and the files, under the same names."""
        shutil.copytree(self.folder / FILES, folder / FILES)
        with (
            closing(sqlite3.connect(self.folder / DATABASE)) as source,
            closing(sqlite3.connect(folder / DATABASE)) as target,
        ):
            source.backup(target)


def load(shared: Path) -> Loaded:
    folder = shared / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        loaded, done = Loaded(folder), folder / "done"
        if not done.exists():
            databases.migrate(loaded.settings.database_url)
            assert demonstration.load_if_empty(loaded.settings)
            assert not demonstration.load_if_empty(loaded.settings), "a second start leaves the data alone"
            done.touch()
    return loaded

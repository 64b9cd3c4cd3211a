"""The corpus is walked by several tests: the child process looks at each file once a run, whoever asks first."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from portal.files import inspection


def inspect(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are kept in `folder` by the bytes they are about; of a process that was stopped there is none to keep."""
    run = inspection._run

    def look(file: BinaryIO, wish: str, answer: BinaryIO) -> None:
        file.flush()
        file.seek(0)
        kept = folder / f"inspected-{wish}-{hashlib.sha256(file.read()).hexdigest()}"
        if kept.exists():
            answer.write(kept.read_bytes())
            return
        run(file, wish, answer)
        answer.seek(0)
        begun = folder / f"{kept.name}-{os.getpid()}-{id(answer)}"
        begun.write_bytes(answer.read())
        begun.rename(kept)

    monkeypatch.setattr(inspection, "_run", look)

"""The corpus is walked by several tests: the child process looks at each file once a run, whoever asks first."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from portal.files import inspection


def inspect(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are kept in `folder` by the bytes they are about; of a process that was stopped there is none to keep."""
    answer = inspection._answer

    def look(file: BinaryIO, wish: int) -> bytes:
        file.flush()
        file.seek(0)
        kept = folder / f"inspected-{wish}-{hashlib.sha256(file.read()).hexdigest()}"
        if not kept.exists():
            begun = folder / f"{kept.name}-{os.getpid()}-{id(file)}"
            begun.write_bytes(answer(file, wish))
            begun.rename(kept)
        return kept.read_bytes()

    monkeypatch.setattr(inspection, "_answer", look)

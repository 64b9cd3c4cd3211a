"""Documents of applications as a ZIP: one folder for each person, and an index as a sheet."""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

from models.applications import Application
from models.files import StoredFile
from portal.files import names, reading
from portal.sheets import Cell, write_xlsx

INDEX = "index.xlsx"
ENOUGH = 50  # progress is told this often, in documents


def write(
    target: BinaryIO,
    applications: Iterable[Application],
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    tell: Callable[[int], bool],
) -> bool:
    """Streams the files into `target`, which need not fit into memory. `tell` gets the number of documents that are in
    and answers whether to go on; False when it was told to stop."""
    done = 0
    # Documents are compressed already; trying again costs time and saves nothing.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for application in applications:
            for path, stored in _files(application):
                with (
                    reading.open_file(stored) as source,
                    archive.open(zipfile.ZipInfo(path), "w", force_zip64=True) as place,
                ):
                    shutil.copyfileobj(source, place)
                done += 1
                if done % ENOUGH == 0 and not tell(done):
                    return False
        sheet = io.BytesIO()
        write_xlsx(sheet, "応募者", head, rows)
        archive.writestr(INDEX, sheet.getvalue())
    return tell(done)


def _files(application: Application) -> Iterable[tuple[str, StoredFile]]:
    folder, taken = folder_of(application), set[str]()
    for document in application.documents:
        if document.file is not None:
            name = names.unlike(taken, names.of_words(document.name), names.suffix_of(document.file.name))
            taken.add(name.casefold())
            yield f"{folder}/{name}", document.file


def folder_of(application: Application) -> str:
    """受付番号_氏名, as a name that every system can write."""
    return names.of_words(f"{application.number}_{application.name}")

"""WeasyPrint, kept to the page it is given."""

import base64
import binascii
import unicodedata
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from portal.press import fonts

PHOTO = "data:image/jpeg;base64,"
LARGEST_PHOTO = 4 * 1024 * 1024  # characters of the address
# A tagged file with its language and title, which screen readers can read out.
VARIANT = "pdf/ua-1"
GETA = "〓"


class NothingButPhotos(URLFetcher):
    """Opens no file and no connection: a photo stands in the page itself, and whatever else is asked for is refused."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not url.startswith(PHOTO) or len(url) > LARGEST_PHOTO:
            raise ValueError("refused")
        try:
            picture = base64.b64decode(url.removeprefix(PHOTO), validate=True)
        except binascii.Error:
            raise ValueError("refused") from None
        return URLFetcherResponse(url, picture, {"Content-Type": "image/jpeg"})


class NothingButFonts(URLFetcher):
    """For our own style sheet alone."""

    def __init__(self, *paths: Path) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self.paths = {path.as_uri(): path for path in paths}

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url not in self.paths:
            raise ValueError("refused")
        return URLFetcherResponse(url, self.paths[url].read_bytes(), {"Content-Type": "font/ttf"})


class Typesetter:
    """Fonts and our style sheet, loaded once; there the family is 'Portal', with 'Portal Rare' behind it."""

    def __init__(self, style: str) -> None:
        gothic, rare = fonts.find(fonts.GOTHIC), fonts.find(fonts.RARE)
        if gothic is None:
            raise OSError(f"{fonts.GOTHIC} is not installed")
        faces = {"Portal": gothic} | ({"Portal Rare": rare} if rare else {})
        rules = [f"@font-face{{font-family:'{name}';src:url({path.as_uri()})}}" for name, path in faces.items()]
        self.fonts = FontConfiguration()
        self.style = CSS(
            string="\n".join([*rules, style]), font_config=self.fonts, url_fetcher=NothingButFonts(*faces.values())
        )

    def typeset(self, page: str) -> bytes:
        made, missing = self._lay_out(page)
        if missing:
            # Codes without glyphs make the whole text unreadable to some programs.
            made, _ = self._lay_out(page.translate({code: _stand_in(chr(code)) for code in missing}))
        return made

    def _lay_out(self, page: str) -> tuple[bytes, set[int]]:
        """With the characters that no font of this machine has."""
        missing: set[int] = set()

        def look(document: Document, _pdf: Any) -> None:
            missing.update(code for font in document.fonts.values() for code in font.missing)

        made = HTML(string=page, url_fetcher=NothingButPhotos()).write_pdf(
            stylesheets=[self.style], font_config=self.fonts, pdf_variant=VARIANT, finisher=look
        )
        return made or b"", missing


def _stand_in(sign: str) -> str:
    """The printers' mark for a type that is not in the case; a mark upon a letter goes with its letter."""
    return "" if unicodedata.category(sign).startswith("M") else GETA

"""WeasyPrint, kept to the page it is given."""

import base64
import binascii
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from portal.press import fonts

PHOTO = "data:image/jpeg;base64,"
LARGEST_PHOTO = 4 * 1024 * 1024  # characters of the address
# A tagged file with its language and title, which screen readers can read out.
VARIANT = "pdf/ua-1"


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

    def set(self, page: str) -> bytes:
        document = HTML(string=page, url_fetcher=NothingButPhotos())
        return document.write_pdf(stylesheets=[self.style], font_config=self.fonts, pdf_variant=VARIANT) or b""

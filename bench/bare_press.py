"""WeasyPrint as its manual shows it, with our page, our style and our fonts: the floor of a printed résumé."""

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from portal.press import fonts
from portal.press.printer import STYLE


class Bare:
    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        faces = {"Portal": fonts.find(fonts.GOTHIC), "Portal Rare": fonts.find(fonts.RARE)}
        rules = [f"@font-face{{font-family:'{name}';src:url({path.as_uri()})}}" for name, path in faces.items() if path]
        self.style = CSS(string="\n".join([*rules, STYLE.read_text(encoding="utf-8")]), font_config=self.fonts)

    def render(self, page: str) -> int:
        """Returns the number of pages."""
        document = HTML(string=page).render(stylesheets=[self.style], font_config=self.fonts)
        document.write_pdf()
        return len(document.pages)

"""What the demo's organizations put on their postings: a drawn picture and a leaflet of one page."""

import io
from collections.abc import Sequence
from datetime import datetime

from PIL import Image, ImageDraw

from models.entries import Version, VersionFile
from models.states import Kind
from portal.actors import Actor
from portal.demo import papers
from portal.files import intake
from portal.files.kinds import JPEG, PDF
from portal.publishing import version_files

SIZE = (1200, 675)
SCENE = "山あいの川のほとりに立つ給水塔と、そこから村の家々へ延びる水道管の絵"
CAPTION = "活動地のようす（イメージ）"
LEAFLETS = {Kind.job: "募集要項", Kind.event: "開催案内", Kind.notice: "くわしいご案内"}


def put_on(version: Version, *, actor: Actor, now: datetime) -> None:
    """Both, on a draft."""
    name = LEAFLETS[version.kind]
    picture, leaflet = io.BytesIO(scene()), io.BytesIO(papers.pdf([name, "", *_folded(version.title)]))
    for field, made, called, kind, row in (
        ("images", picture, "活動地.jpg", JPEG, VersionFile(words=SCENE, caption=CAPTION)),
        ("attachments", leaflet, f"{name}.pdf", PDF, VersionFile(words=name)),
    ):
        stored = intake.keep_made(made, called, kind.media_type, owner_id=actor.account_id, now=now)
        row.field, row.file_id, row.media_type, row.size = field, stored.id, stored.media_type, stored.size
        row.width, row.height = SIZE if field == "images" else (None, None)
        version_files.add(version, row)


def _folded(title: str) -> Sequence[str]:
    return [title[start : start + papers.WIDTH] for start in range(0, len(title), papers.WIDTH)]


def scene() -> bytes:
    """Hills, a river, a water tower, pipes to a few houses."""
    picture = Image.new("RGB", SIZE, (214, 232, 243))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((950, 60, 1070, 180), fill=(250, 226, 160))
    draw.polygon([(0, 420), (260, 170), (520, 420)], fill=(148, 182, 164))
    draw.polygon([(340, 420), (700, 120), (1060, 420)], fill=(120, 162, 142))
    draw.polygon([(800, 420), (1080, 230), (1200, 330), (1200, 420)], fill=(148, 182, 164))
    draw.rectangle((0, 410, 1200, 675), fill=(176, 200, 132))
    draw.polygon([(560, 410), (640, 410), (980, 675), (620, 675)], fill=(96, 152, 198))
    draw.line([(286, 420), (286, 560), (600, 560)], fill=(104, 112, 122), width=12)
    for left in (236, 326):
        draw.line([(left, 330), (left, 540)], fill=(92, 82, 74), width=12)
    draw.rectangle((206, 230, 366, 340), fill=(72, 112, 156))
    draw.polygon([(196, 232), (286, 176), (376, 232)], fill=(54, 84, 120))
    for left, top in ((80, 560), (420, 575), (1010, 500), (1090, 590)):
        draw.rectangle((left, top, left + 84, top + 58), fill=(246, 236, 216))
        draw.polygon([(left - 10, top), (left + 42, top - 44), (left + 94, top)], fill=(176, 92, 70))
        draw.rectangle((left + 34, top + 24, left + 54, top + 58), fill=(110, 84, 64))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=88, optimize=True)
    return made.getvalue()

"""JPEG, PNG and WebP: decoded once to the last line, within 40 million pixels."""

import io
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

from portal.files.inspector import Unfit

MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
CODES = {
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "PNG": "png",
    "WEBP": "webp",
}  # MPO: a JPEG with a second picture behind it, as cameras write
PHOTO_EDGE = 1200  # pixels; 30 × 40 mm at 600 dpi need fewer
PHOTO_QUALITY = 90

Image.MAX_IMAGE_PIXELS = None  # the limit here is our own, and comes before anything is decoded


def look(file: BinaryIO) -> str:
    with _open(file) as picture:
        code = CODES[picture.format or ""]
        picture.verify()
    with _open(file) as picture:
        picture.load()
    return code


def redraw(file: BinaryIO) -> tuple[bytes, tuple[int, int]]:
    """The picture alone, upright, as a JPEG, and its measures: no place, camera, time or preview of an uncropped
    one goes with it."""
    with _open(file) as original:
        original.draft(None, (PHOTO_EDGE, PHOTO_EDGE))  # a JPEG is decoded no finer than needed
        picture = _in_srgb(ImageOps.exif_transpose(original))
    picture.thumbnail((PHOTO_EDGE, PHOTO_EDGE), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", picture.size, "white")
    plain.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=PHOTO_QUALITY, optimize=True)
    return made.getvalue(), plain.size


def _open(file: BinaryIO) -> Image.Image:
    file.seek(0)
    picture = Image.open(file, formats=FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        raise Unfit("pixels")
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Telephones photograph in wider colours; without their profile faces would turn pale."""
    profile = picture.info.get("icc_profile")
    alpha = "A" in picture.getbands() or "transparency" in picture.info
    if not profile or picture.mode not in ("RGB", "CMYK"):
        return picture.convert("RGBA" if alpha else "RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    except ImageCms.PyCMSError:
        return picture.convert("RGB")

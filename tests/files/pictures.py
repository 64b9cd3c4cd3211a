"""Pictures of every sort."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 160), form: str = "PNG", **options: Any) -> bytes:
    """Colours run, so that a turned or recoloured picture is told from the original."""
    gradient = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180)))
    made = io.BytesIO()
    image.convert(mode).save(made, form, **options)
    return made.getvalue()


def with_place(**options: Any) -> bytes:
    """A telephone's photo: lying on its side, with the place, the owner and a thumbnail of its own."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Make] = "SECRET-CAMERA"
    exif[Base.Artist] = "SECRET-OWNER"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (35.0, 42.0, 51.0)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    return picture(form="JPEG", exif=exif, comment=b"SECRET-COMMENT", **options)


def stereo() -> bytes:
    """Two JPEGs in one file (MPO), as some telephones save a portrait."""
    made = io.BytesIO()
    images = [Image.open(io.BytesIO(picture(form="JPEG"))) for _ in range(2)]
    images[0].save(made, "MPO", save_all=True, append_images=images[1:])
    return made.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!L", len(data)) + name + data + struct.pack("!L", zlib.crc32(name + data))


def claiming(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be large."""
    head = struct.pack("!LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def blank(width: int, height: int, form: str = "PNG") -> bytes:
    """One bit or byte a pixel: many pixels in few bytes."""
    made = io.BytesIO()
    Image.new("1" if form == "PNG" else "L", (width, height)).save(made, form)
    return made.getvalue()


def with_bomb() -> bytes:
    """A text that unpacks to a hundred megabytes."""
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000, 9))
    good = picture()
    cut = good.index(b"IDAT") - 4
    return good[:cut] + text + good[cut:]


def heic() -> bytes:
    return struct.pack("!L", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\0" * 500


def swapped_profile() -> bytes:
    """sRGB with red and blue changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = int.from_bytes(profile[128:132])
    for place in range(132, 132 + 12 * tags, 12):
        name = bytes(profile[place : place + 4])
        if name in (b"rXYZ", b"bXYZ"):
            profile[place : place + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(profile)

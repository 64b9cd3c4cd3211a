"""Where the fonts are: Debian's packages bring them."""

from pathlib import Path

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
GOTHIC = "ipaexg.ttf"  # IPAexゴシック: 12,000 characters in one weight, small when embedded
RARE = "ipamjm.ttf"  # IPAmj明朝: 60,000 kanji, for the names that the other lacks
PACKAGES = {GOTHIC: "fonts-ipaexfont-gothic", RARE: "fonts-ipamj-mincho"}


def find(name: str) -> Path | None:
    return next((path for folder in FOLDERS if folder.is_dir() for path in folder.rglob(name)), None)

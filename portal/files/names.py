"""What a file is called: data to show and to offer for saving, never a path of ours."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST = 200  # code points, with the suffix
NAMELESS = "書類"
JOINER = "\N{ZERO WIDTH JOINER}"  # holds one emoji together
PATHS = re.compile(r"[/\\]")
# What Windows cannot write, which is where most of these files end.
UNWRITABLE = re.compile(r'[<>:"|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
SUFFIX = re.compile(r"[.．]([A-Za-z][A-Za-z0-9]{0,4})$")


def clean(name: str) -> str:
    """The name in NFC without what hides, reorders or leads elsewhere. Never empty, at most LONGEST code points."""
    last = PATHS.split(unicodedata.normalize("NFC", name))[-1]
    kept = UNWRITABLE.sub("", "".join(sign for sign in last if not _is_hidden(sign)))
    # Both ends: a leading dot hides the file, a trailing one or a space is lost on Windows.
    tidy = kept.strip(". \u3000").strip()
    if DEVICES.match(tidy):
        tidy = f"_{tidy}"
    return _shorten(tidy) or NAMELESS


def _is_hidden(sign: str) -> bool:
    """Controls, lone surrogates, line separators, and formats such as those that turn the direction of writing."""
    return sign != JOINER and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _shorten(name: str) -> str:
    suffix = suffix_of(name)
    return name if len(name) <= LONGEST else name[: LONGEST - len(suffix)].rstrip() + suffix


def fit(name: str, suffixes: Sequence[str]) -> str:
    """The cleaned name with a suffix that tells the truth.

    A wrong one is corrected, not refused: telephones save PNG as .jpg and nobody can help it; the reader's program then
    opens the file for what it is.
    """
    tidy = clean(name)
    if suffix_of(tidy) in suffixes:
        return tidy
    stem = SUFFIX.sub("", _folded_suffix(tidy)).rstrip(". ") or NAMELESS
    if suffix_of(stem) in suffixes:
        return stem
    return stem[: LONGEST - len(suffixes[0])] + suffixes[0]


def suffix_of(name: str) -> str:
    """In small letters, with its dot; nothing when what follows the last dot looks like part of the name."""
    match = SUFFIX.search(name)
    return f".{match[1].lower()}" if match and match[0][0] == "." else ""


def _folded_suffix(name: str) -> str:
    """A suffix in full-width letters is one too."""
    stem, dot, last = name.replace("．", ".").rpartition(".")
    return f"{stem}.{unicodedata.normalize('NFKC', last)}" if dot else name

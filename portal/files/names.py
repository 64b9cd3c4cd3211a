"""What a file is called: data to show and to offer for saving, never a path of ours."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from itertools import chain, count

LONGEST = 200  # code points, with the suffix
NAMELESS = "書類"
JOINER = "\N{ZERO WIDTH JOINER}"  # holds one emoji together
PATHS = re.compile(r"[/\\]")
# What Windows cannot write, which is where most of these files end.
UNWRITABLE = re.compile(r'[<>:"|?*]')
# A dot in front hides the file, one behind and any space are lost on Windows.
ENDS = re.compile(r"^[\s.]+|[\s.]+$")
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
SUFFIX = re.compile(r"\.[a-z][a-z0-9]{0,4}$", re.IGNORECASE)
LAST = re.compile(r"[.．]([^.．]*)$")


def clean(name: str) -> str:
    """The name in NFC without what hides, reorders or leads elsewhere. Never empty, at most LONGEST code points."""
    last = PATHS.split(name)[-1]
    kept = UNWRITABLE.sub("", "".join(sign for sign in last if not _is_hidden(sign)))
    tidy = ENDS.sub("", unicodedata.normalize("NFC", kept))
    if DEVICES.match(tidy):
        tidy = f"_{tidy}"
    return _shorten(tidy) or NAMELESS


def of_words(words: str) -> str:
    """A name from words that are none yet, such as a person's or a document's: a slash in them leads nowhere."""
    return clean(PATHS.sub("_", words))


def unlike(taken: Collection[str], stem: str, suffix: str) -> str:
    """The name, numbered when a folder has it already; `taken` in the case-folded form that many systems compare."""
    numbered = (f"{stem} ({number}){suffix}" for number in count(2))
    return next(name for name in chain([stem + suffix], numbered) if name.casefold() not in taken)


def _is_hidden(sign: str) -> bool:
    """Controls, lone surrogates, line separators, and formats such as those that turn the direction of writing."""
    return sign != JOINER and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _shorten(name: str) -> str:
    suffix = suffix_of(name)
    return name if len(name) <= LONGEST else ENDS.sub("", name[: LONGEST - len(suffix)]) + suffix


def fit(name: str, suffixes: Sequence[str]) -> str:
    """The cleaned name with a suffix that tells the truth.

    A wrong one is corrected, not refused: telephones save PNG as .jpg and nobody can help it; the reader's program then
    opens the file for what it is.
    """
    tidy = clean(name)
    if suffix_of(tidy) in suffixes:
        return tidy
    stem = _stem(tidy) or NAMELESS
    return clean(stem if suffix_of(stem) in suffixes else stem + suffixes[0])


def suffix_of(name: str) -> str:
    """In small letters, with its dot; nothing when what follows the last dot looks like part of the name."""
    match = SUFFIX.search(name)
    return match[0].lower() if match else ""


def _stem(name: str) -> str:
    """Without its suffix; one in full-width letters is one too."""
    last = LAST.search(name)
    if last and SUFFIX.match("." + unicodedata.normalize("NFKC", last[1])):
        return ENDS.sub("", name[: last.start()])
    return name

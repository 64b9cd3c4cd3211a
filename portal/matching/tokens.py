"""Japanese text cut into what an index can find: one tokenizer for both databases, for profiles as for keywords.

Text is folded (NFKC, lower case) and falls into runs: ASCII words, and runs of all other letters and signs; spaces and
punctuation only part them. A keyword is found where its runs stand one behind the other: it may begin anywhere in a run
of Japanese but only at the beginning of an ASCII word, and may end anywhere. So "協力" is in "国際協力", "toeic" in
"TOEIC880" and "jica専門" in "JICA 専門家", while "oeic" is nowhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

LONGEST_WORD = 100  # of a keyword, folded
MOST_WORDS = 10
# Where the index knows neither beginnings nor places, tokens are beginnings of ASCII words, and pieces of other runs.
LONGEST_PREFIX = 8
LONGEST_PIECE = 4
LONGEST_STRETCH = 10  # of the plain text: words up to it are beginnings of stretches
BETWEEN = "\ue000"  # stands between two texts, so that nothing is found across them; no text has it once it is folded
RUN = re.compile(r"[0-9a-z]+|[^\x00-\x7f]+")
BEGINNING = re.compile(r"[^\x00-\x7f]| (?=[0-9a-z])")  # of a word, in a plain text


class _Letters(dict[int, str | int]):
    """For str.translate: what is no letter becomes a space. Grows with the characters that are met."""

    def __missing__(self, point: int) -> str | int:
        sign = chr(point)
        is_letter = sign.isalnum() if point < 128 else unicodedata.category(sign)[0] not in "CPZ"
        self[point] = kept = point if is_letter else " "
        return kept


_LETTERS = _Letters()


def fold(text: str) -> str:
    """Half and full width, upper and lower case are the same; what is no letter is a space."""
    return unicodedata.normalize("NFKC", text).lower().translate(_LETTERS)


def runs(text: str) -> list[str]:
    return RUN.findall(fold(text))


def plain(texts: Iterable[str]) -> str:
    """The text in which `Word.phrase` is found as it stands: a space before each run."""
    return f" {BETWEEN} ".join(map(_plain, texts))


def _plain(text: str) -> str:
    return "".join(f" {run}" for run in runs(text))


def in_order(texts: Iterable[str]) -> str:
    """The tokens of texts one behind the other, for an index that keeps their places."""
    return f" {BETWEEN} ".join(" ".join(token for run in runs(text) for token in _tokens(run)) for text in texts)


def unordered(texts: Iterable[str]) -> set[str]:
    """The tokens for an index that keeps neither places nor beginnings: each piece and beginning."""
    return {token for text in texts for run in runs(text) for token in _parts(run)}


def stretches(texts: Iterable[str]) -> set[str]:
    """For an index that knows beginnings but no places: from each place where a word may begin, what stands there."""
    return {stretch for text in texts for stretch in _stretches(_plain(text))}


def _stretches(plain: str) -> Iterator[str]:
    return (plain[begin.start() : begin.start() + LONGEST_STRETCH] for begin in BEGINNING.finditer(plain))


def _tokens(run: str) -> list[str]:
    """An ASCII word itself; of other runs the overlapping pairs, then the last character."""
    return [run] if run.isascii() else [*_pairs(run), run[-1]]


def _parts(run: str) -> Iterator[str]:
    if run.isascii():
        yield from (run[:length] for length in range(1, min(len(run), LONGEST_PREFIX) + 1))
    else:
        for length in range(1, LONGEST_PIECE + 1):
            yield from _pieces(run, length)


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


def _pieces(run: str, length: int) -> list[str]:
    return [run[begin : begin + length] for begin in range(len(run) - length + 1)]


def _wanted(run: str) -> list[str]:
    return [run[:LONGEST_PREFIX]] if run.isascii() else _pieces(run, min(len(run), LONGEST_PIECE))


@dataclass(frozen=True)
class Word:
    """One word of a keyword, as its runs; there is at least one."""

    runs: tuple[str, ...]

    @cached_property
    def phrase(self) -> str:
        """Is in `plain` of a text exactly when the text has the word."""
        written = " ".join(self.runs)
        return f" {written}" if self.runs[0].isascii() else written

    @cached_property
    def is_prefix(self) -> bool:
        """The last of `in_order` only begins a token: an ASCII word may go on, one character begins pairs."""
        return self.runs[-1].isascii() or len(self.runs[-1]) == 1

    @property
    def in_order(self) -> list[str]:
        last = self.runs[-1]
        return [
            *(token for run in self.runs[:-1] for token in _tokens(run)),
            *([last] if self.is_prefix else _pairs(last)),
        ]

    @property
    def unordered(self) -> list[str]:
        """Tokens that a text with the word has all of."""
        return sorted({token for run in self.runs for token in _wanted(run)})

    @property
    def is_exact(self) -> bool:
        """Whether a text with all of `unordered` has the word for sure."""
        first = self.runs[0]
        return len(self.runs) == 1 and len(first) <= (LONGEST_PREFIX if first.isascii() else LONGEST_PIECE)

    @property
    def stretches(self) -> list[str]:
        """Beginnings of stretches that a text with the word has all of: of one, if that makes sure."""
        whole = [stretch for stretch in _stretches(self.phrase) if len(stretch) == LONGEST_STRETCH]
        return [self.phrase] if len(self.phrase) <= LONGEST_STRETCH else list(dict.fromkeys(whole))


def words(keyword: str) -> list[Word]:
    """The words of a keyword, all of which must be found; what has no letter is no word."""
    parts = (tuple(RUN.findall(part[:LONGEST_WORD])) for part in _parted(keyword))
    return list(dict.fromkeys(Word(part) for part in parts if part))[:MOST_WORDS]


def _parted(keyword: str) -> list[str]:
    """Spaces part words, other signs only runs: "M&E" is one word."""
    return [fold(part) for part in unicodedata.normalize("NFKC", keyword).split()]

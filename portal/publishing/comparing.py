"""Two texts side by side: what stayed, what went, what came; in pieces that a reader of Japanese takes in as one.

Sequences that occur once in each text anchor the comparison, so that it costs little however long the texts are; what
lies between them is compared token by token. Where too much changed, a stretch counts as written anew.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import LCSseq

# Runs that are read as one: numbers, latin words, katakana words; everything else by the character.
TOKENS = re.compile(r"[0-9０-９]+(?:[.,:][0-9０-９]+)*|[A-Za-z]+|[ァ-ヺー]+|\n|.")
ANCHOR = 6  # tokens in a row; fewer occur by chance
ISLAND = 3  # signs between two changes that may be read as part of them
MOST_CONFETTI = 60_000  # half the square of the tokens that changed between two anchors, for the whole text
MOST_PAIRS = 400_000_000  # of tokens between two anchors: some 50 MB and 20 ms

Part = tuple[str, str]  # ("same" | "old" | "new", text)
Match = tuple[int, int, int]  # where in the old, where in the new, how many tokens
Edit = tuple[str, str, str]  # what stayed before, what went, what came

CLAUSE, SPACE = "。．！？\n", "、，・／ 　"


def compare(old: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both sides in runs of what stayed and what changed; joined, each side is the whole text."""
    one, other = TOKENS.findall(old), TOKENS.findall(new)
    edits, rest = _edits(one, other, _matches(one, other))
    old_parts: list[Part] = []
    new_parts: list[Part] = []
    for same, gone, come in _slid(*_readable(edits, rest)):
        old_parts += [part for part in (("same", same), ("old", gone)) if part[1]]
        new_parts += [part for part in (("same", same), ("new", come)) if part[1]]
    return old_parts, new_parts


def _matches(one: Sequence[str], other: Sequence[str]) -> list[Match]:
    """Stretches that both have, in order, those that meet joined."""
    budget = [MOST_CONFETTI]
    found: list[Match] = []
    corners = [(0, 0), *_anchors(one, other), (len(one), len(other))]
    for (a, c), (b, d) in pairwise(corners):
        for match in _between(one, other, (a, b, c, d), budget):
            i, j, count = found[-1] if found else (-1, -1, 0)
            if (i + count, j + count) == match[:2]:
                found[-1] = (i, j, count + match[2])
            else:
                found.append(match)
    return found


def _anchors(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Where a sequence begins that each text has once; the longest chain that runs forward in both."""
    there = _once(other)
    pairs = [(place, there[key]) for key, place in _once(one).items() if key in there]
    ends: list[int] = []  # for each length of a chain the lowest end
    at: list[int] = []
    before: list[int] = []
    for number, (_place, other_place) in enumerate(pairs):
        length = bisect_left(ends, other_place)
        before.append(at[length - 1] if length else -1)
        ends[length:] = [other_place, *ends[length + 1 :]] if length < len(ends) else [other_place]
        at[length:] = [number, *at[length + 1 :]] if length < len(at) else [number]
    chain = []
    number = at[-1] if at else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _once(tokens: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Sequences of ANCHOR tokens that occur a single time, with their places, in order."""
    found: dict[tuple[str, ...], int] = {}
    for place, key in enumerate(zip(*(tokens[start:] for start in range(ANCHOR)), strict=False)):
        found[key] = -1 if key in found else place
    return {key: place for key, place in found.items() if place >= 0}


def _between(
    one: Sequence[str], other: Sequence[str], corners: tuple[int, int, int, int], budget: list[int]
) -> Iterator[Match]:
    """Of one[a:b] and other[c:d]: the common beginning, what is alike in the middle, the common end."""
    a, b, c, d = corners
    start = 0
    while a + start < b and c + start < d and one[a + start] == other[c + start]:
        start += 1
    if start:
        yield a, c, start
    a, c = a + start, c + start
    end = 0
    while a < b - end and c < d - end and one[b - end - 1] == other[d - end - 1]:
        end += 1
    if a < b - end and c < d - end:
        for i, j, count in _shortest(one[a : b - end], other[c : d - end], budget):
            yield a + i, c + j, count
    if end:
        yield b - end, d - end, end


def _shortest(one: Sequence[str], other: Sequence[str], budget: list[int]) -> list[Match]:
    """The most tokens that stay, in order; nothing alike when so many go and come that it would read as confetti."""
    if len(one) * len(other) > MOST_PAIRS:
        return []
    parts = LCSseq.opcodes(one, other)
    stays = [(part.src_start, part.dest_start, part.src_end - part.src_start) for part in parts if part.tag == "equal"]
    changed = len(one) + len(other) - 2 * sum(count for _i, _j, count in stays)
    budget[0] -= changed**2 // 2
    return stays if budget[0] >= 0 else []


def _edits(one: Sequence[str], other: Sequence[str], matches: Sequence[Match]) -> tuple[list[Edit], str]:
    """Each change with what stayed before it, and what stays behind the last."""
    edits: list[Edit] = []
    same, i, j = "", 0, 0
    for a, b, count in [*matches, (len(one), len(other), 0)]:
        if a > i or b > j:
            edits.append((same, "".join(one[i:a]), "".join(other[j:b])))
            same = ""
        same += "".join(one[a : a + count])
        i, j = a + count, b + count
    return edits, same


def _readable(edits: Sequence[Edit], rest: str) -> tuple[list[Edit], str]:
    """A few signs between two changes that are no shorter are read as part of one, unless a sentence ends there."""
    found: list[Edit] = []
    for edit in edits:
        joined = edit
        while found and _is_lost(found[-1], joined):
            before, same = found.pop(), joined[0]
            joined = before[0], f"{before[1]}{same}{joined[1]}", f"{before[2]}{same}{joined[2]}"
        found.append(joined)
    return found, rest


def _is_lost(before: Edit, edit: Edit) -> bool:
    same, gone, come = edit
    shorter = min(max(len(before[1]), len(before[2])), max(len(gone), len(come)), ISLAND)
    return 0 < len(same) <= shorter and not any(sign in CLAUSE for sign in same)


def _slid(edits: Sequence[Edit], rest: str) -> list[Edit]:
    """What was only added or only taken away begins where a clause does, if it can be read so as well."""
    found = [*edits, (rest, "", "")]
    for place, (same, gone, come) in enumerate(found[:-1]):
        moved = gone or come
        if gone and come:
            continue
        behind, *further = found[place + 1]
        by = _best_shift(same, moved, behind)
        line, cut, size = same + moved + behind, len(same) + by, len(moved)
        found[place] = (line[:cut], line[cut : cut + size], "") if gone else (line[:cut], "", line[cut : cut + size])
        found[place + 1] = (line[cut + size :], further[0], further[1])
    return found


def _best_shift(same: str, moved: str, behind: str) -> int:
    """How far the change may slide without saying something else, to where it is read best."""
    back = ahead = 0
    longest = len(moved)
    while back < min(longest, len(same)) and same[-1 - back] == moved[-1 - back]:
        back += 1
    while ahead < min(longest, len(behind)) and behind[ahead] == moved[ahead]:
        ahead += 1
    line = same[len(same) - back :] + moved + behind[:ahead]
    start = same[-1 - back : len(same) - back] or "\n"
    scored = [(_break_before((start + line)[at]), -abs(at - back), at - back) for at in range(back + ahead + 1)]
    return max(scored)[2]


def _break_before(sign: str) -> int:
    return 2 if sign in CLAUSE else 1 if sign in SPACE else 0

"""Sets of talents as whole numbers: the talent with id 5 is bit 5. And, or and counting of 200,000 take microseconds.

Numbers of talents are kept as such sets, too, one for each binary place, highest first ("slices"): whom a threshold
holds for and who stands first in an order is worked out place by place, for all talents at once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

Slices = Sequence[int]


def of(ids: Collection[int]) -> int:
    """Quick for many ids: the digits of a binary number are written, then read."""
    if not ids:
        return 0
    digits = bytearray(b"0") * (max(ids) + 1)
    for number in ids:
        digits[number] = 49  # "1"
    digits.reverse()
    return int(digits, 2)


def ids(bits: int) -> Iterator[int]:
    """From the lowest; for few."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def slices(numbers: Mapping[int, int], places: int) -> list[int]:
    """Of the numbers of talents by their ids, the binary places, lowest first: all are written one behind the other,
    the highest id first, and each place is every so-many-th digit."""
    if not numbers:
        return [0] * places
    digits = "".join(format(numbers.get(number, 0), f"0{places}b") for number in range(max(numbers), -1, -1))
    return [int(digits[place::places], 2) for place in reversed(range(places))]


def at_least(within: int, slices: Slices, number: int) -> int:
    """Those whose number is so high."""
    above, same = 0, within
    for place, slice_ in zip(reversed(range(len(slices))), slices, strict=True):
        if number >> place & 1:
            same &= slice_
        else:
            above |= same & slice_
            same &= ~slice_
    return above | same


def first(within: int, slices: Slices, count: int, *, lowest: bool = False) -> int:
    """So many of them, with the highest numbers (or the lowest); of equal ones those with the highest ids."""
    if not count:
        return 0
    chosen, rest = 0, within
    for slice_ in slices:
        preferred = rest & ~slice_ if lowest else rest & slice_
        number = preferred.bit_count()
        if number > count:
            rest = preferred
        else:
            chosen |= preferred
            rest ^= preferred
            count -= number
    return chosen | _highest(rest, count)


def _highest(bits: int, count: int) -> int:
    """The `count` highest bits, by halving: how far they may be shifted out at the lower end."""
    if bits.bit_count() <= count:
        return bits
    low, high = 0, bits.bit_length()  # more than `count` are left at `low`, not more at `high`
    while high - low > 1:
        middle = (low + high) // 2
        if (bits >> middle).bit_count() > count:
            low = middle
        else:
            high = middle
    return bits >> high << high

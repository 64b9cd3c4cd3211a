"""Sets as numbers do what sets do."""

import random

from portal.matching import bitmaps

NUMBERS = {key: random.Random(key).randrange(40) for key in range(3, 900, 7)}
SLICES = [bitmaps.of([key for key, number in NUMBERS.items() if number >> place & 1]) for place in reversed(range(6))]
ALL = bitmaps.of(NUMBERS)


def test_there_and_back() -> None:
    assert list(bitmaps.ids(bitmaps.of([5, 0, 64, 5]))) == [0, 5, 64]
    assert bitmaps.of([]) == 0


def test_a_threshold() -> None:
    for number in range(64):
        expected = [key for key in NUMBERS if NUMBERS[key] >= number]
        assert list(bitmaps.ids(bitmaps.at_least(ALL, SLICES, number))) == expected


def test_the_first_ones_of_an_order() -> None:
    highest = sorted(NUMBERS, key=lambda key: (-NUMBERS[key], -key))
    lowest = sorted(NUMBERS, key=lambda key: (NUMBERS[key], -key))
    for count in (0, 1, 2, 19, 20, 21, len(NUMBERS), len(NUMBERS) + 5):
        assert set(bitmaps.ids(bitmaps.first(ALL, SLICES, count))) == set(highest[:count])
        assert set(bitmaps.ids(bitmaps.first(ALL, SLICES, count, lowest=True))) == set(lowest[:count])
        assert set(bitmaps.ids(bitmaps.first(ALL, [], count))) == set(sorted(NUMBERS)[-count:] if count else [])

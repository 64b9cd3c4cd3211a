"""Where the parts of a chart stand: numbers to coordinates. templates/secretariat/charts.html draws them.

All charts are 520 wide and 176 high, in units of their viewBox.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WIDTH, HEIGHT = 520, 176
LEFT, RIGHT = 34, 416  # of lines, which are labelled at their right end
TOP, BOTTOM = 10, 150
BAR_TOP, BAR_BOTTOM = 18, 152
NAMES, BARS = 130, 320  # of lying bars: room for their names, and the length of the longest
ROW, FILLED = 42, 26 / 42  # of a lying bar its place, and how much of that it fills
MOST_LABELS = 7
MOST_VALUES = 14  # bars that have room for their number
NEAR = 20  # labels at the right end closer than this would cover each other


@dataclass(frozen=True)
class Part:
    """One piece of a bar; `word` stands in it when there is room."""

    x: float
    y: float
    width: float
    height: float
    css: str
    word: str = ""
    href: str = ""


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    css: str = ""


@dataclass(frozen=True)
class Line:
    """A line may break where there is no value: `pieces` are the points of each part."""

    css: str
    pieces: Sequence[str]
    end: tuple[float, float] | None
    label: Label | None


@dataclass(frozen=True)
class Chart:
    about: str  # the sentence of role="img"
    parts: Sequence[Part] = ()
    lines: Sequence[Line] = ()
    grid: Sequence[tuple[float, str]] = ()  # height and number
    labels: Sequence[Label] = ()
    goal: tuple[float, str] | None = None
    right: int = WIDTH


def lying(rows: Sequence[tuple[str, Sequence[tuple[int, str, str]], str]], about: str) -> Chart:
    """Bars that lie, each of pieces (number, css, href), with its name and its total."""
    longest = max((sum(number for number, _css, _href in pieces) for _name, pieces, _total in rows), default=0)
    scale = BARS / longest if longest else 0.0
    row = min(ROW, (HEIGHT - 8) / max(1, len(rows)))
    high = row * FILLED
    parts, labels = [], []
    for place, (name, pieces, total) in enumerate(rows):
        y, x = _r(8 + row * place), float(NAMES)
        base = _r(y + high / 2 + 4.5)
        labels.append(Label(0, base, name))
        for number, css, href in pieces:
            width = number * scale
            if number:
                word = f"{number:,}" if width > 8 + 7 * len(str(number)) else ""
                parts.append(Part(_r(x), y, _r(max(width - 1.5, 1.5)), _r(high), css, word, href))
                x += width
        labels.append(Label(_r(x + 8), base, total, "tot"))
    return Chart(about, parts, labels=labels)


def standing(
    series: Sequence[tuple[str, Sequence[int]]],
    names: Sequence[str],
    about: str,
    *,
    links: Mapping[str, Sequence[str]],
) -> Chart:
    """Groups of bars, one of each series for every name; the last group is still running and is only outlined."""
    top = _ceiling(max((max(values, default=0) for _css, values in series), default=0))
    step = (WIDTH - LEFT) / max(1, len(names))
    width = step * 0.6 / len(series)
    parts, labels = [], []
    for place, name in enumerate(names):
        middle = LEFT + step * (place + 0.5)
        labels += _below(place, name, middle, len(names), y=171, most=2 * MOST_LABELS)
        for number, (css, values) in enumerate(series):
            high = (BAR_BOTTOM - BAR_TOP) * values[place] / top
            x = middle - width * len(series) / 2 + number * width
            look = f"{css} b-part" if place == len(names) - 1 else css
            parts.append(
                Part(_r(x), _r(BAR_BOTTOM - high), _r(max(width - 1, 1)), _r(high), look, "", links[css][place])
            )
            if len(names) * len(series) <= MOST_VALUES and values[place]:
                labels.append(Label(_r(x + width / 2), _r(BAR_BOTTOM - high - 5), f"{values[place]:,}", "v"))
    return Chart(about, parts, grid=_grid(top, BAR_TOP, BAR_BOTTOM), labels=labels)


def lines(
    series: Sequence[tuple[str, str, Sequence[float | None]]],
    names: Sequence[str],
    about: str,
    *,
    goal: tuple[float, str] | None = None,
    least: float = 0,
) -> Chart:
    """One line each of (css, label at its end, values)."""
    known = [value for _css, _word, values in series for value in values if value is not None]
    top = _ceiling(max([*known, goal[0] if goal else 0, least]))
    step = (RIGHT - LEFT) / max(1, len(names) - 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return _r(LEFT + step * place), _r(BOTTOM - (BOTTOM - TOP) * value / top)

    drawn = [_line(css, word, [(at(place, v) if v is not None else None) for place, v in enumerate(values)])
             for css, word, values in series]  # fmt: skip
    labels = [
        label
        for place, name in enumerate(names)
        for label in _below(place, name, LEFT + step * place, len(names), y=171)
    ]
    mark = (_r(BOTTOM - (BOTTOM - TOP) * goal[0] / top), goal[1]) if goal else None
    return Chart(about, lines=_apart(drawn, mark), grid=_grid(top, TOP, BOTTOM), labels=labels, goal=mark, right=RIGHT)


def _line(css: str, word: str, points: Sequence[tuple[float, float] | None]) -> Line:
    pieces: list[list[str]] = [[]]
    end = None
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{point[0]},{point[1]}")
            end = point
    label = Label(424, end[1] + 4, word, css) if end else None
    return Line(css, [" ".join(piece) for piece in pieces if piece], end, label)


def _apart(drawn: Sequence[Line], goal: tuple[float, str] | None) -> list[Line]:
    """Moves the labels at the right end so far apart, and off the goal's, that each can be read."""
    taken = goal[0] + 4 if goal else -HEIGHT
    last = -float(HEIGHT)
    heights: dict[str, float] = {}
    for line in sorted(drawn, key=lambda line: line.label.y if line.label else 0):
        if line.label is None:
            continue
        height = max(line.label.y, last + NEAR)
        if abs(height - taken) < NEAR:
            height = taken + NEAR if height >= taken or taken - NEAR < last + NEAR else taken - NEAR
        heights[line.css] = last = height
    return [replace(line, label=replace(line.label, y=_r(heights[line.css]))) if line.label else line for line in drawn]


def _below(place: int, name: str, x: float, count: int, *, y: float, most: int = MOST_LABELS) -> list[Label]:
    """The name of a week, or of every so many; on phones every second of those shown goes."""
    every = math.ceil(count / most)
    back = count - 1 - place  # the running week has its name in any case
    if back % every:
        return []
    return [Label(_r(x), y, name, "alt" if (back // every) % 2 else "under")]


def _ceiling(highest: float) -> float:
    """A round number at or above the highest value, whose half is round too."""
    if highest <= 0:
        return 4
    size = 10 ** math.floor(math.log10(highest))
    return next((step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= highest), 10 * size)


def _grid(top: float, high: float, low: float) -> list[tuple[float, str]]:
    return [(_r(low - (low - high) * share), f"{top * share:,.10g}") for share in (0, 0.5, 1)]


def _r(value: float) -> float:
    return round(value, 1)

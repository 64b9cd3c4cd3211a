"""What a code list is: codes in an order, whose words the desk may choose otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    value: str
    ja: str
    en: str = ""
    active: bool = True  # else it is not offered any more, and old data still reads well


class CodeList:
    """An ordered list of codes; `label` of an unknown value is the value itself, so that old data stays readable.

    `own` is the list as it is written here. The desk may word, order and retire its codes otherwise: `reword`.
    """

    rewordings = 0  # of all lists, in this process; what is made of their words is made anew when it changes

    def __init__(self, codes: tuple[Code, ...]) -> None:
        self.own = codes
        self._told = _Told(codes)

    def reword(self, codes: tuple[Code, ...]) -> None:
        """What is told from now on, in this process. One assignment, so that no thread sees half of it."""
        self._told = _Told(codes)
        CodeList.rewordings += 1

    def __iter__(self) -> Iterator[Code]:
        return iter(self._told.offered)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and value in self._told.labels

    def label(self, value: str) -> str:
        return self._told.labels.get(value, value)

    @property
    def codes(self) -> tuple[Code, ...]:
        """Those that are offered."""
        return self._told.offered

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Value and word of those that are offered."""
        return self._told.pairs

    @property
    def known(self) -> tuple[Code, ...]:
        """The retired ones, too."""
        return self._told.codes

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(code.value for code in self._told.offered)


class _Told:
    def __init__(self, codes: tuple[Code, ...]) -> None:
        self.codes = codes
        self.offered = tuple(code for code in codes if code.active)
        self.pairs = tuple((code.value, code.ja) for code in self.offered)
        self.labels = {code.value: code.ja for code in codes}


def code_list(*rows: tuple[str, ...]) -> CodeList:
    """Of rows (value, Japanese, English)."""
    return CodeList(tuple(Code(value, ja, "".join(en)) for value, ja, *en in rows))

"""Form fields that read what people type: full-width digits, times of Tokyo, rows. Shape only; rules are portal's."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from wtforms import Field
from wtforms.validators import ValidationError

from portal.clock import TOKYO, local

# Tab and line feed are text; PowerPoint's soft line break becomes one.
UNUSABLE = re.compile(r"[\x00-\x08\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MOMENT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?", re.ASCII)
DAY = re.compile(r"(\d{4})(?:[-/.]|年\s*)(\d{1,2})(?:[-/.]|月\s*)(\d{1,2})日?", re.ASCII)
MONTH = re.compile(r"(\d{4})(?:[-/.]|年\s*)(\d{1,2})月?", re.ASCII)
TIME = re.compile(r"(\d{1,2})(?::|時)(\d{2})?(?::\d{2}|分)?", re.ASCII)
YEARS = range(2000, 2101)
YEARS_OF_LIFE = range(1900, 2101)
LARGEST_NUMBER = 2**31 - 1
MOST_CHOICES = 300
MOST_ROWS = 50
FILE_ID = re.compile(r"[1-9][0-9]{0,9}")
GONE = "ほかの画面で削除されたファイルがあります。必要な場合は、もう一度追加してください。"


def read_text(raw: str, longest: int) -> str:
    if UNUSABLE.search(raw):
        raise ValueError("使えない文字（制御文字）が含まれています。入力し直してください。")
    if len(raw) > longest:
        raise ValueError(f"{longest:,}文字以内で入力してください（現在{len(raw):,}文字）。")
    return raw


def read_number(raw: str) -> int | None:
    digits = unicodedata.normalize("NFKC", raw).strip().replace(",", "")
    if not digits:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", digits) or int(digits) > LARGEST_NUMBER:
        raise ValueError("数字で入力してください。")
    return int(digits)


def read_moment(raw: str) -> datetime | None:
    """A minute of Tokyo, as the browser's own field sends it or as typed by hand."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return None
    found = MOMENT.fullmatch(text)
    if not found or int(found[1]) not in YEARS:
        raise ValueError("日時を「2026/12/01 09:00」の形で入力してください。")
    try:
        return datetime(*(int(part) for part in found.groups()), tzinfo=TOKYO).astimezone(UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        raise ValueError("実在する日時を入力してください。") from None


def written_moment(moment: datetime | None) -> str:
    return local(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def read_day(raw: str) -> date | None:
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return None
    found = DAY.fullmatch(text)
    if not found or int(found[1]) not in YEARS_OF_LIFE:
        raise ValueError("日付を「2026/12/01」の形で入力してください。")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError("実在する日付を入力してください。") from None


def written_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def read_month(raw: str) -> str:
    """As "2026-12", which sorts and compares as the months do."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return ""
    found = MONTH.fullmatch(text)
    if not found or int(found[1]) not in YEARS_OF_LIFE or int(found[2]) not in range(1, 13):
        raise ValueError("年月を「2026/12」の形で入力してください。")
    return f"{found[1]}-{int(found[2]):02}"


def read_time(raw: str) -> str:
    """As "09:00"; 24:00 is the end of the day."""
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return ""
    found = TIME.fullmatch(text)
    if not found or (int(found[1]), int(found[2] or 0)) > (24, 0) or int(found[2] or 0) > 59:
        raise ValueError("時刻を「09:00」の形で入力してください。")
    return f"{int(found[1]):02}:{int(found[2] or 0):02}"


class Input(Field):
    """Keeps what was typed in `typed`, also when it cannot be read: an error never loses input."""

    typed: Any = ""

    def read(self, raw: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        return value or ""

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = self.write(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.typed = tidy(valuelist[0]) if valuelist else ""
        self.data = None
        self.data = self.read(self.typed)


def tidy(raw: str) -> str:
    return raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").strip()


class TextInput(Input):
    def __init__(self, label: str, *, longest: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.longest = longest

    def read(self, raw: str) -> str:
        return read_text(raw, self.longest)


class NumberInput(Input):
    def read(self, raw: str) -> int | None:
        return read_number(raw)

    def write(self, value: int | None) -> str:
        return "" if value is None else str(value)


class MomentInput(Input):
    def read(self, raw: str) -> datetime | None:
        return read_moment(raw)

    def write(self, value: datetime | None) -> str:
        return written_moment(value)


class DayInput(Input):
    def read(self, raw: str) -> date | None:
        return read_day(raw)

    def write(self, value: date | None) -> str:
        return written_day(value)


class MonthInput(Input):
    def read(self, raw: str) -> str:
        return read_month(raw)


class TimeInput(Input):
    def read(self, raw: str) -> str:
        return read_time(raw)


class FlagInput(Input):
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = self.typed = bool(valuelist)


class ChoiceInput(Input):
    def __init__(self, label: str, *, choices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices

    def read(self, raw: str) -> str:
        return one_choice(raw, self.choices)


def one_choice(raw: str, choices: Mapping[str, str]) -> str:
    if raw and raw not in choices:
        raise ValueError("選択肢から選んでください。")
    return raw


class ChoicesInput(Input):
    def __init__(self, label: str, *, choices: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.choices = choices

    def write(self, value: Sequence[str] | None) -> list[str]:
        return list(value or [])

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """In the order of the list, each once, whatever order they were posted in."""
        posted = {raw for raw in valuelist[:MOST_CHOICES] if raw}
        self.data = self.typed = [code for code in self.choices if code in posted]
        if not posted <= self.choices.keys():
            raise ValueError("選択肢から選んでください。")


Cell = Callable[[str], Any]


class RowsInput(Input):
    """Rows posted as name-0-cell. The order in which they were posted is theirs; numbers may have gaps."""

    def __init__(self, label: str, *, cells: Mapping[str, tuple[Cell, Callable[[Any], str]]], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.cells = cells
        self.cell_errors: dict[tuple[int, str], str] = {}

    def write(self, value: Sequence[Mapping[str, Any]] | None) -> list[dict[str, str]]:
        return [{name: write(row.get(name)) for name, (_, write) in self.cells.items()} for row in value or []]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is None:
            return
        self.typed = self.posted(formdata)
        if len(self.typed) > MOST_ROWS:
            self.process_errors.append(f"{MOST_ROWS}件以内で入力してください（現在{len(self.typed)}件）。")
        self.data = [self.read_row(place, row) for place, row in enumerate(self.typed[:MOST_ROWS])]

    def posted(self, formdata: Any) -> list[dict[str, str]]:
        shape = re.compile(rf"{re.escape(self.name)}-([0-9]{{1,4}})-({'|'.join(self.cells)})")
        rows: dict[int, dict[str, str]] = {}
        for key in formdata:
            if found := shape.fullmatch(key):
                rows.setdefault(int(found[1]), {})[found[2]] = tidy(formdata.getlist(key)[0])
        return [{name: row.get(name, "") for name in self.cells} for row in rows.values()]

    def read_row(self, place: int, row: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, (read, _) in self.cells.items():
            try:
                values[name] = read(row[name])
            except ValueError as error:
                self.cell_errors[place, name] = str(error)
                values[name] = None
        return values

    def pre_validate(self, form: Any) -> None:
        if self.cell_errors:
            first = min(self.cell_errors)
            raise ValidationError(f"{first[0] + 1}件目：{self.cell_errors[first]}")


class FilesInput(RowsInput):
    """Rows of files that were taken in before: each names its file by id, the words about it are typed.

    What was posted is nothing until `recognize` is told which of the files are the sender's.
    """

    def __init__(
        self,
        label: str,
        *,
        cells: Mapping[str, tuple[Cell, Callable[[Any], str]]],
        accept: str,
        largest: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, cells={"file_id": (read_number, str), **cells}, **kwargs)
        self.accept, self.largest = accept, largest  # of one more file
        self.known: Mapping[str, Mapping[str, Any]] = {}  # what is on record, by the id as it is posted
        self.unknown: Sequence[dict[str, str]] = ()

    def process_data(self, value: Sequence[Mapping[str, Any]] | None) -> None:
        super().process_data(value)
        self.known = {str(row["file_id"]): row for row in value or []}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if formdata is not None:
            self.unknown, self.typed, self.data, self.cell_errors = self.typed[:MOST_ROWS], [], [], {}

    @property
    def asked(self) -> set[int]:
        return {int(row["file_id"]) for row in self.unknown if FILE_ID.fullmatch(row["file_id"])}

    def recognize(self, known: Mapping[int, Mapping[str, Any]]) -> None:
        """Takes the rows of these files, each file once; of other rows the sender is told."""
        self.known = {str(file_id): facts for file_id, facts in known.items()}
        rows = {row["file_id"]: row for row in self.unknown}
        self.typed = [row for file_id, row in rows.items() if file_id in self.known]
        self.data = [
            {**self.known[row["file_id"]], **self.read_row(place, row)} for place, row in enumerate(self.typed)
        ]
        if len(self.typed) < len(rows):
            self.process_errors.append(GONE)
        self.unknown = ()

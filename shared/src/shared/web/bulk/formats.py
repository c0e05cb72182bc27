"""Files of rows: CSV and XLSX with a header line, and NDJSON. Read row by row; a file is never whole in memory.

A row of CSV or XLSX is texts by column (``{"as": "texts", …}``), a line of NDJSON is an object (``{"as": "json", …}``).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shared.kernel.errors import Invalid
from shared.web.bulk.kinds import BulkKind
from shared.web.strict_json import BadJson, loads

CSV, NDJSON = "text/csv", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = (CSV, NDJSON, XLSX)
LONGEST_CELL = 10_000


class FileUnreadable(Invalid):
    """文件无法读取"""


class ColumnsDoNotFit(Invalid):
    """文件的列与模板不符"""


class NoRows(Invalid):
    """文件中没有数据行"""


def read_rows(file: IO[bytes], media_type: str, kind: BulkKind) -> Iterator[dict[str, Any]]:
    """The rows of a file; refuses a file that cannot be read, naming the line."""
    if media_type == NDJSON:
        return _lines(file)
    table = _workbook(file) if media_type == XLSX else _separated(file)
    return _with_header(table, kind)


def _lines(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            yield {"as": "json", "row": loads(line.rstrip(b"\r\n"))}
        except BadJson as bad:
            raise FileUnreadable(f"第 {number} 行：{bad.detail}", line=number) from None


def _separated(file: IO[bytes]) -> Iterator[Sequence[str]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(TextIOWrapper(file, encoding="utf-8-sig", newline=""), strict=True)
    try:
        yield from reader
    except UnicodeDecodeError:
        raise FileUnreadable("文件须为 UTF-8 编码的 CSV", line=reader.line_num + 1) from None
    except csv.Error:
        raise FileUnreadable(f"第 {reader.line_num} 行不是合法的 CSV", line=reader.line_num) from None


def _workbook(file: IO[bytes]) -> Iterator[Sequence[str]]:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_as_text(cell) for cell in row]
    except FileUnreadable:
        raise
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, IndexError, SyntaxError):
        raise FileUnreadable("文件不是可读取的 XLSX 工作簿") from None


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _with_header(table: Iterable[Sequence[str]], kind: BulkKind) -> Iterator[dict[str, Any]]:
    rows = iter(table)
    header = [name.strip() for name in next(rows, ())]
    unknown = sorted({name for name in header if name} - set(kind.columns))
    missing = sorted(kind.required - set(header))
    if missing or unknown or len({name for name in header if name}) != len([name for name in header if name]):
        raise ColumnsDoNotFit(
            f"缺少 {len(missing)} 列，多出或重复的列须删除", missing=missing, unknown_columns=len(unknown)
        )
    for cells in rows:
        values = {name: value for name, value in zip(header, cells, strict=False) if name and value != ""}
        if values:
            yield {"as": "texts", "row": _nest(values)}


def _nest(values: dict[str, str]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(".")
        inner = nested
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return nested


def understand(kind: BulkKind, stored: str) -> Any:
    """A stored row as the kind's model; raises pydantic's ``ValidationError``."""
    content = json.loads(stored)
    if content["as"] == "texts":
        return kind.row.model_validate_strings(content["row"])
    return kind.row.model_validate_json(json.dumps(content["row"]))

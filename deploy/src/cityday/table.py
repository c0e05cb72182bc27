"""The 16 rows of 专栏1 as a table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

SOURCES = {"COMPUTED": "计算", "HYBRID": "计算+填报", "REPORTED": "填报"}
NATURES = {"BINDING": "约束", "EXPECTED": "预期"}


def plan_table(readings: Sequence[dict[str, Any]]) -> Table:
    """One line an indicator, one target a line inside it."""
    table = Table(title="“十四五”民政规划 专栏1（虚构数据演示；第1、2行出自真实公布的保障标准）", show_lines=True)
    for heading, justify in (
        ("行", "right"), ("指标", "left"), ("属性", "left"), ("2020", "right"), ("2025目标", "right"),
        ("现值", "right"), ("分子/分母", "right"), ("来源", "left"), ("差距", "right"),
    ):  # fmt: skip
        table.add_column(heading, justify=justify, no_wrap=heading in ("2020", "现值"))  # type: ignore[arg-type]
    for reading in readings:
        table.add_row(*_cells(reading))
    return table


def _cells(reading: dict[str, Any]) -> list[str]:
    targets = reading["targets"]
    return [
        str(reading["row"]),
        f"{reading['name']}（{reading['unit']}）",
        NATURES[reading["nature"]],
        _plain(reading["baseline"]),
        "\n".join(f"{_plain(target['value'])}" for target in targets),
        _plain(reading["value"]) if reading["unit"] == "%" else _plain(reading["value"]).removesuffix(".00"),
        f"{_plain(reading['numerator'])}/{_plain(reading['denominator'])}",
        SOURCES[reading["source"]],
        "\n".join(_gap(target) for target in targets),
    ]


def _gap(target: dict[str, Any]) -> str:
    if target["gap"] is None:
        return "—"
    return f"{'[green]' if target['reached'] else '[red]'}{target['gap']}[/]"


def _plain(value: Any) -> str:
    return "—" if value is None else str(value)

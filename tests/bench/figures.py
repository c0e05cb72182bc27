"""One table of everything that was measured, each row with what it is compared to."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number; ``ratio`` compares it with ``against``, both from the same run."""

    group: str
    what: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    note: str = ""


def show(figures: list[Figure], console: Console) -> None:
    """Print the table."""
    table = Table("measured", "value", "unit", "ratio", "against", "note", title="one run, one machine, same servers")
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            table.add_section()
            table.add_row(f"[bold]{group}[/]")
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        table.add_row(f"  {figure.what}", f"{figure.value:,.1f}", figure.unit, ratio, figure.against, figure.note)
    console.print(table)


def as_rows(figures: list[Figure]) -> list[dict[str, object]]:
    """The figures for ``--json``."""
    return [asdict(figure) for figure in figures]

"""What officials do: one function a verb, each inside the transaction it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reporting.domain.closing import require_open
from reporting.domain.figure import Document, Figure, correct_figure, file_figure
from reporting.domain.form import Entry, Numbers
from reporting.domain.series import Series, open_series
from reporting.store import Known, Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id
from shared.kernel.periods import Period

MAY_CONFIRM = "figures.reviewer_may_confirm"


@dataclass(frozen=True)
class Statement:
    """What an author says: numbers, the document they are taken from, and what explains a finding."""

    numbers: Numbers
    document: Document
    explanation: str | None


@dataclass(frozen=True)
class Filing:
    """A statement in a form, for a division and a period."""

    form: str
    division: str
    period: str
    statement: Statement


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of a batch, counted from 1: a figure or a refusal."""

    row: int
    figure: Figure | None = None
    refusal: Refusal | None = None


async def file(tx: Tx, filing: Filing) -> Figure:
    """An official files one figure."""
    author = tx.caller.require_person()
    entry = admitted(tx, filing)
    await tx.closings.require_open(entry.period)
    figure = drafted(tx, entry, filing.statement, await tx.figures.known([entry]), author)
    await tx.figures.add(figure)
    return figure


async def file_batch(tx: Tx, filings: Sequence[Filing], *, dry_run: bool) -> list[RowOutcome]:
    """An official files many figures; each row is taken or refused on its own, a dry run writes nothing."""
    author = tx.caller.require_person()
    outcomes: dict[int, RowOutcome] = {}
    entries: dict[int, Entry] = {}
    for row, filing in enumerate(filings, start=1):
        try:
            entries[row] = admitted(tx, filing)
        except Refusal as refusal:
            outcomes[row] = RowOutcome(row, refusal=refusal)
    closings, known = await tx.closings.holding(), await tx.figures.known(list(entries.values()))
    for row, entry in entries.items():
        try:
            require_open(entry.period, closings)
            figure = drafted(tx, entry, filings[row - 1].statement, known, author)
        except Refusal as refusal:
            outcomes[row] = RowOutcome(row, refusal=refusal)
        else:
            known.remember(entry)
            outcomes[row] = RowOutcome(row, figure=figure)
    if not dry_run:
        await tx.figures.add_all([outcome.figure for outcome in outcomes.values() if outcome.figure])
    return [outcomes[row] for row in sorted(outcomes)]


async def review(tx: Tx, figure_id: UUID, *, expected: int | None) -> Figure:
    """A second person finds a figure right."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    entry = entry_of(tx, figure)
    known = await tx.figures.known([entry])
    figure.review(by=tx.caller, at=tx.at, entry=entry, before=known.around(entry).before)
    await tx.figures.save(figure)
    return figure


async def send_back(tx: Tx, figure_id: UUID, *, reason: str, expected: int | None) -> Figure:
    """A second person returns a figure to its author."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    figure.send_back(by=tx.caller, reason=reason)
    await tx.figures.save(figure)
    return figure


async def refile(tx: Tx, figure_id: UUID, statement: Statement, *, expected: int | None) -> Figure:
    """The author files a returned figure again; the figure itself is not another one under way."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    await tx.closings.require_open(figure.period)
    entry = entry_of(tx, figure, statement.numbers)
    known = await tx.figures.known([entry], besides=figure.id)
    figure.refile(
        entry=entry, document=statement.document, explanation=statement.explanation, by=tx.caller.require_person(),
        at=tx.at, circumstances=known.around(entry),
    )  # fmt: skip
    await tx.figures.save(figure)
    return figure


async def withdraw(tx: Tx, figure_id: UUID, *, expected: int | None) -> Figure:
    """Take back a figure that nobody confirmed."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    figure.withdraw()
    await tx.figures.save(figure)
    return figure


async def correct(tx: Tx, figure_id: UUID, statement: Statement, *, reason: str, expected: int | None) -> Figure:
    """An official files what a confirmed figure should have said; it stands until this one is confirmed."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    await tx.closings.require_open(figure.period)
    entry = entry_of(tx, figure, statement.numbers)
    known = await tx.figures.known([entry])
    correction = correct_figure(
        figure, id=new_id(tx.at), entry=entry, document=statement.document, explanation=statement.explanation,
        by=tx.caller.require_person(), at=tx.at, circumstances=known.around(entry), reason=reason,
    )  # fmt: skip
    await tx.figures.add(correction)
    return correction


async def confirm(tx: Tx, figure_id: UUID, *, expected: int | None) -> Figure:
    """Another person than the author confirms a figure, and its series says so to the world.

    Confirmations of one series wait for one another: the first takes the place of the period, and the second finds
    it taken.
    """
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    await tx.closings.require_open(figure.period)
    entry = entry_of(tx, figure)
    series = await tx.series.lock(figure.line)
    standing = await tx.figures.standing(figure.line, figure.period.last)
    figure.confirm(
        by=tx.caller, at=tx.at, entry=entry, before=series.before(figure.period.last) if series else None,
        standing=standing, reviewer_may_confirm=tx.around.parameters.switch(MAY_CONFIRM, tx.today),
    )  # fmt: skip
    if standing is not None:
        await tx.figures.save(standing)
    await tx.figures.save(figure)
    await publish(tx, series, figure, entry)
    return figure


async def propose_retraction(tx: Tx, figure_id: UUID, *, reason: str, expected: int | None) -> Figure:
    """An official says that a confirmed figure should never have been filed."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    await tx.closings.require_open(figure.period)
    figure.propose_retraction(by=tx.caller.require_person(), at=tx.at, reason=reason)
    await tx.figures.save(figure)
    return figure


async def reject_retraction(tx: Tx, figure_id: UUID, *, expected: int | None) -> Figure:
    """A second person leaves the figure standing."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    figure.reject_retraction(by=tx.caller, at=tx.at)
    await tx.figures.save(figure)
    return figure


async def retract(tx: Tx, figure_id: UUID, *, expected: int | None) -> Figure:
    """A second person agrees, and the series says so to the world: the day has no figure any more."""
    figure = await tx.figures.get(figure_id, area=tx.caller.area, expected=expected)
    await tx.closings.require_open(figure.period)
    series = await tx.series.lock(figure.line)
    figure.retract(by=tx.caller, at=tx.at)
    await tx.figures.save(figure)
    if series is not None:
        series.drop(figure.period.last)
        await tx.series.save(series)
    return figure


async def publish(tx: Tx, series: Series | None, figure: Figure, entry: Entry) -> None:
    """Put a confirmed figure into its series, which begins with its first figure."""
    if series is not None:
        series.revise(figure.point)
        await tx.series.save(series)
        return
    opened = open_series(id=new_id(tx.at), line=figure.line, kind=entry.form.kind)
    opened.revise(figure.point)
    await tx.series.add(opened)


def admitted(tx: Tx, filing: Filing) -> Entry:
    """The entry of a filing: the form asks for it, and the division exists on the last day of the period.

    A division that ended within a period does not report it: its successor does.
    """
    form = tx.forms.get(filing.form)
    period = Period.parse(filing.period)
    tx.caller.require_area(filing.division)
    division = tx.around.divisions.get(filing.division, period.last)
    return form.admit(division, period, filing.statement.numbers)


def drafted(tx: Tx, entry: Entry, statement: Statement, known: Known, author: str) -> Figure:
    """The figure of an entry, not yet stored."""
    return file_figure(
        id=new_id(tx.at), entry=entry, document=statement.document, explanation=statement.explanation,
        by=author, at=tx.at, circumstances=known.around(entry),
    )  # fmt: skip


def entry_of(tx: Tx, figure: Figure, numbers: Numbers | None = None) -> Entry:
    """A figure as an answer to its form, with its own numbers or other ones."""
    form = tx.forms.get(figure.form)
    counted = figure.numbers if numbers is None else form.counted(numbers)
    return Entry(form, figure.division, figure.period, counted)

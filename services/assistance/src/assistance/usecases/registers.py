"""Registers beside the money: rescue stays, care files, children's files, township reserves, coverage."""

from __future__ import annotations

from datetime import date, datetime

from assistance.domain.aid import Aid
from assistance.domain.care import CareFile, open_care_file
from assistance.domain.child_file import ChildFile, ChildKind, open_child_file
from assistance.domain.coverage import Coverage, begin_coverage
from assistance.domain.rescue import RescueStay, enter, rescue_clocks
from assistance.domain.reserve import Reserve, open_reserve
from assistance.store import Tx
from assistance.store.coverage import Holder
from shared.kernel.ids import new_id


async def take_in(
    tx: Tx, *, division: str, station: str, entered_at: datetime, identified: bool, minor: bool, hospital_first: bool
) -> RescueStay:
    """Somebody without livelihood is taken in at a station or township (R-01)."""
    tx.caller.require_area(division)
    rules = tx.around.parameters.reader(tx.today)
    stay = enter(
        id=new_id(tx.at), division=division, station=station, entered_at=entered_at, identified=identified, minor=minor,
        hospital_first=hospital_first, clocks=rescue_clocks(entered_at, tx.around.calendar, rules),
    )  # fmt: skip
    await tx.rescues.add(stay)
    return stay


async def open_care(tx: Tx, *, division: str, supported_from: date) -> CareFile:
    """A care file for a person whose 特困 was confirmed."""
    tx.caller.require_area(division)
    care = open_care_file(id=new_id(tx.at), division=division, supported_from=supported_from)
    await tx.cares.add(care)
    return care


async def find_child(tx: Tx, *, division: str, kind: ChildKind, found_on: date) -> ChildFile:
    """A child in need becomes known."""
    tx.caller.require_area(division)
    child = open_child_file(id=new_id(tx.at), division=division, kind=kind, found_on=found_on)
    await tx.children.add(child)
    return child


async def set_up_reserve(tx: Tx, *, division: str, amount_fen: int) -> Reserve:
    """A township gets its reserve; one at most."""
    tx.caller.require_area(division)
    alarm = tx.around.parameters.decimal("temp.reserve.alarm_percent", tx.today)
    reserve = open_reserve(
        id=new_id(tx.at), division=division, on=tx.today, amount_fen=amount_fen, alarm_percent=alarm
    )  # fmt: skip
    await tx.reserves.add(reserve)
    return reserve


async def enter_holder(tx: Tx, holder: Holder) -> None:
    """A holder of a disability certificate from the federation's list."""
    tx.caller.require_area(holder.division)
    await tx.coverages.enter_holder(holder, holder.certificate.valid_from or tx.today)
    tx.audit("certificate_holder.entered", "certificate_holder")


async def count_coverage(tx: Tx, *, aid: Aid, month: date) -> list[Coverage]:
    """Count one subsidy's coverage of a month in every district of the caller's area."""
    begin_coverage(id=new_id(tx.at), division=tx.caller.area.code, aid=aid, month=month)
    counted = []
    for district, entitled, covered, excluded in await tx.coverages.counted(aid, month, tx.caller.area.prefix):
        known = await tx.coverages.of(aid, month, district)
        coverage = known or begin_coverage(id=new_id(tx.at), division=district, aid=aid, month=month)
        coverage.count(covered=covered, entitled=entitled, excluded=excluded)
        await (tx.coverages.save(coverage) if known else tx.coverages.add(coverage))
        counted.append(coverage)
    return counted

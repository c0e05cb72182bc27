"""The published standards of Chongqing since 2020, loaded once into the register."""

from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path
from typing import Any

from assistance.domain.standard import FEN_PER_YUAN, Programme, Residence, propose_standard
from assistance.store import Tx
from assistance.usecases import ALLOWANCE
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.parameters import Confidence
from shared.kernel.principal import CITY, Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

PUBLISHED = Path(__file__).parent / "data" / "standards.toml"
TRANSCRIBER, CHECKER = "reference-data-transcriber", "reference-data-checker"

SERIES: dict[str, tuple[Programme, Residence | None]] = {
    "subsistence_allowance_urban": (Programme.SUBSISTENCE_ALLOWANCE, Residence.URBAN),
    "subsistence_allowance_rural": (Programme.SUBSISTENCE_ALLOWANCE, Residence.RURAL),
    "extreme_hardship_support": (Programme.EXTREME_HARDSHIP_SUPPORT, None),
    "orphan_in_institution": (Programme.ORPHAN_IN_INSTITUTION, None),
    "orphan_in_family": (Programme.ORPHAN_IN_FAMILY, None),
    "unattended_child": (Programme.UNATTENDED_CHILD, None),
    "rescue_station": (Programme.RESCUE_STATION, None),
}


def published_notices() -> list[dict[str, Any]]:
    """The notices of the data file, oldest first."""
    return sorted(tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))["notice"], key=lambda n: n["valid_from"])


def _checker() -> Principal:
    return Principal("urn:yumin", CHECKER, "reference-data", Area(CITY), person=CHECKER)


async def load_published_standards(running: Running) -> None:
    """Enter every published standard that the register does not hold; safe to repeat."""
    origin = Origin(_checker(), request_id="reference-data")
    for notice in published_notices():
        await running.database.run(partial(enter_notice, notice=notice), origin)


async def enter_notice(tx: Tx, *, notice: dict[str, Any]) -> None:
    """Publish the standards of one notice, in one transaction."""
    for column, (programme, residence) in SERIES.items():
        if column not in notice:
            continue
        await tx.standards.lock_series(programme, residence)
        latest = await tx.standards.latest(programme, residence)
        if latest is not None and latest.valid_from >= notice["valid_from"]:
            continue
        standard = propose_standard(
            id=new_id(tx.at),
            programme=programme,
            residence=residence,
            amount_fen=notice[column] * FEN_PER_YUAN,
            valid_from=notice["valid_from"],
            document=notice["document"],
            confidence=Confidence(notice["confidence"]),
            by=TRANSCRIBER,
        )
        standard.confirm(
            by=tx.caller,
            latest=latest,
            urban_allowance=await tx.standards.in_force(ALLOWANCE, Residence.URBAN, standard.valid_from),
            hardship_factor=tx.around.parameters.decimal("tekun.factor", standard.valid_from),
        )
        if latest is not None:
            await tx.standards.save(latest)
        await tx.standards.add(standard)

"""Close a period: a signed snapshot of every indicator; what comes later becomes a revision that is explained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitoring.catalogue import CATALOGUE
from monitoring.domain.evaluation import questions
from monitoring.store import Tx
from monitoring.store.periods import Snapshot
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.periods import Period

KIND = "period-snapshot+jws"
ENTITIES_NAMED = 50

Figures = list[dict[str, Any]]
ReadFigures = Callable[[Tx, Period], Awaitable[Figures]]
"""Reads every figure of a period as it is known now."""


class PeriodNotOver(Refusal):
    """报告期尚未结束"""


class PeriodNotClosed(NotFound):
    """该报告期没有结账"""


class NothingToRevise(Refusal):
    """与上一版相比没有变化，不必修订"""


class RevisionNeedsReason(Refusal):
    """修订须说明理由"""


async def close(tx: Tx, period: Period, reason: str, read: ReadFigures) -> Snapshot:
    """Sign the figures of a period as they are known now; a second closing is a revision with its reason."""
    if period.last >= tx.today:
        raise PeriodNotOver(field="path/period")
    before = await tx.periods.latest(str(period))
    figures = await read(tx, period)
    changes: list[dict[str, Any]] = []
    if before is not None:
        if not reason.strip():
            raise RevisionNeedsReason(field="body/reason")
        changes = await explained(tx, before.figures, figures, before.closed_at)
        if not changes:
            raise NothingToRevise()
    revision = 1 if before is None else before.revision + 1
    version = tx.around.divisions.version
    claims = {
        "period": str(period), "revision": revision, "known_on": tx.today.isoformat(), "divisions": version,
        "sha256": digest_of(figures), "iat": int(tx.at.timestamp()),
    }  # fmt: skip
    snapshot = Snapshot(
        str(period), revision, period.last, tx.at, tx.today, reason, version, figures, changes,
        tx.around.signer.sign(KIND, claims),
    )  # fmt: skip
    await tx.periods.add(snapshot)
    tx.audit("period.closed", "period", str(period))
    return snapshot


async def difference(tx: Tx, period: Period, read: ReadFigures) -> tuple[Snapshot, Figures]:
    """What moved since the last closing, and which entities moved it."""
    before = await tx.periods.latest(str(period))
    if before is None:
        raise PeriodNotClosed(field="path/period")
    return before, await explained(tx, before.figures, await read(tx, period), before.closed_at)


def digest_of(figures: Sequence[Mapping[str, Any]]) -> str:
    """The SHA-256 of the figures in canonical JSON: what the signature covers."""
    canonical = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


async def explained(
    tx: Tx, before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], since: datetime
) -> list[dict[str, Any]]:
    """Figure by figure what was, what is, and the entities that arrived in between."""
    old = {(figure["indicator"], figure["district"]): figure for figure in before}
    new = {(figure["indicator"], figure["district"]): figure for figure in now}
    causes: dict[str, list[dict[str, Any]]] = {}
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, is_now = old.get(key, {}), new.get(key, {})
        fields = ("numerator", "denominator", "value")
        if all(was.get(field) == is_now.get(field) for field in fields):
            continue
        if key[0] not in causes:
            causes[key[0]] = await _causes(tx, key[0], since)
        found.append(
            {
                "indicator": key[0], "district": key[1], "before": {f: was.get(f) for f in fields},
                "after": {f: is_now.get(f) for f in fields},
                "redefined": was.get("definition") != is_now.get("definition") and bool(was) and bool(is_now),
                "entities": causes[key[0]],
            }
        )  # fmt: skip
    return found


async def _causes(tx: Tx, indicator_id: str, since: datetime) -> list[dict[str, Any]]:
    indicator = CATALOGUE.by_id(indicator_id)
    if indicator is None:
        return []
    measures = sorted({question.measure for question in questions(indicator, tx.today) if question.measure})
    return await tx.periods.changed_since(since, measures, ENTITIES_NAMED)

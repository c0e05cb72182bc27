"""Monthly runs: opened by one person, computed by the worker in batches, sealed and signed by another."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.benefit_run import BenefitRun, RunStatus, open_run
from assistance.store import Tx
from assistance.store.runs import Digest, Line, prefix_of
from shared.kernel.divisions import Area
from shared.kernel.ids import new_id
from shared.kernel.principal import CITY, Principal
from shared.storage.transaction import Origin
from shared.web.running import Running

EVERYWHERE = Area(CITY)
STATEMENT = "benefit-run+jws"


async def begin(tx: Tx, *, aid: Aid, month: date, division: str) -> BenefitRun:
    """Open a run; one at a time for an aid and a place."""
    tx.caller.require_area(division)
    await tx.runs.lock_aid(aid)
    await tx.runs.refuse_open_neighbour(aid, prefix_of(division))
    run = open_run(
        id=new_id(tx.at), division=Area(division).code, aid=aid, month=month, today=tx.today,
        by=tx.caller.require_person(),
    )  # fmt: skip
    await tx.runs.add(run)
    return run


async def seal(tx: Tx, run_id: UUID, *, expected: int | None) -> BenefitRun:
    """A second person seals the run; the signature covers its digest and totals."""
    run = await tx.runs.get(run_id, area=tx.caller.area, expected=expected)
    run.require_other_sealer(tx.caller)
    claims = {
        "run": str(run.id), "aid": run.aid.value, "month": run.month.isoformat(), "division": run.division,
        "lines": run.lines, "blocked": run.blocked, "total_fen": run.total_fen, "sha256": run.digest,
    }  # fmt: skip
    run.seal(by=tx.caller, on=tx.today, signature=tx.around.signer.sign(STATEMENT, claims))
    await tx.runs.save(run)
    return run


async def discard(tx: Tx, run_id: UUID, *, expected: int | None) -> BenefitRun:
    """Throw an unsealed run away; its lines are not looked at again."""
    run = await tx.runs.get(run_id, area=tx.caller.area, expected=expected)
    run.discard()
    await tx.runs.save(run)
    return run


async def process_runs(running: Running) -> int:
    """Compute every open run and settle every sealed one; an interrupted one goes on where it stopped."""
    origin = Origin(Principal.of_service("assistance"), request_id="benefit-runs", purpose="monthly-benefits")

    async def look(tx: Tx) -> list[tuple[UUID, RunStatus]]:
        return await tx.runs.waiting()

    waiting = await running.database.run(look, origin)
    for run_id, status in waiting:
        if status is RunStatus.COMPUTING:
            await _compute(running, origin, run_id)
        else:
            await _settle(running, origin, run_id)
    return len(waiting)


async def _compute(running: Running, origin: Origin, run_id: UUID) -> None:
    async def batch(tx: Tx) -> bool:
        run = await tx.runs.get(run_id, area=EVERYWHERE)
        return run.status is RunStatus.COMPUTING and await tx.runs.compute_batch(run)

    while await running.database.run(batch, origin):
        pass
    digest = await digest_of(running, origin, run_id)

    async def finish(tx: Tx) -> None:
        run = await tx.runs.get(run_id, area=EVERYWHERE)
        if run.status is RunStatus.COMPUTING:
            run.finish(lines=digest.lines, blocked=digest.blocked, total_fen=digest.total_fen, digest=digest.hexdigest)
            await tx.runs.save(run)

    await running.database.run(finish, origin)


async def digest_of(running: Running, origin: Origin, run_id: UUID) -> Digest:
    """The digest of a run's lines, made again from what is stored; memory is that of one page."""
    digest, last = Digest(), None
    while True:

        async def page(tx: Tx, after: Line | None = last) -> list[Line]:
            return list(await tx.runs.lines_after(run_id, after))

        found = await running.database.run(page, origin)
        if not found:
            return digest
        digest.take(found)
        last = found[-1]


async def _settle(running: Running, origin: Origin, run_id: UUID) -> None:
    async def hold_back(tx: Tx) -> None:
        await tx.runs.hold_back(await tx.runs.find(run_id, area=EVERYWHERE))

    await running.database.run(hold_back, origin)
    after: UUID | None = None
    while True:

        async def batch(tx: Tx, after: UUID | None = after) -> UUID | None:
            run = await tx.runs.find(run_id, area=EVERYWHERE)
            return await tx.runs.settle_batch(run, after)

        after = await running.database.run(batch, origin)
        if after is None:
            break

    async def done(tx: Tx) -> None:
        await tx.runs.mark_settled(run_id)

    await running.database.run(done, origin)

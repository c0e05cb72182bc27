"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from assistance.domain.application import Application, Status
from assistance.domain.standard import Standard, StandardStatus
from shared.contracts.assistance import ApplicationState, StandardState
from shared.kernel.clock import business_day


def standard_state(standard: Standard) -> StandardState:
    """What the world may know of a standard."""
    return StandardState(
        programme=standard.programme.value,
        residence=standard.residence.value if standard.residence else None,
        amount_fen=standard.amount_fen,
        valid_from=standard.valid_from,
        valid_to=standard.valid_to,
        published=standard.status is StandardStatus.PUBLISHED,
        document=standard.document,
    )


def application_state(application: Application) -> ApplicationState:
    """What the world may know of an application: milestones and outcome."""
    clocks, verdict = application.clocks, application.verdict
    return ApplicationState(
        programme=application.programme.value,
        residence=application.residence.value,
        township=application.division,
        status=application.status.value,
        channel=application.channel.value,
        persons=len(application.members),
        submitted_on=business_day(application.submitted_at),
        accepted_on=application.accepted_on,
        decided_on=application.decided_on,
        decision_due_on=clocks.decision.due.on if clocks else None,
        on_time=application.decided_in_time,
        amount_fen=verdict.amount_fen if verdict and application.status is Status.GRANTED else None,
        reason_code=application.reason_code,
    )

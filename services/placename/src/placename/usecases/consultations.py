"""Asking for opinions before a decision: one function a verb."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from placename.domain.application import Application
from placename.domain.consultation import (
    ExpertReview,
    Hearing,
    Opinion,
    OpinionSource,
    needs_experts,
    open_consultation,
)
from placename.domain.deadlines import resumed_decision_clock
from placename.domain.place_name import Heritage
from placename.domain.procedure import in_order
from placename.store import Tx
from placename.usecases.examinations import examine_again
from shared.kernel.parameters import ParameterReader


async def consult(
    tx: Tx, application_id: UUID, *, asked: tuple[str, ...], working_days: int | None, hearing: bool,
    expected: int | None,
) -> Application:  # fmt: skip
    """The office asks the public and departments; experts and a hearing are wanted where the rules say so."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    parameters = tx.around.parameters.reader(tx.today)
    listed = await is_listed(tx, application)
    consultation = open_consultation(
        on=tx.today,
        working_days=working_days,
        asked=asked,
        expert=experts_needed(application, listed, parameters),
        hearing=hearing or (listed and application.protection is None),
        calendar=tx.around.calendar,
        parameters=parameters,
    )
    application.consult(consultation=consultation, examination=await examine_again(tx, application))
    await tx.applications.save(application)
    return application


async def give_opinion(
    tx: Tx, application_id: UUID, *, source: OpinionSource, supports: bool, summary: str, given_on: date | None,
    department: str | None, document_no: str | None, expected: int | None,
) -> Application:  # fmt: skip
    """An opinion is put on file."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    opinion = Opinion(source, supports, summary, given_on or tx.today, department, document_no)
    application.give_opinion(opinion=opinion, at=tx.at)
    await tx.applications.save(application)
    return application


async def review(tx: Tx, application_id: UUID, *, found: ExpertReview, expected: int | None) -> Application:
    """The experts' conclusion is put on file."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.review(review=found, at=tx.at)
    await tx.applications.save(application)
    return application


async def hear(tx: Tx, application_id: UUID, *, hearing: Hearing, expected: int | None) -> Application:
    """The record of a hearing is put on file."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    in_order(None, hearing.held_on, tx.at, "held_on")
    application.hear(hearing=hearing, at=tx.at)
    await tx.applications.save(application)
    return application


async def close_consultation(tx: Tx, application_id: UUID, *, expected: int | None) -> Application:
    """The consultation ends; the decision's clock runs on."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    opened = application.consultation.opened_on if application.consultation else tx.today
    due = resumed_decision_clock(
        application.accepted_on or tx.today, opened, tx.today, tx.around.calendar,
        tx.around.parameters.reader(tx.today),
    )  # fmt: skip
    application.close_consultation(at=tx.at, decision_due=due)
    await tx.applications.save(application)
    return application


async def is_listed(tx: Tx, application: Application) -> bool:
    """Whether it changes a listed historic name."""
    if application.target_id is None:
        return False
    target = await tx.names.find(application.target_id, area=tx.caller.area)
    return target.heritage is not Heritage.NONE


def experts_needed(application: Application, listed: bool, parameters: ParameterReader) -> bool:
    """Whether experts must look at it before it is decided."""
    return needs_experts(
        application.category, application.toponym, application.facts, cross_county=application.cross_county,
        listed=listed, parameters=parameters,
    )  # fmt: skip

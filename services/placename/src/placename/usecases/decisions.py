"""From the decision to the day a name is used: deciding, filing, announcing, signs; one function a verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from placename.domain.application import Application
from placename.domain.category import ApplicationKind
from placename.domain.deadlines import announcement_clock, filing_clock
from placename.domain.place_name import LegalAct, NameStatus, PlaceName, publish_name
from placename.domain.procedure import Decision, ReadingNotConfirmed, Waiver
from placename.domain.romanisation import Reading, confirmed_reading
from placename.domain.sign import SIGNED, order_sign
from placename.domain.toponym import Toponym
from placename.store import Tx
from placename.usecases.consultations import experts_needed, is_listed
from placename.usecases.examinations import examine_again, romanised
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Ruling:
    """What the authority decided, as its official records it; ``reason`` is for a rejection."""

    approved: bool
    document_no: str
    decided_on: date | None
    reason: str | None = None
    opinion_no: str | None = None
    waivers: tuple[Waiver, ...] = ()


async def decide(tx: Tx, application_id: UUID, *, ruling: Ruling, expected: int | None) -> Application:
    """The authority of the right kind and place approves or rejects; never the one who submitted."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    tx.caller.require_area(application.authority.division)
    decision = Decision(
        ruling.document_no, ruling.decided_on or tx.today, tx.caller.require_person(), ruling.opinion_no, ruling.waivers
    )
    days = _working_days(tx, application, decision.decided_on)
    if ruling.approved:
        listed = await is_listed(tx, application)
        application.approve(
            decision=decision,
            at=tx.at,
            examination=await examine_again(tx, application),
            filing_due=filing_clock(decision.decided_on, tx.around.calendar),
            announcement_due=announcement_clock(decision.decided_on, tx.around.calendar),
            working_days=days,
            must_consult=experts_needed(application, listed, tx.around.parameters.reader(tx.today)),
        )
    else:
        application.reject(decision=decision, reason=ruling.reason or "", at=tx.at, working_days=days)
    await tx.applications.save(application)
    return application


def _working_days(tx: Tx, application: Application, decided_on: date) -> int:
    """Working days from acceptance to decision, those of the consultation left out."""
    accepted_on = application.accepted_on
    if accepted_on is None or decided_on < accepted_on:
        return 0
    asked = application.consultation
    waited = (
        tx.around.calendar.working_days_between(asked.opened_on, asked.closed_on).days
        if asked and asked.closed_on
        else 0
    )
    return max(tx.around.calendar.working_days_between(accepted_on, decided_on).days - waited, 0)


async def revoke(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The authority takes its approval back before it is announced."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    tx.caller.require_area(application.authority.division)
    application.revoke(reason=reason, by=tx.caller.require_person())
    await tx.applications.save(application)
    return application


async def file(
    tx: Tx, application_id: UUID, *, filed_on: date | None, filing_no: str, expected: int | None
) -> Application:
    """The approval is on file with the body the law names."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    day = filed_on or tx.today
    due = announcement_clock(day, tx.around.calendar)
    application.file(filed_on=day, filing_no=filing_no, at=tx.at, announcement_due=due)
    await tx.applications.save(application)
    return application


async def return_filing(tx: Tx, application_id: UUID, *, reason: str, expected: int | None) -> Application:
    """The filing body sends the papers back."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    application.return_filing(reason=reason)
    await tx.applications.save(application)
    return application


async def announce(
    tx: Tx, application_id: UUID, *, announced_on: date | None, syllables: Sequence[str] | None, expected: int | None
) -> Application:
    """The place-name department announces; the gazetteer changes on the same day, in the same transaction."""
    by = tx.caller.require_person()
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    day = announced_on or tx.today
    target = await tx.names.get(application.target_id, area=tx.caller.area) if application.target_id else None
    gives_new_name = application.kind in (ApplicationKind.NAME, ApplicationKind.RENAME)
    name_id = new_id(tx.at) if gives_new_name or target is None else target.id
    application.announce(announced_on=day, at=tx.at, name_id=name_id)
    if gives_new_name and application.toponym is not None:
        reading = _announced_reading(application, application.toponym, syllables)
        await tx.names.add(_new_name(tx, application, application.toponym, reading, by=by, target=target))
    if target is not None:
        _change(application, target, day, name_id)
        await tx.names.save(target)
    await tx.applications.save(application)
    return application


def _change(application: Application, target: PlaceName, day: date, name_id: UUID) -> None:
    match application.kind:
        case ApplicationKind.RENAME:
            target.rename(on=day, successor_id=name_id)
        case ApplicationKind.ABOLISH:
            target.abolish(on=day)
        case ApplicationKind.RESTORE:
            target.restore(on=day, act=_act(application), application_id=application.id)


async def put_in_use(tx: Tx, application_id: UUID, *, used_from: date | None, expected: int | None) -> Application:
    """The name is used from a day on; streets and buildings get a sign to be put up."""
    application = await tx.applications.get(application_id, area=tx.caller.area, expected=expected)
    day = used_from or tx.today
    application.put_in_use(on=day, at=tx.at)
    assert application.name_id is not None
    name = await tx.names.find(application.name_id, area=tx.caller.area)
    if name.status is NameStatus.IN_USE and name.category in SIGNED:
        days = tx.around.parameters.reader(tx.today).integer("sign.days")
        sign = order_sign(
            id=new_id(tx.at), division=name.division, name_id=name.id, category=name.category, on=day,
            due=tx.around.calendar.add_days(day, days),
        )  # fmt: skip
        await tx.signs.add(sign)
    await tx.applications.save(application)
    return application


def _announced_reading(application: Application, toponym: Toponym, syllables: Sequence[str] | None) -> Reading:
    proposed = application.examination.reading
    if syllables is not None:
        return confirmed_reading(syllables, toponym.full)
    if proposed is None or not proposed.confirmed:
        raise ReadingNotConfirmed(rule="中国地名汉语拼音字母拼写规则", field="syllables")
    return proposed


def _act(application: Application) -> LegalAct:
    assert application.decision is not None
    return LegalAct(
        application.authority.title,
        application.decision.document_no,
        application.decision.decided_on,
        application.announced_on,
    )


def _new_name(
    tx: Tx, application: Application, toponym: Toponym, reading: Reading, *, by: str, target: PlaceName | None
) -> PlaceName:
    assert application.announced_on is not None
    assert application.name_id is not None
    return publish_name(
        id=application.name_id,
        toponym=toponym,
        category=application.category,
        locality=target.locality if target else application.locality,
        point=application.point,
        begin=application.announced_on,
        reading=reading,
        romanisation=romanised(tx, toponym, application.category, reading),
        description=application.description,
        act=_act(application),
        reading_by=by,
        predecessor_id=target.id if target else None,
        application_id=application.id,
        feature_id=target.place_id if target else None,
        geometry=application.geometry,
        aliases=target.aliases if target else (),
    )

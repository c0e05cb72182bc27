"""What placename publishes, as facts."""

from __future__ import annotations

from monitoring.domain.facts.fact import Fact
from monitoring.domain.facts.placename import HeritageName, NameApplication, NameMisuse, NameSign, PlaceName
from monitoring.events.translation import Translations, days_of
from shared.contracts.placename import HeritageState, MisuseState, NameApplicationState, PlaceNameState, SignState

STANDING = frozenset({"APPROVED", "ANNOUNCED", "IN_USE"})


def _name_application(state: NameApplicationState) -> Fact:
    return NameApplication(
        submitted_on=state.submitted_on,
        online=state.online,
        announced_on=state.announced_on,
        announced_in_time=state.announced_in_time,
        accepted_on=state.accepted_on,
        first_pass=state.first_pass,
        decided_on=state.decided_on,
        decide_due_on=None if state.status == "WITHDRAWN" else state.decide_due_on,
        working_days=state.working_days,
        approval_stands=state.status in STANDING,
        file_due_on=state.file_due_on,
        filed_on=state.filed_on,
        announce_due_on=state.announce_due_on,
    )


def _name(state: PlaceNameState) -> Fact:
    return PlaceName(days_of(state.in_use), state.complete, state.signable)


def _heritage(state: HeritageState) -> Fact:
    return HeritageName(state.level, days_of(state.listed), days_of(state.alive))


def _sign(state: SignState) -> Fact:
    return NameSign(days_of(state.standing))


def _misuse(state: MisuseState) -> Fact:
    return NameMisuse(state.reported_on, state.corrected_in_time is True, state.status == "DISMISSED")


TRANSLATIONS: Translations = {
    NameApplicationState: _name_application,
    PlaceNameState: _name,
    HeritageState: _heritage,
    SignState: _sign,
    MisuseState: _misuse,
}

"""From the domain to the published language; the only module of the service that knows the contracts."""

from __future__ import annotations

from eldercare.domain.bed import Bed
from eldercare.domain.institution import Institution
from eldercare.domain.span import Spans
from eldercare.domain.stay import Stay
from shared.contracts.eldercare import BedClassSpan, BedState, InstitutionState, QualityMark, StayState
from shared.contracts.spans import Span


def institution_state(institution: Institution) -> InstitutionState:
    """What the world may know of an institution."""
    return InstitutionState(
        township=institution.division,
        kind=institution.kind.value,
        ownership=institution.ownership.value,
        operating=_spans(institution.operating),
        comprehensive=_spans(institution.comprehensive),
        quality=[QualityMark(assessed_on=mark.assessed_on, met=mark.met) for mark in institution.quality],
    )


def bed_state(bed: Bed) -> BedState:
    """What the world may know of a bed."""
    return BedState(
        institution_id=str(bed.institution_id),
        township=bed.division,
        home=bed.home,
        in_service=_spans(bed.in_service),
        classes=[
            BedClassSpan(begin=entry.span.begin, end=entry.span.end, bed_class=entry.bed_class.value)
            for entry in bed.classes
        ],
        inclusive=_spans(bed.inclusive),
    )


def stay_state(stay: Stay) -> StayState:
    """What the world may know of a stay; never who stays."""
    return StayState(
        institution_id=str(stay.institution_id),
        bed_id=str(stay.bed_id),
        township=stay.division,
        stayed=Span(begin=stay.stayed.begin, end=stay.stayed.end),
        voided=stay.voided,
    )


def _spans(spans: Spans) -> list[Span]:
    return [Span(begin=span.begin, end=span.end) for span in spans]

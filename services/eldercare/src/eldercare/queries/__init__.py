"""Reads that answer screens; every one takes the caller's area. A day's figures are projections of dated facts."""

from eldercare.queries.beds import BedLine, FreeBeds, Wish, beds_of_institution, free_beds
from eldercare.queries.counts import BedCounts, counts_of_area, counts_of_institutions
from eldercare.queries.institutions import InstitutionLine, institutions_on
from eldercare.queries.stays import StayLine, stays_of_institution, stays_of_person
from eldercare.queries.supervision import (
    InspectionLine,
    StaffLine,
    VisitDue,
    inspections_of_area,
    staff_of_institution,
    visits_due,
)

__all__ = [
    "BedCounts",
    "BedLine",
    "FreeBeds",
    "InspectionLine",
    "InstitutionLine",
    "StaffLine",
    "StayLine",
    "VisitDue",
    "Wish",
    "beds_of_institution",
    "counts_of_area",
    "counts_of_institutions",
    "free_beds",
    "inspections_of_area",
    "institutions_on",
    "staff_of_institution",
    "stays_of_institution",
    "stays_of_person",
    "visits_due",
]  # fmt: skip

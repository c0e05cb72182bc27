"""Tables, mapping and the transaction of ``eldercare``: joins its parts."""

from eldercare.store.admissions import Applications
from eldercare.store.assessments import Assessments
from eldercare.store.beds import Beds
from eldercare.store.care_register import Emergencies, Facilities, Recipients
from eldercare.store.inspections import Inspections
from eldercare.store.institutions import Institutions
from eldercare.store.staff import StaffRegister
from eldercare.store.stays import Stays
from eldercare.store.tables import METADATA, NOT_VOIDED, beds, institutions, on_day, serving_on, span_of, stays
from eldercare.store.work import CONSTRAINTS, Tx

__all__ = [
    "CONSTRAINTS",
    "METADATA",
    "NOT_VOIDED",
    "Applications",
    "Assessments",
    "Beds",
    "Emergencies",
    "Facilities",
    "Inspections",
    "Institutions",
    "Recipients",
    "StaffRegister",
    "Stays",
    "Tx",
    "beds",
    "institutions",
    "on_day",
    "serving_on",
    "span_of",
    "stays",
]  # fmt: skip

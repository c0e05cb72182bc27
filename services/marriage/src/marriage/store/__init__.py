"""Tables, mapping and the transaction of ``marriage``: joins its parts."""

from marriage.store.appointments import Appointments, appointments, slots
from marriage.store.core import METADATA, Offices, Registrations, offices, parties, registrations
from marriage.store.divorces import Divorces, divorces
from marriage.store.proceedings import (
    Corrections,
    Dishonesties,
    FraudCases,
    Issuances,
    corrections,
    dishonesties,
    fraud_cases,
    issuances,
)
from marriage.store.service import Ratings, archive_items, inquiries, ratings
from marriage.store.work import CONSTRAINTS, Tx

__all__ = [
    "CONSTRAINTS", "METADATA", "Appointments", "Corrections", "Dishonesties", "Divorces", "FraudCases", "Issuances",
    "Offices", "Ratings", "Registrations", "Tx", "appointments", "archive_items", "corrections", "dishonesties",
    "divorces", "fraud_cases", "inquiries", "issuances", "offices", "parties", "ratings", "registrations", "slots",
]  # fmt: skip

"""What applicants and officials do, each inside the transaction it is given: joins its parts."""

from placename.usecases.applications import (
    Place,
    Ruling,
    Submission,
    accept,
    announce,
    decide,
    decline,
    file,
    submit,
    withdraw,
)
from placename.usecases.examinations import Inquiry, Matter, Outlook, examine, pre_check
from placename.usecases.names import confirm_reading

__all__ = [
    "Inquiry",
    "Matter",
    "Outlook",
    "Place",
    "Ruling",
    "Submission",
    "accept",
    "announce",
    "confirm_reading",
    "decide",
    "decline",
    "examine",
    "file",
    "pre_check",
    "submit",
    "withdraw",
]

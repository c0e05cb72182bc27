"""Reads that answer screens: joins its parts; every one takes an area."""

from marriage.queries.certificates import Standing, Verification, verify_certificate
from marriage.queries.divorces import divorce_list
from marriage.queries.ratings import Satisfaction, poor_ratings, satisfaction
from marriage.queries.registrations import (
    RegistrationLine,
    offices_on,
    registration_list,
    registrations_of_person,
)

__all__ = [
    "RegistrationLine", "Satisfaction", "Standing", "Verification", "divorce_list", "offices_on", "poor_ratings",
    "registration_list", "registrations_of_person", "satisfaction", "verify_certificate",
]  # fmt: skip

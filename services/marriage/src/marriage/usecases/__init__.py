"""What couples, registrars, courts and the clock do: joins its parts."""

from marriage.usecases.registrations import (
    Evidence,
    amend_office,
    annul,
    ask_competence,
    celebrate,
    close_office,
    counsel,
    domiciles_of,
    end_marriage,
    grade_office,
    open_registration_office,
    register,
    require_known_districts,
)

__all__ = [
    "Evidence", "amend_office", "annul", "ask_competence", "celebrate", "close_office", "counsel", "domiciles_of",
    "end_marriage", "grade_office", "open_registration_office", "register", "require_known_districts",
]  # fmt: skip

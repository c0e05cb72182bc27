"""Terms of a formula: which sum of which measure, and whether places are counted instead of amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

TERM = re.compile(
    r"(?P<sign>-?)(?:(?P<places>townships|districts):)?(?P<measure>[A-Za-z][\w.-]*)?(?:@(?P<residence>URBAN|RURAL))?(?:~(?P<year>\d{4}))?",
    re.ASCII,
)


class Places(StrEnum):
    """Which places are counted where amounts are not (按地区计数)."""

    NONE = ""
    TOWNSHIPS = "townships"
    DISTRICTS = "districts"


class TermMalformed(ValueError):
    """A formula's term cannot be read."""


@dataclass(frozen=True, order=True)
class Term:
    """A measure's total, or the number of places in which it is above zero.

    Without a measure all places in scope are counted. ``residence`` None adds urban, rural and untold up;
    ``year`` takes the total at the end of that year instead.
    """

    measure: str
    negative: bool = False
    places: Places = Places.NONE
    residence: str | None = None
    year: int | None = None

    def __str__(self) -> str:
        places = f"{self.places}:" if self.places else ""
        said = f"{self.measure}{f'@{self.residence}' if self.residence else ''}{f'~{self.year}' if self.year else ''}"
        return f"{'-' if self.negative else ''}{places}{said}"


def term_of(text: str) -> Term:
    """Read a term: ``bed.nursing``, ``-bed.home``, ``standard.X@URBAN``, ``townships:institution.comprehensive``."""
    found = TERM.fullmatch(text)
    if found is None or not (found["measure"] or found["places"]):
        raise TermMalformed(f"not a term: {text}")
    year = int(found["year"]) if found["year"] else None
    return Term(found["measure"] or "", bool(found["sign"]), Places(found["places"] or ""), found["residence"], year)


def terms_of(written: str | list[str]) -> tuple[Term, ...]:
    """Read one term or a list of them, which is their sum."""
    return tuple(term_of(text) for text in ([written] if isinstance(written, str) else written))

"""The one code of every organisation (统一社会信用代码), as GB 32100 builds it.

Eighteen characters: registering department, kind of organisation, six digits of division, nine characters
of organisation code (GB 11714), one check character. The code is public; a refused text is still not
repeated, since people also type identity numbers into the wrong box.

One limit: python-stdnum wants digits in the first two places, so the codes of departments that are written
with a letter (such as N for agriculture: 农村集体经济组织) are refused, with the reason "checksum".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shared.kernel.errors import Invalid

_SHAPE = re.compile(r"[0-9A-Z]{18}")


class OrganisationCodeInvalid(Invalid):
    """统一社会信用代码有误"""


@dataclass(frozen=True)
class OrganisationCode:
    """A well-formed unified social credit code (统一社会信用代码)."""

    text: str

    def __post_init__(self) -> None:
        # The library tidies its input (blanks, hyphens, small letters); we accept only the finished form.
        if not _SHAPE.fullmatch(self.text):
            raise _refuse("characters" if len(self.text) == 18 else "length")
        try:
            uscc.validate(self.text)
        except ValidationError:
            raise _refuse("checksum") from None

    @classmethod
    def parse(cls, text: str) -> OrganisationCode:
        """Read a code as typed; it must have exactly 18 capital letters and digits and the right check."""
        return cls(text)

    def __str__(self) -> str:
        return self.text


def _refuse(reason: str) -> OrganisationCodeInvalid:
    return OrganisationCodeInvalid(rule="GB 32100", field="organisation_code", reason=reason)

"""The transaction of this service, and the rules its database guards."""

from __future__ import annotations

from functools import cached_property

from placename.domain.application import NameUnderApplication
from placename.domain.writing import Characters
from placename.store.applications import Applications, applications
from placename.store.comparison import Comparison
from placename.store.lexicon import Lexicon, characters, lexicon
from placename.store.names import PlaceNames, names
from shared.storage.transaction import Transaction

CONSTRAINTS = {"one_open_application_a_name": NameUnderApplication}


class Tx(Transaction):
    """A transaction of ``placename``."""

    @cached_property
    def names(self) -> PlaceNames:
        """The gazetteer."""
        return PlaceNames(self)

    @cached_property
    def applications(self) -> Applications:
        """Applications to name, rename and abolish."""
        return Applications(self)

    @cached_property
    def comparison(self) -> Comparison:
        """The search for likenesses over both."""
        return Comparison(self.connection, names, applications)

    @property
    def lexicon(self) -> Lexicon:
        """How names are read."""
        return lexicon()

    @property
    def characters(self) -> Characters:
        """How names are written."""
        return characters()

"""The transaction of this service, and the rules its database guards."""

from __future__ import annotations

from functools import cached_property

from placename.domain.heritage import ListedBefore
from placename.domain.procedure import NameUnderApplication
from placename.domain.writing import Characters
from placename.store.applications import Applications, applications
from placename.store.comparison import Comparison
from placename.store.ground import Ground
from placename.store.heritage import HeritageEntries
from placename.store.lexicon import Lexicon, characters, lexicon
from placename.store.names import PlaceNames, names
from placename.store.signs import Misuses, Signs
from shared.storage.transaction import Transaction

CONSTRAINTS = {
    "one_open_application_a_name": NameUnderApplication,
    "one_entry_a_name_and_level": ListedBefore,
}


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

    @cached_property
    def ground(self) -> Ground:
        """What lies around a place."""
        return Ground(self.connection)

    @cached_property
    def heritage(self) -> HeritageEntries:
        """The lists of historic names."""
        return HeritageEntries(self)

    @cached_property
    def signs(self) -> Signs:
        """Signs that show names."""
        return Signs(self)

    @cached_property
    def misuses(self) -> Misuses:
        """Wrong uses of names."""
        return Misuses(self)

    @property
    def lexicon(self) -> Lexicon:
        """How names are read."""
        return lexicon()

    @property
    def characters(self) -> Characters:
        """How names are written."""
        return characters()

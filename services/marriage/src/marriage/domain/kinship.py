"""Kinship over a declared family (亲属关系): who descends from whom, and whether two people may marry.

民法典 第一千零四十八条: lineal relatives by blood, and collateral relatives by blood within three generations, may
not marry. Generations are counted upward from each person, the person being the first, to the nearest common
ancestor; the larger count of the two decides.

    grandparent        3          siblings             (2, 2)  prohibited
    ├── parent      2             uncle and niece      (2, 3)  prohibited
    │   └── A    1                first cousins        (3, 3)  prohibited
    └── aunt        2             cousin's child       (3, 4)  allowed
        └── B    1                second cousins       (4, 4)  allowed

Half blood counts like full blood. An adoptive parent counts as a lineal ancestor; adoption makes no collateral
relatives, unless the parameter says otherwise. Steps and in-laws have no link and so no kinship.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from shared.kernel.errors import Invalid

MOST_PARENTS = 2
NEAREST_ALLOWED = 4
"""The generation from which a collateral relative is outside the three generations."""


class Link(StrEnum):
    """How somebody is a parent (亲子关系)."""

    BIRTH = "BIRTH"
    ADOPTIVE = "ADOPTIVE"


class KinshipKind(StrEnum):
    """How two people are related (亲属关系)."""

    NONE = "NONE"
    LINEAL = "LINEAL"
    """直系血亲"""
    COLLATERAL = "COLLATERAL"
    """旁系血亲"""


class FamilyMemberUnknown(Invalid):
    """亲属关系中没有此人"""


class FamilyMemberTwice(Invalid):
    """亲属关系中同一人重复出现"""


class TooManyParents(Invalid):
    """父母至多两人"""


class OwnAncestor(Invalid):
    """亲属关系首尾相接，有人成为自己的长辈"""


class NotTwoFamilyMembers(Invalid):
    """须为亲属关系中的两个人"""


@dataclass(frozen=True)
class Parent:
    """Somebody's parent, by birth or by adoption, named by a label that means nothing outside the question."""

    label: str
    link: Link = Link.BIRTH


@dataclass(frozen=True)
class Kinship:
    """How two people are related, the generations on each side, and whether that forbids marriage."""

    kind: KinshipKind
    generations: tuple[int, int] | None
    is_prohibited: bool


UNRELATED = Kinship(KinshipKind.NONE, None, False)


@dataclass(frozen=True)
class Family:
    """A declared family (申报的亲属关系): labels with their parents, and the two whose kinship is asked.

    A label that is only somebody's parent need not be listed itself.
    """

    parents: Mapping[str, tuple[Parent, ...]]
    first: str
    second: str

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise NotTwoFamilyMembers(field="family/second")
        if not {self.first, self.second} <= self.parents.keys():
            raise FamilyMemberUnknown(field="family")
        for parents in self.parents.values():
            _check_parents(parents)
        try:
            TopologicalSorter({label: {p.label for p in above} for label, above in self.parents.items()}).prepare()
        except CycleError:
            raise OwnAncestor(field="family") from None

    @classmethod
    def declared(cls, members: Iterable[tuple[str, tuple[Parent, ...]]], first: str, second: str) -> Family:
        """A family from a list of members; a label listed twice is refused."""
        listed = list(members)
        if len({label for label, _ in listed}) != len(listed):
            raise FamilyMemberTwice(field="family/members")
        return cls(dict(listed), first, second)

    def kinship(self, *, adoptive_collateral: bool = False) -> Kinship:
        """The kinship of the two: lineal first, then the collateral one with the fewest generations.

        :param adoptive_collateral: whether links by adoption also make collateral relatives.
        """
        every_link = frozenset(Link)
        above_first, above_second = self._above(self.first, every_link), self._above(self.second, every_link)
        if self.second in above_first:
            return Kinship(KinshipKind.LINEAL, (above_first[self.second], 1), True)
        if self.first in above_second:
            return Kinship(KinshipKind.LINEAL, (1, above_second[self.first]), True)
        if not adoptive_collateral:
            by_blood = frozenset({Link.BIRTH})
            above_first, above_second = self._above(self.first, by_blood), self._above(self.second, by_blood)
        pairs = [(above_first[label], above_second[label]) for label in above_first.keys() & above_second.keys()]
        if not pairs:
            return UNRELATED
        nearest = min(pairs, key=lambda pair: (max(pair), sum(pair), pair))
        return Kinship(KinshipKind.COLLATERAL, nearest, max(nearest) < NEAREST_ALLOWED)

    def _above(self, label: str, links: frozenset[Link]) -> dict[str, int]:
        """The person and every ancestor with the least generation count, the person being the first."""
        found, waiting = {label: 1}, deque([label])
        while waiting:
            child = waiting.popleft()
            for parent in self.parents.get(child, ()):
                if parent.link in links and parent.label not in found:
                    found[parent.label] = found[child] + 1
                    waiting.append(parent.label)
        return found


def _check_parents(parents: tuple[Parent, ...]) -> None:
    if len({parent.label for parent in parents}) != len(parents):
        raise FamilyMemberTwice(field="family/members")
    for link in Link:
        if sum(parent.link is link for parent in parents) > MOST_PARENTS:
            raise TooManyParents(field="family/members")

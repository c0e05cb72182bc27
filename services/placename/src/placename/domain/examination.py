"""The examination of a proposed name: every rule at once, with how it is read, spelled and by whom approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from placename.domain.category import ApplicationKind, Category
from placename.domain.duplicate import Keys, Neighbour, check_duplicates
from placename.domain.finding import Code, Finding, Severity
from placename.domain.locality import Scope
from placename.domain.place_name import Heritage, PlaceName
from placename.domain.romanisation import Reading, Romanisation
from placename.domain.size import Facts, check_size
from placename.domain.toponym import Vocabulary
from placename.domain.wording import Proposal, check_wording
from placename.domain.writing import Characters
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Protection:
    """What must stand before a listed historic name is touched (历史地名保护; 地名管理条例 第二十五条)."""

    plan_no: str
    hearing_on: date


@dataclass(frozen=True)
class Examination:
    """What the rules say of a proposal (名称审查); nothing but findings about an abolition.

    ``uncertain`` names the parameters and word lists that rest on an unconfirmed source.
    """

    findings: tuple[Finding, ...]
    scope: Scope | None = None
    keys: Keys | None = None
    reading: Reading | None = None
    romanisation: Romanisation | None = None
    uncertain: tuple[str, ...] = ()

    def codes(self, severity: Severity) -> tuple[Code, ...]:
        """The codes of one severity, each once."""
        return tuple(dict.fromkeys(f.code for f in self.findings if f.severity is severity))

    @property
    def is_blocked(self) -> bool:
        """Whether a finding keeps the proposal from being decided."""
        return bool(self.codes(Severity.BLOCK))


@dataclass(frozen=True)
class Overlap:
    """A place of the same category whose area a proposal shares; ``share`` of the smaller one, 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True)
class Surrounding:
    """What the register knows around a proposal: names to tell it from, names of the same spot, places it overlaps.

    ``nearby`` holds the specific terms of places around a facility, None where nobody looked.
    """

    neighbours: Sequence[Neighbour]
    same_spot: Sequence[str] = field(default=())
    overlaps: Sequence[Overlap] = field(default=())
    nearby: frozenset[str] | None = None


def findings_about_name(
    proposal: Proposal, keys: Keys, facts: Facts, surrounding: Surrounding, vocabulary: Vocabulary,
    characters: Characters, parameters: ParameterReader,
) -> Iterator[Finding]:  # fmt: skip
    """Every finding about a proposed name, the gravest kinds first as the rulebook lists them."""
    yield from check_duplicates(keys, proposal.category, surrounding.neighbours)
    yield from check_wording(proposal, vocabulary, characters, parameters)
    yield from check_size(proposal.parts.term, proposal.category, facts, parameters)
    for name in surrounding.same_spot:
        yield Finding(Code.NAMED_ALREADY, Severity.BLOCK, "地名管理条例 第四条", "一地多名", matched=name)
    yield from findings_about_ground(proposal, keys, surrounding, parameters)


def findings_about_ground(
    proposal: Proposal, keys: Keys, surrounding: Surrounding, parameters: ParameterReader
) -> Iterator[Finding]:
    """Whether the place overlaps another of its category, and whether a facility is named after where it stands."""
    worst = parameters.integer("overlap.warn_percent")
    for overlap in surrounding.overlaps:
        if overlap.share * 100 > worst:
            basis, percent = parameters.at("overlap.warn_percent").authority, round(overlap.share * 100)
            yield Finding(Code.OVERLAP, Severity.WARN, basis, f"重叠 {percent}%", matched=overlap.name)
    nearby = surrounding.nearby if proposal.category is Category.FACILITY else None
    if nearby is not None and not any(place and keys.stem.startswith(place) for place in nearby):
        yield Finding(Code.NOT_OF_THE_PLACE, Severity.WARN, "地名管理条例 第九条（十）")


def findings_about_change(
    kind: ApplicationKind, target: PlaceName | None, protection: Protection | None, today: date
) -> Iterator[Finding]:
    """A listed historic name is not changed or ended without a protection plan and a hearing that was held."""
    ends = kind in (ApplicationKind.RENAME, ApplicationKind.ABOLISH)
    if not ends or target is None or target.heritage is Heritage.NONE:
        return
    if protection is None or protection.hearing_on > today:
        yield Finding(Code.HERITAGE, Severity.BLOCK, "地名管理条例 第二十五条", matched=target.toponym.full)


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order in which a person should read them."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: (order.index(finding.severity), finding.code.value)))

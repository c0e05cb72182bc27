"""The names of a new service, checked before anything is written."""

from __future__ import annotations

import io
import keyword
import re
import sys
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from launcher.clients import known_scopes
from launcher.cluster import DEFAULT_PORTS, WORKER_OFFSET

NAME = re.compile(r"[a-z][a-z]{2,20}")
TITLE = re.compile(r"[^\s\"'\\{}|`]{1,30}")
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
FIRST_PORT = 8001
TAKEN_NAMES = {"grafana", "prometheus", "provision", "operator", "public", "civil", "yumin", "api", "worker", "migrate"}
"""Names that compose, the broker, the database or an image use for something else."""
TAKEN_NOUNS = {"outbox", "epoch", "parameter", "idempotency", "parameters"}
"""Tables and routes of the chassis."""


class Refused(Exception):
    """Nothing was written; the message says why."""


@dataclass(frozen=True)
class Names:
    """What a new service and its first aggregate are called, and the port it gets on a laptop."""

    service: str
    noun: str
    title: str
    port: int

    @property
    def nouns(self) -> str:
        """The plural, for routes and collections."""
        if re.search(r"[^aeiou]y$", self.noun):
            return f"{self.noun[:-1]}ies"
        return f"{self.noun}es" if re.search(r"(s|x|z|ch|sh)$", self.noun) else f"{self.noun}s"

    @property
    def fact(self) -> str:
        """A class name that no other service has: ``FuneralBurial``."""
        return f"{self.service.title()}{self.noun.title()}"

    @property
    def words(self) -> dict[str, str]:
        """Every placeholder of the templates."""
        with_article = f"an {self.noun}" if self.noun[0] in "aeiou" else f"a {self.noun}"
        return {
            "name": self.service,
            "noun": self.noun,
            "nouns": self.nouns,
            "Noun": self.noun.title(),
            "Nouns": self.nouns.title(),
            "a_noun": with_article,
            "A_noun": with_article.capitalize(),
            "Fact": self.fact,
            "State": f"{self.fact}State",
            "title": self.title,
            "port": str(self.port),
            "prefix": self.service[:2].upper(),
        }

    def fill(self, template: str) -> str:
        """A template with its placeholders replaced."""
        return PLACEHOLDER.sub(lambda match: self.words[match[1]], template)


def checked_names(root: Path, service: str, noun: str, title: str, templates: Iterable[str]) -> Names:
    """The names, or a refusal of one that would clash with something."""
    _check_service(root, service)
    names = Names(service, noun, title, next_free_port())
    _check_noun(names, identifiers(templates))
    if not TITLE.fullmatch(title):
        raise Refused(f"the title {title!r} must be 1 to 30 characters without blanks and quotation marks")
    return names


def _check_service(root: Path, name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise Refused(f"{name!r} cannot be the name of a service: 3 to 21 small letters, not a word of Python")
    if name in TAKEN_NAMES | set(DEFAULT_PORTS) | {scope.split(":")[0] for scope in known_scopes()}:
        raise Refused(f"{name!r} is the name of something in the cluster already")
    if name in sys.builtin_module_names or PathFinder.find_spec(name, [*sys.path, str(root)]):
        raise Refused(f"{name!r} is a Python module already, and would hide it")


def _check_noun(names: Names, used: set[str]) -> None:
    noun = names.noun
    if not NAME.fullmatch(noun) or keyword.iskeyword(noun) or keyword.issoftkeyword(noun):
        raise Refused(f"{noun!r} cannot be a noun: 3 to 21 small letters, not a word of Python")
    if noun in RESERVED_WORDS or noun in TAKEN_NOUNS:
        raise Refused(f"{noun!r} cannot be a noun: the database has another meaning for it")
    if clash := {names.words[each] for each in ("noun", "nouns", "Noun", "Nouns")} & used:
        raise Refused(f"{noun!r} cannot be a noun: the code of every service uses {min(clash)!r} for something else")


def identifiers(templates: Iterable[str]) -> set[str]:
    """Every identifier that the templates use by themselves."""
    found = set()
    for template in templates:
        source = PLACEHOLDER.sub("of_the_service", template)
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        found |= {token.string for token in tokens if token.type == tokenize.NAME}
    return found


def next_free_port() -> int:
    """The first port that nothing of the local cluster uses, nor its worker's."""
    used = set(DEFAULT_PORTS.values())
    return next(
        port for port in range(FIRST_PORT, FIRST_PORT + WORKER_OFFSET) if not {port, port + WORKER_OFFSET} & used
    )

"""`python -m launcher.scaffold NAME [--noun NOUN] [--title TITLE]` and `… --migration SERVICE "what it adds"`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import launcher
from launcher.scaffold.migration import new_migration
from launcher.scaffold.names import Refused
from launcher.scaffold.service import new_service

REFUSED = 2
NEXT = """
services/{service} is written with port {port}, and {count} other files know of it. It works; see for yourself:
  make test T=services/{service}
  make check
Then say what it is about, from the inside out: domain/{noun}.py and the cells in tests/test_domain.py, tables, verbs,
routes, and the contract in shared/src/shared/contracts/{service}.py. Its README.md has a line for each section. The
noun belongs into docs/glossary.md; what monitoring counts of it stands in its domain/measures/.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what was asked for, or say why not and write nothing."""
    parser = argparse.ArgumentParser(prog="launcher.scaffold", allow_abbrev=False)
    parser.add_argument("name", nargs="?", help="the new service, such as funeral")
    parser.add_argument("--noun", default="record", help="its first aggregate, such as burial")
    parser.add_argument("--title", default="新服务", help="its title for people")
    parser.add_argument("--migration", nargs="+", metavar=("SERVICE", "MESSAGE"), help="an empty migration instead")
    options = parser.parse_args(arguments)
    try:
        print(_written(Path.cwd(), options))
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return REFUSED
    return 0


def _written(root: Path, options: argparse.Namespace) -> str:
    if not Path(launcher.__file__).is_relative_to(root) or not (root / "pyproject.toml").is_file():
        raise Refused("run this at the top of the repository it belongs to")
    if options.migration:
        service, message = (*options.migration, "")[:2]
        return str(new_migration(root, service, message).relative_to(root))
    if not options.name:
        raise Refused("say which service: make new-service NAME=funeral")
    names, paths = new_service(root, options.name, options.noun, options.title)
    own = f"services/{names.service}/"
    count = sum(not path.startswith(own) for path in paths)
    return NEXT.format(service=names.service, noun=names.noun, port=names.port, count=count)


if __name__ == "__main__":
    sys.exit(main())

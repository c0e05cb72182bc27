"""An empty migration, numbered after the last one."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from launcher.scaffold.names import Refused

MESSAGE = re.compile(r"[A-Za-z0-9 ,.;:()'-]{3,80}")


def new_migration(root: Path, service: str, message: str) -> Path:
    """Write the file and give its path.

    :raises Refused: there is no such service, the message is no good, or the history has two ends.
    """
    folder = root / "services" / service / "src" / service / "migrations"
    if not re.fullmatch(r"[a-z]+", service) or not folder.is_dir():
        raise Refused(f"there is no service {service!r} with migrations")
    if not MESSAGE.fullmatch(message) or not re.search(r"[A-Za-z]", message):
        raise Refused(f'say in English what the migration adds, such as M="the day of an appeal"; not {message!r}')
    scripts = ScriptDirectory.from_config(_configuration(folder))
    try:
        revision = f"{int(scripts.get_current_head() or 0) + 1:04d}"
        written = scripts.generate_revision(revision, message, head="head")
    except (CommandError, ValueError) as error:
        raise Refused(f"the history of {service} is not one row of numbers: {error}") from None
    if written is None:
        raise Refused(f"the template in {folder.name} gave nothing")
    return Path(written.path)


def _configuration(folder: Path) -> Config:
    configuration = Config(cmd_opts=Namespace(quiet=True))
    configuration.set_main_option("script_location", str(folder))
    configuration.set_main_option("path_separator", "os")
    configuration.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return configuration

"""The repository as it would be: changes are collected in memory, then written together or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher.scaffold.names import Refused


class Draft:
    """Texts by path, relative to the top of the repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str] = {}

    @property
    def paths(self) -> list[str]:
        """Every file that is new or changed."""
        return sorted(self._texts)

    def text(self, path: str) -> str:
        """The text of a file as it would be."""
        if path not in self._texts:
            file = self.root / path
            if not file.is_file():
                raise Refused(f"{path} is not there")
            return file.read_text(encoding="utf-8")
        return self._texts[path]

    def create(self, path: str, text: str) -> None:
        """A new file."""
        if (self.root / path).exists():
            raise Refused(f"{path} exists already")
        self._texts[path] = text

    def replace(self, path: str, pattern: str, new: Callable[[re.Match[str]], str], *, within: str = "") -> None:
        """Replace every match; ``within`` bounds the search to the parts that match it."""
        text = self.text(path)
        found = 0

        def replaced(part: str) -> str:
            nonlocal found
            part, times = re.subn(pattern, new, part, flags=re.MULTILINE)
            found += times
            return part

        text = re.sub(within, lambda part: replaced(part[0]), text, flags=re.MULTILINE) if within else replaced(text)
        if not found:
            raise Refused(f"{path} has no place like {within and within + ' … '}{pattern}")
        self._texts[path] = text

    def repeat(
        self, path: str, pattern: str, rename: Callable[[str], str], *, between: str = "", within: str = ""
    ) -> None:
        """Put behind every match the same once more, renamed."""
        self.replace(path, pattern, lambda match: match[0] + between + rename(match[0]), within=within)

    def insert_after(self, path: str, pattern: str, new: str) -> None:
        """Put text behind the one place that matches."""
        self._only(path, pattern)
        self.replace(path, pattern, lambda match: match[0] + new)

    def insert_before(self, path: str, pattern: str, new: str) -> None:
        """Put text in front of the one place that matches."""
        self._only(path, pattern)
        self.replace(path, pattern, lambda match: new + match[0])

    def insert_at_end_of(self, path: str, opening: str, closing: str, new: str) -> None:
        """Put text at the end of a list, before the first ``closing`` that follows ``opening``."""
        begin = self._only(path, opening).end()
        text = self.text(path)
        end = text.find(closing, begin)
        if end < 0:
            raise Refused(f"{path} does not close {opening}")
        self._texts[path] = text[:end] + new + text[end:]

    def insert_sorted(self, path: str, run: str, line: str) -> None:
        """Put a line into the one run of lines that matches, in their order."""
        there = self._only(path, run)[0].splitlines(keepends=True)
        self.replace(path, run, lambda _: "".join(sorted([*there, line])))

    def append(self, path: str, new: str) -> None:
        """Put text at the end of a file."""
        self.rewrite(path, self.text(path) + new)

    def rewrite(self, path: str, text: str) -> None:
        """Another text for a file that is there."""
        self._texts[path] = text

    def _only(self, path: str, pattern: str) -> re.Match[str]:
        found = list(re.finditer(pattern, self.text(path), flags=re.MULTILINE))
        if len(found) != 1:
            raise Refused(f"{path} has {len(found) or 'no'} places like {pattern}, not one")
        return found[0]

    def write(self, finish: Callable[[], None], *, derived: Iterable[str]) -> None:
        """Write everything, then ``finish``; what fails takes all of it back, with the files ``finish`` derives."""
        with _as_before({self.root / path for path in (*self._texts, *derived)}):
            for path, text in self._texts.items():
                file = self.root / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            finish()


@contextmanager
def _as_before(files: set[Path]) -> Iterator[None]:
    """Whatever fails inside, these files are afterwards what they were, and new folders are gone."""
    before = {file: file.read_bytes() if file.exists() else None for file in files}
    folders = {folder for file in files for folder in file.parents if not folder.exists()}
    try:
        yield
    except BaseException:
        for file, content in before.items():
            if content is not None:
                file.write_bytes(content)
            else:
                file.unlink(missing_ok=True)
        for folder in sorted(folders, reverse=True):
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()
        raise

"""What all facts have in common."""

from __future__ import annotations


class Fact:
    """The state of one entity of another service, reduced to what is counted (计数事实).

    Its division is that of the event, unless a contribution names its own.
    """

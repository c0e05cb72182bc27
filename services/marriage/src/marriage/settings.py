"""The settings of ``marriage``."""

from __future__ import annotations

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service needs."""

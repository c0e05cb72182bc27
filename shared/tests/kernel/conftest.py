"""Property tests try the same examples on every run and are not judged by the speed of the machine."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")

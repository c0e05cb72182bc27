"""Writes what is the same each time: a further service with everything that knows of it, and an empty migration.

`template/` holds the files a service begins with; `registration` says where else it must be known. All of it is worked
out first and written at the end, or not at all.
"""

"""What every table of the service is part of; migrations are compared with it."""

from sqlalchemy import MetaData

METADATA = MetaData()

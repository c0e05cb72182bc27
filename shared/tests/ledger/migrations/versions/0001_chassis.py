"""The tables every service has."""

from alembic import op

from shared.storage.chassis_schema import create_chassis

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis(op.execute)


def downgrade() -> None:
    raise RuntimeError("the first migration is not taken back; restore a backup instead")

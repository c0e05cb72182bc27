"""Files of many rows."""

from alembic import op

from shared.storage.chassis_schema import add_bulk_imports

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_bulk_imports(op.execute)


def downgrade() -> None:
    op.execute("DROP TABLE bulk_row, bulk_import")

"""Accounts, references that are unique at the commit, and what a reader has read."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE account (
            id          uuid PRIMARY KEY,
            epoch       integer NOT NULL,
            version     bigint NOT NULL,
            division    varchar(12) NOT NULL,
            owner       text NOT NULL,
            kind        text NOT NULL,
            balance_fen bigint NOT NULL CHECK (balance_fen >= 0),
            note        text NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE reference (
            code text NOT NULL,
            CONSTRAINT one_reference UNIQUE (code) DEFERRABLE INITIALLY DEFERRED
        )
        """
    )
    op.execute(
        """
        CREATE TABLE reading (
            entity_id   uuid PRIMARY KEY,
            epoch       integer NOT NULL,
            version     bigint NOT NULL,
            balance_fen bigint NOT NULL,
            applied     integer NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE reading, reference, account")

"""A mark that every change of a cell moves in its own transaction, so that readings are kept until then."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP = (
    """
    CREATE TABLE cell_change (
        slot       integer PRIMARY KEY,
        changed_by xid8 NOT NULL,
        changes    bigint NOT NULL
    ) WITH (fillfactor = 50)
    """,
    # A slot a session, so that workers do not wait for each other.
    """
    CREATE FUNCTION note_cell_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        INSERT INTO cell_change AS held (slot, changed_by, changes)
        VALUES (pg_backend_pid() % 1024, pg_current_xact_id(), 1)
        ON CONFLICT (slot) DO UPDATE SET changed_by = excluded.changed_by, changes = held.changes + 1;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER cell_notes_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cell
    FOR EACH STATEMENT EXECUTE FUNCTION note_cell_change()
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER cell_notes_change ON cell")
    op.execute("DROP FUNCTION note_cell_change()")
    op.execute("DROP TABLE cell_change")

"""Registers of persons and programmes."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP: tuple[str, ...] = (
    """
    CREATE TABLE rescue_stay (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        status   text NOT NULL CHECK (status IN ('IN_CARE', 'STRANDED', 'ENDED')),
        due_on   date,
        record   text NOT NULL
    )
    """,
    "CREATE INDEX rescue_stay_list ON rescue_stay (division text_pattern_ops, id DESC)",
    """
    CREATE TABLE care_file (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        status   text NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
        record   text NOT NULL
    )
    """,
    "CREATE INDEX care_file_list ON care_file (division text_pattern_ops, id DESC)",
    """
    CREATE TABLE child_file (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        status   text NOT NULL CHECK (status IN ('FOUND', 'RECOGNISED', 'CLOSED')),
        record   text NOT NULL
    )
    """,
    "CREATE INDEX child_file_list ON child_file (division text_pattern_ops, id DESC)",
    """
    CREATE TABLE reserve (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        record   text NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX one_reserve_a_township ON reserve (division text_pattern_ops)",
    """
    CREATE TABLE certificate_holder (
        person_key      bytea PRIMARY KEY,
        division        varchar(12) NOT NULL,
        kind            text NOT NULL,
        grade           integer NOT NULL CHECK (grade BETWEEN 1 AND 4),
        valid_from      date NOT NULL,
        valid_to        date CHECK (valid_to > valid_from),
        work_injury     boolean NOT NULL,
        chose_aged_care boolean NOT NULL
    )
    """,
    "CREATE INDEX certificate_holder_area ON certificate_holder (division text_pattern_ops)",
    """
    CREATE TABLE coverage (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        aid      text NOT NULL,
        month    date NOT NULL,
        covered  integer NOT NULL,
        entitled integer NOT NULL,
        excluded integer NOT NULL,
        UNIQUE (aid, month, division),
        CHECK (covered <= entitled)
    )
    """,
)
DOWN: tuple[str, ...] = tuple(
    f"DROP TABLE {name}"
    for name in ("coverage", "certificate_holder", "reserve", "child_file", "care_file", "rescue_stay")
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)

"""Shapes, other names, places, consultations, lists of historic names, signs, wrong uses, and the feed of changes."""

from alembic import op

revision = "0004"
down_revision = "0003"

UP = (
    """
    ALTER TABLE place_name
        ADD COLUMN feature_id   uuid,
        ADD COLUMN geometry     jsonb,
        ADD COLUMN west         double precision,
        ADD COLUMN south        double precision,
        ADD COLUMN east         double precision,
        ADD COLUMN north        double precision,
        ADD COLUMN aliases      jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN other_names  text[] NOT NULL DEFAULT '{}',
        ADD COLUMN residences   jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN begun_on     date,
        ADD CONSTRAINT extent_with_geometry CHECK ((geometry IS NULL) OR (west <= east AND south <= north))
    """,
    "CREATE INDEX place_name_feature ON place_name ((coalesce(feature_id, id)))",
    """
    CREATE INDEX place_name_extent ON place_name
    USING gist (box(point(west, south), point(east, north))) WHERE west IS NOT NULL
    """,
    "CREATE INDEX place_name_other ON place_name USING gin (other_names)",
    "CREATE INDEX place_name_listed ON place_name (heritage, id) WHERE heritage <> 'NONE'",
    "CREATE INDEX place_name_category ON place_name (category, length, letters, id)",
    "CREATE INDEX place_name_family_dialect ON place_name (family, dialect)",
    """
    CREATE TABLE name_change (
        seq     bigint PRIMARY KEY,
        name_id uuid NOT NULL REFERENCES place_name (id),
        version bigint NOT NULL,
        change  text NOT NULL,
        at      timestamptz NOT NULL
    )
    """,
    "CREATE SEQUENCE name_change_seq OWNED BY name_change.seq",
    "ALTER TABLE name_change ALTER COLUMN seq SET DEFAULT nextval('name_change_seq')",
    """
    ALTER TABLE application
        DROP CONSTRAINT application_check,
        DROP CONSTRAINT application_kind_check
    """,
    """
    ALTER TABLE application
        ADD COLUMN geometry     jsonb,
        ADD COLUMN alternatives jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN materials    jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN passed_first boolean,
        ADD COLUMN consultation jsonb,
        ADD COLUMN working_days integer CHECK (working_days >= 0),
        ADD COLUMN used_from    date CHECK (used_from >= announced_on),
        ADD COLUMN overdue      text[] NOT NULL DEFAULT '{}',
        ADD COLUMN watch_on     date,
        ADD CONSTRAINT application_kind_check CHECK (kind IN ('NAME', 'RENAME', 'ABOLISH', 'RESTORE'))
    """,
    "DROP INDEX one_open_application_a_name",
    """
    CREATE UNIQUE INDEX one_open_application_a_name ON application (target_id)
    WHERE status IN ('SUBMITTED', 'RETURNED', 'ACCEPTED', 'CONSULTING', 'DECIDING', 'APPROVED')
    """,
    "CREATE INDEX application_watch ON application (watch_on) WHERE watch_on IS NOT NULL",
    "DROP INDEX application_open",
    """
    CREATE INDEX application_open ON application (family, folded, stem, dialect)
    WHERE status IN ('SUBMITTED', 'RETURNED', 'ACCEPTED', 'CONSULTING', 'DECIDING', 'APPROVED')
    """,
    "CREATE INDEX application_notice ON application (announced_on DESC, serial DESC) WHERE announced_on IS NOT NULL",
    """
    CREATE TABLE heritage_entry (
        id              uuid PRIMARY KEY,
        epoch           integer NOT NULL,
        version         bigint NOT NULL,
        division        varchar(12) NOT NULL,
        name_id         uuid NOT NULL REFERENCES place_name (id),
        level           text NOT NULL CHECK (level IN ('CITY', 'COUNTY')),
        batch           text NOT NULL,
        heritage_class  text NOT NULL,
        era             text NOT NULL,
        evidence        text NOT NULL,
        status          text NOT NULL,
        life            text NOT NULL,
        publisher       varchar(12) NOT NULL,
        listed          jsonb NOT NULL,
        alive           jsonb NOT NULL,
        measures        jsonb NOT NULL,
        protection      jsonb,
        expert_opinion  text,
        reason          text
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE UNIQUE INDEX one_entry_a_name_and_level ON heritage_entry (name_id, level) WHERE status <> 'DELISTED'
    """,
    "CREATE INDEX heritage_entry_list ON heritage_entry (status, level, id)",
    """
    CREATE TABLE sign_task (
        id          uuid PRIMARY KEY,
        epoch       integer NOT NULL,
        version     bigint NOT NULL,
        division    varchar(12) NOT NULL,
        name_id     uuid NOT NULL REFERENCES place_name (id),
        category    text NOT NULL,
        orientation text NOT NULL,
        status      text NOT NULL,
        ordered_on  date NOT NULL,
        due_on      date NOT NULL,
        due         jsonb NOT NULL,
        standing    jsonb NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX sign_task_area ON sign_task (division text_pattern_ops, id)",
    "CREATE INDEX sign_task_name ON sign_task (name_id)",
    """
    CREATE TABLE misuse (
        id           uuid PRIMARY KEY,
        epoch        integer NOT NULL,
        version      bigint NOT NULL,
        division     varchar(12) NOT NULL,
        kind         text NOT NULL,
        found        text NOT NULL,
        carrier      text NOT NULL,
        name_id      uuid REFERENCES place_name (id),
        status       text NOT NULL,
        reported_on  date NOT NULL,
        correct_by   jsonb,
        corrected_on date CHECK (corrected_on >= reported_on),
        document_no  text,
        fine_fen     bigint CHECK (fine_fen > 0),
        reason       text
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX misuse_area ON misuse (division text_pattern_ops, id)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("names with shapes and histories are not cut back; restore a backup instead")

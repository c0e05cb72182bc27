"""Assessments, applications, offers and what a stay is besides its days."""

from alembic import op

revision = "0005"
down_revision = "0004"

UP: tuple[str, ...] = (
    """
    ALTER TABLE stay
        ADD COLUMN admitted_on   date,
        ADD COLUMN trial_ends_on date,
        ADD COLUMN level         smallint CHECK (level BETWEEN 0 AND 4),
        ADD COLUMN residency     jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN moved_from    uuid REFERENCES stay (id),
        ADD COLUMN end_reason    text,
        ADD COLUMN death         text,
        ADD COLUMN refund_due    date
    """,
    "UPDATE stay SET admitted_on = lower(stayed)",
    "UPDATE stay SET end_reason = 'DISCHARGED' WHERE NOT upper_inf(stayed)",
    "ALTER TABLE stay ALTER COLUMN admitted_on SET NOT NULL",
    "ALTER TABLE stay DROP CONSTRAINT stay_status_check",
    "ALTER TABLE stay ADD CONSTRAINT stay_status_check CHECK (status IN ('TRIAL', 'CURRENT', 'ENDED', 'VOIDED'))",
    "ALTER TABLE stay ADD CHECK (status <> 'TRIAL' OR upper_inf(stayed))",
    "ALTER TABLE stay ADD CHECK ((end_reason = 'DECEASED') = (death IS NOT NULL))",
    "CREATE INDEX stay_trial ON stay (trial_ends_on) WHERE status = 'TRIAL'",
    "CREATE INDEX stay_death ON stay (person_key) WHERE end_reason = 'DECEASED' AND status <> 'VOIDED'",
    "CREATE INDEX stay_hardship ON stay (institution_id, admitted_on) WHERE ground = 'EXTREME_HARDSHIP'",
    "DROP TRIGGER stay_keeps_former_version ON stay",
    """
    CREATE TRIGGER stay_keeps_former_version AFTER UPDATE ON stay
    FOR EACH ROW WHEN (OLD.version <> NEW.version)
    EXECUTE FUNCTION keep_former_version('name', 'identity', 'person_key', 'death')
    """,
    """
    CREATE TABLE assessment_agency (
        id                uuid PRIMARY KEY,
        division          varchar(12) NOT NULL,
        name              text NOT NULL,
        organisation_code varchar(18) NOT NULL,
        assessors         jsonb NOT NULL,
        CONSTRAINT one_agency_a_code UNIQUE (organisation_code)
    )
    """,
    """
    CREATE TABLE assessment (
        id          uuid PRIMARY KEY,
        epoch       integer NOT NULL,
        version     bigint NOT NULL,
        division    varchar(12) NOT NULL,
        name        text NOT NULL,
        identity    text NOT NULL,
        person_key  bytea NOT NULL,
        findings    text NOT NULL,
        level       smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
        assessed_on date NOT NULL,
        valid       daterange NOT NULL CHECK (NOT isempty(valid)),
        reason      text NOT NULL,
        agency_id   uuid NOT NULL REFERENCES assessment_agency (id),
        assessors   jsonb NOT NULL,
        informant   text NOT NULL,
        status      text NOT NULL CHECK (status IN ('IN_FORCE', 'DISPUTED', 'REPLACED', 'VOIDED')),
        disputed_on date,
        review_due  jsonb,
        replaced_by uuid,
        void_reason text,
        uncertain   jsonb NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX one_assessment_a_person ON assessment (person_key) WHERE status IN ('IN_FORCE', 'DISPUTED')",
    "CREATE INDEX assessment_person ON assessment (person_key, assessed_on DESC)",
    """
    CREATE TABLE admission (
        id               uuid PRIMARY KEY,
        epoch            integer NOT NULL,
        version          bigint NOT NULL,
        division         varchar(12) NOT NULL,
        number           text NOT NULL UNIQUE,
        institution_id   uuid NOT NULL REFERENCES institution (id),
        name             text NOT NULL,
        identity         text NOT NULL,
        person_key       bytea NOT NULL,
        phone            text,
        born             date NOT NULL,
        sex              text NOT NULL,
        applicant        text NOT NULL,
        channel          text NOT NULL,
        means            text NOT NULL,
        family           text[] NOT NULL,
        merits           text[] NOT NULL,
        disability_grade smallint CHECK (disability_grade BETWEEN 1 AND 4),
        bed_class        text,
        highest_bed_fee  bigint,
        level            smallint CHECK (level BETWEEN 0 AND 4),
        assessment_id    uuid REFERENCES assessment (id),
        status           text NOT NULL,
        submitted_on     date,
        review_due       jsonb,
        decision_reason  text,
        queued_at        timestamptz,
        first_queued_on  date,
        publicity_ends   jsonb,
        lane             smallint CHECK (lane BETWEEN 1 AND 3),
        misses           integer NOT NULL,
        contract         jsonb,
        admitted_on      date,
        stay_id          uuid REFERENCES stay (id),
        ended_on         date,
        CHECK (status NOT IN ('WAITLISTED', 'OFFERED', 'ACCEPTED') OR queued_at IS NOT NULL),
        CHECK ((status = 'ADMITTED') = (stay_id IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX admission_queue ON admission (institution_id) WHERE status = 'WAITLISTED'",
    "CREATE INDEX admission_person ON admission (person_key)",
    "CREATE INDEX admission_institution ON admission (institution_id, id)",
    "CREATE INDEX admission_applicant ON admission (applicant, id)",
    "CREATE INDEX admission_done ON admission (institution_id, lane, admitted_on) WHERE status = 'ADMITTED'",
    """
    CREATE UNIQUE INDEX one_application_a_person_and_institution ON admission (person_key, institution_id)
    WHERE status IN ('SUBMITTED', 'UNDER_REVIEW', 'RETURNED', 'WAITLISTED', 'OFFERED', 'ACCEPTED')
    """,
    """
    CREATE TABLE offer (
        id               uuid PRIMARY KEY,
        admission_id     uuid NOT NULL REFERENCES admission (id),
        bed_id           uuid NOT NULL REFERENCES bed (id),
        place            integer NOT NULL,
        notified_on      date NOT NULL,
        expires_on       date NOT NULL CHECK (expires_on >= notified_on),
        provisional      boolean NOT NULL,
        calendar_version text NOT NULL,
        status           text NOT NULL,
        answered_on      date,
        admit_by         jsonb,
        admit_by_on      date,
        UNIQUE (admission_id, place)
    ) WITH (fillfactor = 80)
    """,
    "CREATE UNIQUE INDEX one_open_offer_a_bed ON offer (bed_id) WHERE status IN ('OPEN', 'ACCEPTED')",
    "CREATE UNIQUE INDEX one_open_offer_an_applicant ON offer (admission_id) WHERE status IN ('OPEN', 'ACCEPTED')",
    "CREATE INDEX offer_due ON offer (expires_on) WHERE status = 'OPEN'",
    "CREATE INDEX offer_admit_by ON offer (admit_by_on) WHERE status = 'ACCEPTED'",
    """
    CREATE TABLE waiting_move (
        id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        admission_id    uuid NOT NULL REFERENCES admission (id),
        at              timestamptz NOT NULL,
        why             text NOT NULL,
        position_before integer,
        position_after  integer
    )
    """,
    "CREATE INDEX waiting_move_admission ON waiting_move (admission_id, id)",
    """
    CREATE TABLE waiting_skip (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        admission_id uuid NOT NULL REFERENCES admission (id),
        bed_id       uuid NOT NULL REFERENCES bed (id),
        at           timestamptz NOT NULL,
        reason       text NOT NULL
    )
    """,
    "CREATE INDEX waiting_skip_admission ON waiting_skip (admission_id, id)",
    *(
        f"""
        CREATE TRIGGER {noun}_keeps_former_version AFTER UPDATE ON {noun}
        FOR EACH ROW WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION keep_former_version({personal})
        """
        for noun, personal in (
            ("assessment", "'name', 'identity', 'person_key', 'findings'"),
            ("admission", "'name', 'identity', 'person_key', 'phone'"),
        )
    ),
    *(
        f"""
        CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
        for table in ("waiting_move", "waiting_skip")
    ),
)
DOWN: tuple[str, ...] = (
    "DROP TABLE waiting_skip, waiting_move, offer, admission, assessment, assessment_agency",
    "DROP INDEX stay_trial, stay_death, stay_hardship",
    """
    ALTER TABLE stay DROP COLUMN admitted_on, DROP COLUMN trial_ends_on, DROP COLUMN level, DROP COLUMN residency,
        DROP COLUMN moved_from, DROP COLUMN end_reason, DROP COLUMN death, DROP COLUMN refund_due
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)

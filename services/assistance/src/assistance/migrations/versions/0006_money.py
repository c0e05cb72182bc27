"""Benefit runs, adjustments and the reserve ledger."""

from alembic import op

revision = "0006"
down_revision = "0005"

UP: tuple[str, ...] = (
    """
    CREATE TABLE benefit (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        aid            text NOT NULL,
        case_id        uuid,
        residence      text NOT NULL CHECK (residence IN ('URBAN', 'RURAL')),
        accepted_by    varchar(12) NOT NULL,
        status         text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'TAPERING', 'ENDED')),
        started_on     date NOT NULL,
        ended_from     date,
        suspended_from date,
        taper_until    date,
        settle_from    date,
        reason_code    text,
        payee          text,
        basis          jsonb,
        CHECK (ended_from >= started_on)
    )
    """,
    "CREATE INDEX benefit_run_order ON benefit (aid, id)",
    "CREATE INDEX benefit_list ON benefit (division text_pattern_ops, id DESC)",
    "CREATE INDEX benefit_case ON benefit (case_id) WHERE case_id IS NOT NULL",
    "CREATE INDEX benefit_to_settle ON benefit (aid, id) WHERE settle_from IS NOT NULL",
    """
    CREATE TABLE benefit_recipient (
        benefit_id uuid NOT NULL REFERENCES benefit (id),
        ref        text NOT NULL,
        aid        text NOT NULL,
        person_key bytea NOT NULL,
        name       text NOT NULL,
        identity   text NOT NULL,
        valid_from date NOT NULL,
        valid_to   date,
        PRIMARY KEY (benefit_id, ref),
        CONSTRAINT one_benefit_of_an_aid_a_person EXCLUDE USING gist (
            person_key WITH =, aid WITH =, daterange(valid_from, valid_to) WITH &&
        )
    )
    """,
    "CREATE INDEX benefit_recipient_person ON benefit_recipient (person_key, aid)",
    """
    CREATE TABLE entitlement (
        benefit_id uuid NOT NULL REFERENCES benefit (id),
        ordinal    integer NOT NULL,
        ref        text NOT NULL,
        component  text NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        valid_from date NOT NULL,
        valid_to   date CHECK (valid_to > valid_from),
        PRIMARY KEY (benefit_id, ordinal)
    )
    """,
    """
    CREATE TABLE benefit_run (
        id       uuid PRIMARY KEY,
        epoch    integer NOT NULL,
        version  bigint NOT NULL,
        division varchar(12) NOT NULL,
        aid       text NOT NULL,
        month     date NOT NULL CHECK (extract(day FROM month) = 1),
        status    text NOT NULL CHECK (status IN ('COMPUTING', 'READY', 'SEALED', 'DISCARDED')),
        opened_by text NOT NULL,
        sealed_by text CHECK (sealed_by <> opened_by),
        sealed_on date,
        after     uuid,
        lines     integer NOT NULL,
        blocked   integer NOT NULL,
        total_fen bigint NOT NULL,
        digest    text,
        signature text,
        settled   boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE UNIQUE INDEX one_open_run_an_aid ON benefit_run (aid, division) WHERE status IN ('COMPUTING', 'READY')",
    "CREATE INDEX benefit_run_list ON benefit_run (division text_pattern_ops, id DESC)",
    """
    CREATE TABLE benefit_line (
        run_id       uuid NOT NULL REFERENCES benefit_run (id),
        benefit_id   uuid NOT NULL,
        for_month    date NOT NULL,
        kind         text NOT NULL CHECK (kind IN ('REGULAR', 'BACK_PAY', 'RECOVERY')),
        amount_fen   bigint NOT NULL CHECK (amount_fen <> 0),
        blocked      boolean NOT NULL,
        block_reason text,
        PRIMARY KEY (run_id, benefit_id, for_month)
    )
    """,
    "CREATE INDEX benefit_line_benefit ON benefit_line (benefit_id, for_month)",
)
DOWN: tuple[str, ...] = tuple(
    f"DROP TABLE {name}" for name in ("benefit_line", "benefit_run", "entitlement", "benefit_recipient", "benefit")
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)

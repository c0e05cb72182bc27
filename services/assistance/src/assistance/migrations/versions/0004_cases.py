"""The life of a case: supplement, notices, objections, benefits, changes, referrals."""

from alembic import op

revision = "0004"
down_revision = "0003"

DOSSIERS = ("referral", "lead", "alert", "review", "change", "remedy", "complaint", "rating", "fraud", "delegation")

APPLICATION = (
    "ALTER TABLE application DROP CONSTRAINT application_status_check",
    "ALTER TABLE application DROP CONSTRAINT application_channel_check",
    "UPDATE application SET status = 'VERIFYING' WHERE status = 'VERIFIED'",
    """
    ALTER TABLE application
        ADD COLUMN programme text NOT NULL DEFAULT 'SUBSISTENCE_ALLOWANCE',
        ADD COLUMN needs text[] NOT NULL DEFAULT '{}',
        ADD COLUMN mode text CHECK (mode IN ('COUNTY', 'ENTRUSTED', 'TOWNSHIP_OWN')),
        ADD COLUMN desk text NOT NULL DEFAULT 'TOWNSHIP'
            CHECK (desk IN ('CITIZEN', 'TOWNSHIP', 'COUNTY', 'NOBODY')),
        ADD COLUMN next_due_on date,
        ADD COLUMN relative boolean NOT NULL DEFAULT false,
        ADD COLUMN posted_from date,
        ADD COLUMN posted_until date,
        ADD COLUMN alarmed_for date,
        ADD COLUMN course text,
        ADD COLUMN household text,
        ADD CONSTRAINT application_channel_check
            CHECK (channel IN ('WINDOW', 'APP', 'AGENT', 'LEAD', 'CROSS_PLACE')),
        ADD CONSTRAINT application_status_check CHECK (status IN (
            'DRAFT', 'SUBMITTED', 'INCOMPLETE', 'ACCEPTED', 'DECLINED', 'VERIFYING', 'OPINION', 'PUBLICITY', 'OBJECTED',
            'REPUBLICITY', 'AT_COUNTY', 'GRANTED', 'REFUSED', 'ACTIVE', 'TAPER', 'SUSPENDED', 'ENDED', 'WITHDRAWN',
            'CLOSED_NONCOOP'
        )),
        ADD CONSTRAINT no_grant_without_its_steps CHECK (
            status NOT IN ('GRANTED', 'ACTIVE', 'TAPER', 'SUSPENDED', 'ENDED')
            OR (accepted_on IS NOT NULL AND verified_by IS NOT NULL AND decided_on IS NOT NULL)
        )
    """,
    "DROP INDEX application_due",
    "CREATE INDEX application_due ON application (next_due_on, id) WHERE desk <> 'NOBODY' AND next_due_on IS NOT NULL",
    """
    CREATE INDEX application_desk ON application (desk, division text_pattern_ops, next_due_on, id)
        WHERE desk <> 'NOBODY'
    """,
    "CREATE INDEX application_status ON application (status, submitted_at DESC, id DESC)",
    "CREATE INDEX application_programme ON application (programme, submitted_at DESC, id DESC)",
    "CREATE INDEX application_posted ON application (division text_pattern_ops, posted_from) "
    "WHERE posted_from IS NOT NULL",
    "CREATE INDEX application_relative ON application (submitted_at DESC, id DESC) WHERE relative",
    "ALTER TABLE application_member ADD COLUMN register text NOT NULL DEFAULT 'HOUSEHOLD'",
    "DROP INDEX one_live_case_a_person",
    "CREATE UNIQUE INDEX one_live_case_a_person ON application_member (person_key, register) WHERE live",
)
FURTHER = {
    "referral": "department text NOT NULL",
    "lead": "person_key bytea",
    "alert": "desk text NOT NULL, kind text NOT NULL",
    "rating": "matter text NOT NULL CONSTRAINT one_rating_a_matter UNIQUE",
    "delegation": (
        "aid text NOT NULL, mode text NOT NULL, valid_from date NOT NULL, valid_to date CHECK (valid_to > valid_from), "
        "CONSTRAINT one_delegation_a_day EXCLUDE USING gist "
        "(division WITH =, aid WITH =, daterange(valid_from, valid_to) WITH &&)"
    ),
}
INDEXES = (
    "CREATE INDEX referral_department ON referral (department, status, id)",
    "CREATE INDEX lead_person ON lead (person_key) WHERE person_key IS NOT NULL",
    "CREATE UNIQUE INDEX one_alert_at_a_time ON alert (kind, (record ->> 'about')) "
    "WHERE status <> 'DONE' AND record ->> 'about' IS NOT NULL",
    "CREATE UNIQUE INDEX one_review_due ON review (application_id) WHERE status = 'DUE'",
    "CREATE UNIQUE INDEX one_open_change ON change (application_id, (record ->> 'kind')) "
    "WHERE status IN ('REPORTED', 'PROPOSED', 'HEARD')",
)


def table_of(noun: str) -> str:
    further = f", {FURTHER[noun]}" if noun in FURTHER else ""
    return f"""
    CREATE TABLE {noun} (
        id             uuid PRIMARY KEY,
        epoch          integer NOT NULL,
        version        bigint NOT NULL,
        division       varchar(12) NOT NULL,
        status         text NOT NULL,
        opened_on      date NOT NULL,
        application_id uuid REFERENCES application (id),
        due_on         date,
        record         jsonb NOT NULL,
        sealed         text
        {further}
    )
    """


def upgrade() -> None:
    for statement in APPLICATION:
        op.execute(statement)
    for noun in DOSSIERS:
        op.execute(table_of(noun))
        op.execute(f"CREATE INDEX {noun}_area ON {noun} (division text_pattern_ops, id DESC)")
        op.execute(f"CREATE INDEX {noun}_newest ON {noun} (id DESC)")
        op.execute(f"CREATE INDEX {noun}_due ON {noun} (due_on, id) WHERE due_on IS NOT NULL")
        op.execute(f"CREATE INDEX {noun}_case ON {noun} (application_id) WHERE application_id IS NOT NULL")
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    for noun in reversed(DOSSIERS):
        op.execute(f"DROP TABLE {noun}")
    op.execute("DROP INDEX one_live_case_a_person")
    op.execute("ALTER TABLE application_member DROP COLUMN register")
    op.execute("CREATE UNIQUE INDEX one_live_case_a_person ON application_member (person_key) WHERE live")
    for name in ("due", "desk", "status", "programme", "posted", "relative"):
        op.execute(f"DROP INDEX application_{name}")
    op.execute("ALTER TABLE application DROP CONSTRAINT application_status_check")
    op.execute("ALTER TABLE application DROP CONSTRAINT application_channel_check")
    op.execute(
        "ALTER TABLE application DROP COLUMN programme, DROP COLUMN needs, DROP COLUMN mode, DROP COLUMN desk,"
        " DROP COLUMN next_due_on, DROP COLUMN relative, DROP COLUMN posted_from, DROP COLUMN posted_until,"
        " DROP COLUMN alarmed_for, DROP COLUMN course, DROP COLUMN household"
    )
    op.execute("CREATE INDEX application_due ON application (due_on) WHERE status IN ('ACCEPTED', 'VERIFIED')")

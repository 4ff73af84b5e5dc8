"""What the absence of each consultant and the loss of each road costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resilience_run",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("dataset_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('backup', 'critical-roads')", name=op.f("ck_resilience_run_kind")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_resilience_run_minutes")),
        sa.CheckConstraint("starts_with(fingerprint, id)", name=op.f("ck_resilience_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resilience_run")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_resilience_run_fingerprint")),
    )
    # The web service shows what was worked out; it works out nothing.
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tono_app') THEN
                GRANT SELECT ON resilience_run TO tono_app;
            END IF;
        END $$
    """)


def downgrade() -> None:
    op.drop_table("resilience_run")

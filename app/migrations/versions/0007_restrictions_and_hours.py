"""Keep restrictions that let cars pass beside closures, and hours of the day at which a closure holds."""

import sqlalchemy as sa
from alembic import op

from app.errors import InputError
from app.roads.restriction_words import Effect, read_notice

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD = "yearly_from <> '' OR (valid_from IS NOT NULL AND valid_to IS NOT NULL)"


def upgrade() -> None:
    op.add_column("closure", sa.Column("closes_road", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("closure", sa.Column("daily_from", sa.String(5), nullable=False, server_default=""))
    op.add_column("closure", sa.Column("daily_to", sa.String(5), nullable=False, server_default=""))
    op.create_check_constraint(op.f("ck_closure_daily"), "closure", "(daily_from = '') = (daily_to = '')")
    op.drop_constraint(op.f("ck_closure_has_period"), "closure")
    op.create_check_constraint(op.f("ck_closure_has_period"), "closure", f"NOT closes_road OR {OLD}")
    # Rows that were taken for closures though their words let cars pass; what cannot be decided stays as it was.
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, content FROM closure")).all()
    for number in [number for number, content in rows if _lets_cars_pass(content)]:
        connection.execute(sa.text("UPDATE closure SET closes_road = false WHERE id = :number"), {"number": number})


def _lets_cars_pass(content: str) -> bool:
    try:
        return read_notice(content).effect is Effect.OPEN
    except InputError:
        return False


def downgrade() -> None:
    # Without the column a restriction would be taken for a closure.
    op.execute("DELETE FROM closure WHERE NOT closes_road OR daily_from <> ''")
    op.drop_constraint(op.f("ck_closure_has_period"), "closure")
    op.create_check_constraint(op.f("ck_closure_has_period"), "closure", OLD)
    op.drop_constraint(op.f("ck_closure_daily"), "closure")
    op.drop_column("closure", "daily_to")
    op.drop_column("closure", "daily_from")
    op.drop_column("closure", "closes_road")

"""Keep names in the form in which they are searched, with the pieces that an index finds."""

import sqlalchemy as sa
from alembic import op

from app.register.search import columns_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Table → its key and, where there is one, the column of the reading.
TABLES = {"district": ("id", "''"), "resource": ("id", "kana"), "small_area": ("code", "''")}


def upgrade() -> None:
    for table, (key, kana) in TABLES.items():
        op.add_column(table, sa.Column("folded", sa.Text(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("pieces", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
        _fill(table, key, kana)
        op.create_index(op.f(f"ix_{table}_pieces"), table, ["pieces"], postgresql_using="gin")


def _fill(table: str, key: str, kana: str) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT {key}, name, {kana} FROM {table}")).all()  # noqa: S608  (our own names)
    change = sa.text(f"UPDATE {table} SET folded = :folded, pieces = :pieces WHERE {key} = :key")  # noqa: S608
    for number, name, reading in rows:
        folded, pieces = columns_of(name, reading)
        connection.execute(change, {"key": number, "folded": folded, "pieces": pieces})


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_pieces"), table, postgresql_using="gin")
        op.drop_column(table, "pieces")
        op.drop_column(table, "folded")

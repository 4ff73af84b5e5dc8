"""Find resources by address, telephone number, organisation, activity and day as well."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.register.search import columns_of, day_texts, phone_texts

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NEW = ("organisation", "schedule")


def upgrade() -> None:
    for table in NEW:
        op.add_column(table, sa.Column("folded", sa.Text(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("pieces", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
        op.create_index(op.f(f"ix_{table}_pieces"), table, ["pieces"], postgresql_using="gin")
    _fill("organisation", "name", lambda row: (row.name,))
    _fill("schedule", "title, rrule, rule_text", lambda row: (row.title, "", row.rule_text, *day_texts(row.rrule)))
    _fill("resource", "name, kana, address, phone", lambda row: (*row[1:4], *phone_texts(row.phone)))


def _fill(table: str, columns: str, texts_of: Callable[[sa.Row[Any]], Iterable[str]]) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT id, {columns} FROM {table}")).all()  # noqa: S608  (our own names)
    change = sa.text(f"UPDATE {table} SET folded = :folded, pieces = :pieces WHERE id = :id")  # noqa: S608
    for row in rows:
        folded, pieces = columns_of(*texts_of(row))
        connection.execute(change, {"id": row.id, "folded": folded, "pieces": pieces})


def downgrade() -> None:
    _fill("resource", "name, kana", lambda row: row[1:3])
    for table in NEW:
        op.drop_index(op.f(f"ix_{table}_pieces"), table, postgresql_using="gin")
        op.drop_column(table, "pieces")
        op.drop_column(table, "folded")

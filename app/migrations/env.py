"""Alembic environment: runs on the connection that `app.database.migrate` gives."""

from alembic import context
from geoalchemy2 import alembic_helpers

import app.models  # noqa: F401  (fills the metadata)
from app.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=alembic_helpers.include_object,
    render_item=alembic_helpers.render_item,
    compare_type=True,
)
context.run_migrations()

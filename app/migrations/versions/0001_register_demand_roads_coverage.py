"""The register, demand, roads and coverage."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_run",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("dataset_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("inputs", JSONB(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("starts_with(fingerprint, id)", name=op.f("ck_coverage_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_run")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_coverage_run_fingerprint")),
    )
    op.create_index(op.f("ix_coverage_run_profile"), "coverage_run", ["profile"], unique=False)
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("is_bundled", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("is_schematic", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('districts', 'small_areas', 'demand', 'roads', 'resources', 'consultants', 'closures')",
            name=op.f("ck_dataset_kind"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_dataset_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
    )
    op.create_index(op.f("ix_dataset_kind"), "dataset", ["kind"], unique=False)
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "geometry",
            geoalchemy2.Geometry(geometry_type="MULTILINESTRING", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detour", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ST_IsValid(geometry)", name=op.f("ck_closure_valid")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_closure_period")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_closure_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index("idx_closure_geometry", "closure", ["geometry"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_closure_dataset_id"), "closure", ["dataset_id"], unique=False)
    op.create_table(
        "coverage_cell",
        sa.Column("run_id", sa.String(length=12), nullable=False),
        sa.Column("mesh_code", sa.String(length=11), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("travel_time_s", sa.Double(), nullable=True),
        sa.Column("consultant", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("snap_m", sa.Double(), nullable=True),
        sa.CheckConstraint("reason IN ('off_network', 'island', 'closed')", name=op.f("ck_coverage_cell_reason")),
        sa.CheckConstraint(
            "(travel_time_s IS NULL) = (reason IS NOT NULL)", name=op.f("ck_coverage_cell_reached_or_reason")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["coverage_run.id"], name=op.f("fk_coverage_cell_run_id_coverage_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "mesh_code", name=op.f("pk_coverage_cell")),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column(
            "geometry",
            geoalchemy2.Geometry(geometry_type="MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ST_IsValid(geometry)", name=op.f("ck_district_valid")),
        sa.CheckConstraint("population >= 0 AND households >= 0", name=op.f("ck_district_counts")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_district_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("name", name=op.f("uq_district_name")),
    )
    op.create_index("idx_district_geometry", "district", ["geometry"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_district_dataset_id"), "district", ["dataset_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_organisation_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_index(op.f("ix_organisation_dataset_id"), "organisation", ["dataset_id"], unique=False)
    op.create_table(
        "road_network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("nodes", sa.Integer(), nullable=False),
        sa.Column("edges", sa.Integer(), nullable=False),
        sa.Column("km", sa.Double(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column(
            "extent", geoalchemy2.Geometry(geometry_type="POLYGON", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('schematic', 'osm', 'edges', 'place')", name=op.f("ck_road_network_kind")),
        sa.CheckConstraint("ST_IsValid(extent)", name=op.f("ck_road_network_extent_valid")),
        sa.CheckConstraint("length(fingerprint) = 64", name=op.f("ck_road_network_fingerprint")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_road_network_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_network")),
        sa.UniqueConstraint("name", name=op.f("uq_road_network_name")),
    )
    op.create_index("idx_road_network_extent", "road_network", ["extent"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_road_network_dataset_id"), "road_network", ["dataset_id"], unique=False)
    op.create_index("uq_road_network_active", "road_network", ["is_active"], unique=True, postgresql_where="is_active")
    op.create_table(
        "demand_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mesh_code", sa.String(length=11), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("is_district_given", sa.Boolean(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column(
            "location", geoalchemy2.Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column(
            "access_point", geoalchemy2.Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ST_IsValid(access_point)", name=op.f("ck_demand_cell_access_point_valid")),
        sa.CheckConstraint("ST_IsValid(location)", name=op.f("ck_demand_cell_location_valid")),
        sa.CheckConstraint("population >= 0 AND households >= 0", name=op.f("ck_demand_cell_counts")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_demand_cell_dataset_id_dataset")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_demand_cell_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_cell")),
        sa.UniqueConstraint("dataset_id", "mesh_code", name=op.f("uq_demand_cell_dataset_id_mesh_code")),
    )
    op.create_index(
        "idx_demand_cell_access_point", "demand_cell", ["access_point"], unique=False, postgresql_using="gist"
    )
    op.create_index("idx_demand_cell_location", "demand_cell", ["location"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_demand_cell_dataset_id"), "demand_cell", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_demand_cell_district_id"), "demand_cell", ["district_id"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kana", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column(
            "location", geoalchemy2.Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=True
        ),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column(
            "access_point", geoalchemy2.Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=True
        ),
        sa.Column("location_note", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("eligibility", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("staffing", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("last_confirmed_on", sa.Date(), nullable=True),
        sa.Column("last_confirmed_by", sa.String(), nullable=False),
        sa.Column("last_confirmed_how", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('centre', 'window', 'salon', 'gathering_place', 'childcare', 'watch_partner', 'other')",
            name=op.f("ck_resource_kind"),
        ),
        sa.CheckConstraint("ST_IsValid(access_point)", name=op.f("ck_resource_access_point_valid")),
        sa.CheckConstraint("ST_IsValid(location)", name=op.f("ck_resource_location_valid")),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_resource_accuracy")),
        sa.CheckConstraint("location IS NULL OR accuracy_m IS NOT NULL", name=op.f("ck_resource_accuracy_known")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_resource_dataset_id_dataset")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_resource_district_id_district")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_resource_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("code", name=op.f("uq_resource_code")),
    )
    op.create_index("idx_resource_access_point", "resource", ["access_point"], unique=False, postgresql_using="gist")
    op.create_index("idx_resource_location", "resource", ["location"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_resource_dataset_id"), "resource", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_resource_district_id"), "resource", ["district_id"], unique=False)
    op.create_index(op.f("ix_resource_kind"), "resource", ["kind"], unique=False)
    op.create_index(op.f("ix_resource_organisation_id"), "resource", ["organisation_id"], unique=False)
    op.create_table(
        "small_area",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column(
            "location", geoalchemy2.Geometry(geometry_type="POINT", srid=4326, spatial_index=False), nullable=False
        ),
        sa.Column(
            "geometry",
            geoalchemy2.Geometry(geometry_type="MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=True,
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ST_IsValid(geometry)", name=op.f("ck_small_area_valid")),
        sa.CheckConstraint("ST_IsValid(location)", name=op.f("ck_small_area_location_valid")),
        sa.CheckConstraint("population >= 0 AND households >= 0", name=op.f("ck_small_area_counts")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_small_area_dataset_id_dataset")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_small_area_district_id_district")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_small_area")),
    )
    op.create_index("idx_small_area_geometry", "small_area", ["geometry"], unique=False, postgresql_using="gist")
    op.create_index("idx_small_area_location", "small_area", ["location"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_small_area_dataset_id"), "small_area", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_small_area_district_id"), "small_area", ["district_id"], unique=False)
    op.create_table(
        "consultant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("base_resource_id", sa.Integer(), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_resource_id"], ["resource.id"], name=op.f("fk_consultant_base_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_consultant_dataset_id_dataset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant")),
        sa.UniqueConstraint("code", name=op.f("uq_consultant_code")),
    )
    op.create_index(op.f("ix_consultant_base_resource_id"), "consultant", ["base_resource_id"], unique=False)
    op.create_index(op.f("ix_consultant_dataset_id"), "consultant", ["dataset_id"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("rrule", sa.String(), nullable=False),
        sa.Column("rule_text", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("exdates", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("closed_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("season_from", sa.String(length=5), nullable=False),
        sa.Column("season_to", sa.String(length=5), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("rrule <> '' OR rule_text <> ''", name=op.f("ck_schedule_rule")),
        sa.CheckConstraint("end_time IS NULL OR start_time < end_time", name=op.f("ck_schedule_times")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_schedule_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_index(op.f("ix_schedule_resource_id"), "schedule", ["resource_id"], unique=False)
    op.create_table(
        "watch_agreement",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("signed_on", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_watch_agreement_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_watch_agreement")),
    )
    # The web service only reads: there are no accounts yet, so nothing that comes over HTTP may change a row.
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tono_app') THEN
                GRANT USAGE ON SCHEMA public TO tono_app;
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO tono_app;
            END IF;
        END $$
    """)


def downgrade() -> None:
    for table in (
        "watch_agreement",
        "schedule",
        "consultant",
        "small_area",
        "resource",
        "demand_cell",
        "road_network",
        "organisation",
        "district",
        "coverage_cell",
        "closure",
        "dataset",
        "coverage_run",
    ):
        op.drop_table(table)

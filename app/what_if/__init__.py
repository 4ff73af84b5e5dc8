"""What-if: consultants moved, added or removed and roads closed, without storing anything."""

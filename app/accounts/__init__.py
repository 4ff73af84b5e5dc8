"""People who sign in. Accounts do not exist yet; the seam for them does."""

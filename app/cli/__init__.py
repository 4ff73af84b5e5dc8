"""`tono …`: each command calls one use case. 0 done, 1 failed with one sentence, 2 wrong usage."""

from app.cli.root import app, main

__all__ = ["app", "main"]

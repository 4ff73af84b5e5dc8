"""The pure parts of the pages' scripts give the answers worked out by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


# Their types and their form are looked at by `make check`.
def test_scripts(root: Path) -> None:
    web = root / "app" / "web"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    npm = shutil.which("npm", path=path)
    assert npm, "npm comes with the development packages"
    done = subprocess.run(
        [npm, "run", "--silent", "test"],
        cwd=web,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_lock_names_no_registry(root: Path) -> None:
    lock = (root / "app" / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock

"""Third-party files of the pages, copied from the locked npm packages to ``static/vendor`` and checked by their sums.

``python -m app.web.vendor`` copies; ``python -m app.web.vendor --update`` writes versions and sums of the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INSTALL = "Run `npm ci --ignore-scripts` in app/web first (`make run` and `make test` do it for you)."


class VendorError(Exception):
    """A file of the manifest is missing or is not the one that was locked."""


@dataclass(frozen=True)
class Places:
    """Where the manifest, the npm packages and the served copies are."""

    manifest: Path = HERE / "vendor.json"
    modules: Path = HERE / "node_modules"
    served: Path = HERE / "static" / "vendor"


def read_manifest(path: Path) -> list[dict[str, Any]]:
    """Return the packages of the manifest: name, version, licence, folder, files (from, to, sha256)."""
    packages: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["packages"]
    return packages


def copy_files(places: Places) -> int:
    """Put every file of the manifest into the served folder, all or nothing, and return how many there are."""
    packages = read_manifest(places.manifest)
    if not places.modules.is_dir():
        raise VendorError(f"The npm packages are not installed. {INSTALL}")
    places.served.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=places.modules))
    try:
        count = sum(_copy_package(package, places.modules, fresh) for package in packages)
        fresh.chmod(0o755)
        _swap(fresh, places)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return count


def update_manifest(places: Places) -> int:
    """Write version, licence and sums of the installed packages into the manifest and return the number of files."""
    packages = read_manifest(places.manifest)
    for package in packages:
        described = _describe(places.modules, package["name"])
        package["version"], package["licence"] = described["version"], described["license"]
        for entry in package["files"]:
            entry["sha256"] = _digest(_read(places.modules, package["name"], entry["from"]))
    text = json.dumps({"packages": packages}, ensure_ascii=False, indent=2) + "\n"
    draft = places.manifest.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(places.manifest)
    return sum(len(package["files"]) for package in packages)


def _copy_package(package: dict[str, Any], modules: Path, target: Path) -> int:
    name, version = package["name"], package["version"]
    found = _describe(modules, name)["version"]
    if found != version:
        raise VendorError(f"{name} {found} is installed, the manifest names {version}. {INSTALL}")
    for entry in package["files"]:
        content = _read(modules, name, entry["from"])
        if _digest(content) != entry["sha256"]:
            raise VendorError(f"{entry['from']} of {name} {version} differs from the manifest; nothing was copied.")
        path = target / package["folder"] / entry["to"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(package["files"])


def _swap(fresh: Path, places: Places) -> None:
    """Put the new folder in the place of the old one by renaming, so that nobody meets half a copy."""
    old = Path(tempfile.mkdtemp(prefix=".vendor-old-", dir=places.modules))
    try:
        if places.served.exists():
            places.served.rename(old / "vendor")
        fresh.rename(places.served)
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _describe(modules: Path, name: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(_read(modules, name, "package.json"))
    return described


def _read(modules: Path, name: str, file: str) -> bytes:
    try:
        return (modules / name / file).read_bytes()
    except OSError as error:
        raise VendorError(f"{file} of the npm package {name} is not installed. {INSTALL}") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str] | None = None, places: Places | None = None) -> int:
    """Copy the files, or with ``--update`` write the manifest anew; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m app.web.vendor", description="Third-party files of the pages")
    parser.add_argument("--update", action="store_true", help="write versions and sums of the manifest anew")
    act = update_manifest if parser.parse_args(arguments).update else copy_files
    try:
        count = act(places or Places())
    except VendorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{count} third-party files are in place.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Where the private cluster lies, who owns it, and the lock around it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.postgis.errors import ClusterError

log = logging.getLogger(__name__)
PORT = 5432
SOCKET_BYTES = 107
SERVER_USER = "postgres"
# Not TMPDIR: the socket must be found again from another shell.
TEMPORARY = Path("/tmp")  # noqa: S108 (ownership is checked before use)


@dataclass(frozen=True)
class Folders:
    """The folders of one private cluster; `account` is whom the server runs as when we are root."""

    base: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        """The cluster's data."""
        return self.base / "data"

    @property
    def new(self) -> Path:
        """The data while it is being made."""
        return self.base / "new"

    @property
    def socket(self) -> Path:
        """The folder of the socket: short enough for the system, and without the signs that libpq gives a meaning."""
        folder = self.base / "socket"
        fits = len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES
        if fits and not set(str(folder)) & set(",\"'\\\n"):
            return folder
        return TEMPORARY / f"pg-{os.geteuid()}-{_short_hash(self.base)}"

    @property
    def version(self) -> int | None:
        """The PostgreSQL version that made the data; None where there is no whole data folder."""
        if not (self.data / "global" / "pg_control").exists():
            return None
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def make(self) -> None:
        """Make the outer folder; the server's account may pass through it but not look around."""
        if self.base.is_symlink():
            raise ClusterError(
                f"{self.base} is a link to somewhere else; the private database needs a real folder there."
            )
        for folder in reversed([self.base, *self.base.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                # The modes do not depend on the caller's umask, or the server's account could be shut out.
                folder.chmod(0o755)
        self.base.chmod(0o700 if self.account is None else 0o711)
        if self.account is not None and not _may_enter(self.base, self.account):
            raise ClusterError(
                f"The account {self.account.pw_name}, which PostgreSQL runs as, can no longer enter {self.base}. "
                f"Allow it (chmod o+x on the folders above), or start as an ordinary user."
            )

    def make_inner(self, folder: Path) -> None:
        """Make a folder that only the server's account enters, or take it if it is ours already."""
        owner = os.geteuid() if self.account is None else self.account.pw_uid
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
                raise ClusterError(f"{folder} is not ours. Remove it, or find out who made it.") from None
        folder.chmod(0o700)
        if self.account is not None:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the cluster's lock: of several starts at once, one works and the others wait.

        A program that is given the file number holds the lock too, even if we are killed before it has ended.
        """
        handle = os.open(self.base / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.info("Waiting for another start or stop of the private database …")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)


def find_folders(state_dir: Path) -> Folders:
    """Return where the cluster of a state folder lies; elsewhere if the server's account cannot enter that folder."""
    if state_dir.exists() and not state_dir.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(state_dir))
    account = _server_account()
    inside = Folders(state_dir.absolute() / "postgis", account)
    if account is None:
        return inside
    outside = Folders(Path(account.pw_dir) / f"private-{_short_hash(state_dir.absolute())}", account)
    # Data that is there already stays where it is, whatever became of the folders' modes.
    for folders in (inside, outside):
        if folders.version is not None:
            return folders
    return inside if _may_enter(state_dir.absolute(), account) else outside


def _server_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise ClusterError(
            f"PostgreSQL does not run as root, and there is no account {SERVER_USER!r} to run it as. Start this as an "
            "ordinary user, or install PostgreSQL (Debian, Ubuntu: postgresql-postgis), which makes that account."
        ) from None


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    """Return whether an account may enter a folder, or would be able to once it is made."""
    for parent in (folder, *folder.parents):
        if parent.exists():
            found = parent.stat()
            shift = 6 if found.st_uid == account.pw_uid else 3 if found.st_gid == account.pw_gid else 0
            if not found.st_mode >> shift & 1:
                return False
    return True


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]

"""The server process of a private cluster: make its data, start it, recognise it, stop it."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from app.postgis.errors import ClusterError, disk_full
from app.postgis.folders import PORT, Folders
from app.postgis.installation import Installation
from app.postgis.passwords import APP, OWNER, SUPER, make_passwords

log = logging.getLogger(__name__)
START_SECONDS = 60
STOP_SECONDS = 60
ORPHAN_SECONDS = 15
LAST_LINES = 8
SETTINGS = """
# Added by the service. The server answers on a socket in its own folder, never on the network.
listen_addresses = ''
password_encryption = 'scram-sha-256'
timezone = 'Asia/Tokyo'
log_timezone = 'Asia/Tokyo'
fsync = on
jit = off
shared_buffers = '64MB'
max_connections = 60
logging_collector = on
log_directory = 'log'
log_filename = 'server-%a.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_rotation_size = 0
log_line_prefix = '%m [%p] %u@%d '
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def initialise(folders: Folders, installation: Installation, lock: int) -> None:
    """Make the data folder with its roles under another name, and rename it when it is whole."""
    shutil.rmtree(folders.new, ignore_errors=True)
    _put_aside(folders.data)
    try:
        folders.make_inner(folders.new)
        _initdb(folders, installation, lock)
        settings = os.open(folders.new / "postgresql.conf", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        with os.fdopen(settings, "a") as file:
            file.write(SETTINGS)
        words = make_passwords(folders.base)
        orders = [f"CREATE ROLE {role} LOGIN PASSWORD '{words[role]}'" for role in (OWNER, APP)]
        orders += [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC" for name in ("postgres", "template1")]
        _alone(folders, installation, folders.new, orders, lock)
        folders.new.rename(folders.data)
    except BaseException:
        shutil.rmtree(folders.new, ignore_errors=True)
        raise


def forget_passwords(folders: Folders) -> None:
    """Remove the files that earlier versions gave the first password to initdb in and left when they were killed."""
    for file in folders.base.glob("password-*"):
        file.unlink()


def set_passwords(folders: Folders, installation: Installation, lock: int) -> None:
    """Draw new passwords and give them to the roles of a stopped cluster whose password file was lost."""
    words = make_passwords(folders.base)
    orders = [f"ALTER ROLE {role} PASSWORD '{words[role]}'" for role in (SUPER, OWNER, APP)]
    _alone(folders, installation, folders.data, orders, lock)


def launch(folders: Folders, installation: Installation) -> None:
    """Start the server and wait until it answers; an interrupted start leaves no server behind."""
    folders.make_inner(folders.socket)
    options = f"-c listen_addresses='' -p {PORT} -k {shlex.quote(str(folders.socket))}"
    # Names relative to the folder: pg_ctl gives them to a shell, and a path may hold any sign.
    first_words = Path("data") / "start.log"
    (folders.base / first_words).unlink(missing_ok=True)
    command = [installation.program("pg_ctl"), "start", "--pgdata", "data", "--log", str(first_words)]
    command += ["--wait", "--timeout", str(START_SECONDS), "--silent", "--options", options]
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        forget_dead_server(folders)
        try:
            _run(folders, command)
        except ClusterError as error:
            # The helpers of a server that was killed take a moment to notice.
            if "shared memory" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        except BaseException:
            _stop_newborn(folders)
            raise
        else:
            return


def running_pid(folders: Folders) -> int | None:
    """Return the number of the cluster's server process; None where none runs."""
    pid = _noted_pid(folders)
    return pid if pid is not None and _is_server(pid, folders) else None


def answers(folders: Folders) -> Ping:
    """Return what the server says at its door, without signing in."""
    address = make_conninfo(host=str(folders.socket), port=PORT, user=SUPER, dbname="postgres", connect_timeout=5)
    return Ping(PGconn.ping(address.encode()))


def halt(folders: Folders) -> bool:
    """Stop the server; return whether there was one. Open connections are closed, their unfinished work undone."""
    pid = running_pid(folders)
    if pid is None:
        return False
    for order, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10)):
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if running_pid(folders) != pid:
                return True
            time.sleep(0.02)
    raise ClusterError(f"The private database (process {pid}) does not stop. Look at {folders.data / 'log'}.")


def forget_dead_server(folders: Folders) -> None:
    """Remove what a killed server left when another program has its process number by now."""
    for mark in (folders.data / "postmaster.pid", folders.socket / f".s.PGSQL.{PORT}.lock"):
        try:
            pid = int(mark.read_text().split()[0])
        except FileNotFoundError:
            continue
        except (ValueError, IndexError):
            log.info("Removing the broken mark %s of a server that is gone.", mark)
            mark.unlink()
            continue
        if _exists(pid) and not _is_server(pid, folders):
            log.info("Process %s is not this database; removing the mark %s that a killed server left.", pid, mark)
            mark.unlink()


def last_words(folders: Folders) -> str:
    """Return the last lines that the server wrote."""
    files = [folders.data / "start.log", *(folders.data / "log").glob("*.log")]
    newest = max((file for file in files if file.exists()), key=lambda file: file.stat().st_mtime, default=None)
    return "" if newest is None else "\n".join(newest.read_text(errors="replace").splitlines()[-LAST_LINES:])


def _initdb(folders: Folders, installation: Installation, lock: int) -> None:
    # A file in memory: it has no name on the disk that would stay behind if we are killed.
    with os.fdopen(os.memfd_create("password"), "w") as file:
        file.write(make_passwords(folders.base)[SUPER])
        file.flush()
        if folders.account is not None:
            os.fchown(file.fileno(), folders.account.pw_uid, folders.account.pw_gid)
        options = ["--username", SUPER, "--pwfile", f"/proc/self/fd/{file.fileno()}", "--auth", "scram-sha-256"]
        locale = ["--locale", "C.UTF-8", "--encoding", "UTF8", "--no-instructions", "--data-checksums"]
        command = [installation.program("initdb"), "--pgdata", "new", *options, *locale]
        _run(folders, command, handles=(lock, file.fileno()))


def _alone(folders: Folders, installation: Installation, data: Path, orders: Sequence[str], lock: int) -> None:
    """Give orders to the data while no server runs, over standard input: passwords are seen by nobody."""
    command = [installation.program("postgres"), "--single", "-D", data.name]
    command += ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"]
    _run(folders, command, said="\n".join(orders) + "\n", handles=(lock,))


def _run(folders: Folders, command: Sequence[str], *, said: str = "", handles: Sequence[int] = ()) -> None:
    """Run a program of PostgreSQL as the server's account; its words go to a file, since a pipe would hang.

    It has the open files `handles` too. A program that works on the data holds the lock as long as it lives: if we are
    killed, the next start waits for it.
    """
    identity: dict[str, Any] = {}
    if folders.account is not None:
        identity = {"user": folders.account.pw_uid, "group": folders.account.pw_gid, "extra_groups": []}
    with (
        tempfile.TemporaryFile("w+", errors="replace") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=folders.base,
            # Nothing of the caller's environment: PGDATA and its like would be obeyed.
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            # Ctrl-C is for us: the server must not die of it half way.
            start_new_session=True,
            pass_fds=handles,
            **identity,
        ) as process,
    ):
        try:
            process.communicate(said.encode())
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        output.seek(0)
        words = output.read()
    if process.returncode != 0:
        raise _failure(Path(command[0]).name, words, folders)


def _failure(program: str, words: str, folders: Folders) -> ClusterError:
    if program == "pg_ctl":
        words += last_words(folders)
    if "No space left on device" in words:
        return disk_full(folders.base)
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line] or lines
    reason = telling[-1] if telling else "no message"
    return ClusterError(f"{program} failed in {folders.base}: {reason} (more in {folders.data / 'log'}).")


def _put_aside(data: Path) -> None:
    """Move a data folder that is not whole out of the way; never delete what might be somebody's data."""
    if not data.exists():
        return
    if not any(data.iterdir()):
        data.rmdir()
        return
    aside = data.with_name(f"data-not-whole-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
    data.rename(aside)
    log.warning("The data folder %s is not whole; it was moved to %s and a new one is made.", data, aside)


def _stop_newborn(folders: Folders) -> None:
    """Stop a server whose start was interrupted, which may not have written its number yet."""
    deadline = time.monotonic() + 2
    while running_pid(folders) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    halt(folders)


def _noted_pid(folders: Folders) -> int | None:
    try:
        return int((folders.data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def _is_server(pid: int, folders: Folders) -> bool:
    """Return whether a process is this cluster's server: it works inside the data folder."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folders.data)
    except PermissionError:
        pass  # Another user's process, or root inside a container, who may not look.
    except OSError:
        if Path("/proc/self/cwd").exists():
            return False
    return _exists(pid) and answers(folders) in {Ping.OK, Ping.REJECT}

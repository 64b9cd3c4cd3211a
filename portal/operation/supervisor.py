"""`make run`: everything of the portal in the foreground, on one machine, until Ctrl-C.

Migrates, loads the demo once, catches mail when no server is set, then keeps web and clock as children.
"""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

from portal import demo_mail, settings
from portal.operation import banner, demonstration, schema, server
from portal.settings import ROOT, Settings

SECRET_FILE = ROOT / "var" / "secret"
PATIENCE = 15.0  # seconds that children have to end by themselves
START_LIMIT = 60.0
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class CannotRun(Exception):
    """One line for the terminal."""


@dataclass
class Child:
    name: str
    command: list[str]
    process: "subprocess.Popen[bytes]"


def run() -> int:
    """Returns the exit status: 0 after Ctrl-C or SIGTERM, 1 when something ended that should not have."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # also where a shell starts us with SIGINT ignored
    environment = os.environ
    fill_in(environment)
    chosen = settings.load(environment)
    with claim_port(chosen) as listener:
        try:
            prepare(chosen)
            return _keep_running(chosen, environment, listener)
        except KeyboardInterrupt:
            return 0


def fill_in(environment: MutableMapping[str, str]) -> None:
    """What a first try needs and nobody set; whatever is set stays."""
    environment.setdefault("PORTAL_DEMO", "1")
    if not environment.get("PORTAL_SECRET_KEY"):
        environment["PORTAL_SECRET_KEY"] = secret(SECRET_FILE)
    port = environment.get("PORTAL_PORT") or str(Settings.port)
    environment.setdefault("PORTAL_BASE_URL", f"http://127.0.0.1:{port}")


def secret(path: Path) -> str:
    """Made once, so that logins survive a restart; nobody else can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as target:
        target.write(made := secrets.token_urlsafe(48))
    return made


def claim_port(chosen: Settings) -> socket.socket:
    """Bound, not yet listening: a taken port is told at once, and nothing is answered before the migration."""
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((chosen.host, chosen.port))
    except OSError as problem:
        listener.close()
        raise CannotRun(
            f"PORTAL_PORT: {chosen.host}:{chosen.port} を使えません（{problem.strerror}）。"
            "使用中のプログラムを終了するか、PORTAL_PORT で別の番号を指定してください。"
        ) from None
    return listener


def prepare(chosen: Settings) -> None:
    schema.upgrade(chosen.database_url)
    demonstration.load_if_empty(chosen)


def _keep_running(chosen: Settings, environment: MutableMapping[str, str], listener: socket.socket) -> int:
    catcher: Controller | None = None
    children: list[Child] = []
    try:
        if not chosen.mail_server:
            catcher = _catch_mail(chosen, environment)
        children += _start_children(environment, listener)
        _wait_until_ready(chosen, children)
        banner.show(chosen, catching=catcher is not None)
        _watch(children, environment)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(children)
        if catcher:
            catcher.stop()


def _catch_mail(chosen: Settings, environment: MutableMapping[str, str]) -> Controller:
    wanted = int(environment.get("PORTAL_MAIL_PORT") or 0)
    try:
        catcher = demo_mail.open_catcher(Path(chosen.mail_folder), port=wanted, tell=banner.show_code)
    except OSError as problem:
        raise CannotRun(f"PORTAL_MAIL_PORT: メールの受け口を開けません（{problem.strerror}）。") from None
    environment["PORTAL_MAIL_SERVER"] = demo_mail.LOOPBACK
    environment["PORTAL_MAIL_PORT"] = str(catcher.port)
    return catcher


def _start_children(environment: MutableMapping[str, str], listener: socket.socket) -> list[Child]:
    quiet = ("--log-level", "warning", "--graceful-timeout", "10")
    web = server.command("--bind", f"fd://{listener.fileno()}", *quiet)
    return [
        Child("Web", web, _spawn(web, environment, listener.fileno())),
        Child("スケジューラー", server.clock_command(), _spawn(server.clock_command(), environment)),
    ]


def _spawn(command: list[str], environment: MutableMapping[str, str], *descriptors: int) -> "subprocess.Popen[bytes]":
    # A group of its own: Ctrl-C reaches us alone, and we end the children in order.
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        pass_fds=descriptors,
        process_group=0,
        preexec_fn=_die_with_parent,  # noqa: PLW1509  # one system call, no lock of Python's
    )


def _die_with_parent() -> None:
    """Linux: even when this process is killed outright, no child stays behind."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(chosen: Settings, children: list[Child]) -> None:
    address = f"{banner.near_address(chosen)}/readyz"
    question = urllib.request.Request(address, headers={"Host": urlsplit(chosen.base_url).netloc})
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        for child in children:
            if child.process.poll() is not None:
                raise CannotRun(f"{child.name}を起動できませんでした（終了コード {child.process.returncode}）。")
        try:
            urllib.request.urlopen(question, timeout=2).close()
            return
        except urllib.error.HTTPError as answer:
            raise CannotRun(f"Webが準備完了になりません（{address} の応答 {answer.code}）。") from None
        except OSError:
            time.sleep(0.05)
    raise CannotRun(f"Webが{START_LIMIT:.0f}秒以内に応答しませんでした。")


def _watch(children: list[Child], environment: MutableMapping[str, str]) -> NoReturn:
    """The web's end is ours; a clock that died is started again, because rows decide and nothing is lost."""
    web, clock = children
    while True:
        if web.process.poll() is not None:
            raise CannotRun(f"{web.name}が終了しました（終了コード {web.process.returncode}）。")
        if clock.process.poll() is not None:
            print(f"{clock.name}が終了したため再起動します（終了コード {clock.process.returncode}）。", file=sys.stderr)
            time.sleep(1)
            clock.process = _spawn(clock.command, environment)
        time.sleep(0.2)


def _stop(children: list[Child]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave anyone behind
    for child in children:
        child.process.terminate()
    end = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()

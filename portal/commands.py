"""The command `portal`. Thin: each command checks the settings, calls one function and says what became of it."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from portal import settings
from portal.settings import SettingError

UNUSABLE = 2  # exit status: a setting, or what it names, cannot be used


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """PARTNER の運用コマンド。設定は PORTAL_ で始まる環境変数で渡します。"""


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Whatever cannot be used is one line that names it on stderr and status 2, without a traceback."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    @wraps(function)
    def guarded(**options: Any) -> None:
        try:
            function(**options)
        except SettingError as problem:
            stop(str(problem))
        except (OperationalError, ProgrammingError) as problem:  # away, or not migrated yet
            reason = " ".join(str(problem.orig).split())[:200]
            advice = "portal migrate と portal doctor で確認してください。"
            stop(f"PORTAL_DATABASE_URL: データベースを使えません（{reason}）。{advice}")

    return main.command()(guarded)


def stop(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(UNUSABLE)


@command
def migrate() -> None:
    """データベースを最新の構成にします。"""
    from portal.operation import schema

    chosen = settings.load()
    schema.upgrade(chosen.database_url)
    click.echo(f"データベースは最新です（{schema.present(chosen)}）。")


@command
def demo_data() -> None:
    """デモデータを登録します（アカウントが1件もないデータベースだけ）。"""
    from portal.operation import demonstration

    if not demonstration.load_if_empty(settings.load()):
        click.echo("すでにアカウントがあるため、デモデータは登録しませんでした。", err=True)
        sys.exit(1)
    click.echo("デモデータを登録しました。")


@command
@click.option("--email", prompt="メールアドレス", help="ログインに使うメールアドレス")
@click.option("--name", prompt="氏名", help="画面に表示する氏名")
@click.option("--password-stdin", is_flag=True, help="パスワードを標準入力から読みます（省略時は画面で尋ねます）")
def create_administrator(email: str, name: str, *, password_stdin: bool) -> None:
    """事務局の管理者アカウントを作成します。"""
    from portal.app import create_app
    from portal.errors import Refused
    from portal.operation import administrators

    chosen = settings.load()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ask_password()
    try:
        with create_app(chosen, doors=False).app_context():
            administrators.create(email=email, name=name, password=password, shortest=chosen.password_length)
    except Refused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    click.echo(f"管理者 {email} を作成しました。")


def ask_password() -> str:
    return str(click.prompt("パスワード", hide_input=True, confirmation_prompt="パスワード（確認）"))


@command
def web() -> None:
    """Webサーバー（gunicorn）を起動します。"""
    from portal.operation import server

    settings.load()
    server.serve()


@command
def scheduler() -> None:
    """スケジューラーを起動します。いくつ起動してもかまいません。"""
    from portal.operation import server

    settings.load()
    server.run_clock()


@command
def run() -> None:
    """お試し用に、Web・スケジューラー・メールの受け口をまとめて起動します（make run）。"""
    from portal.operation import supervisor

    try:
        sys.exit(supervisor.run())
    except supervisor.CannotRun as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


@command
def doctor() -> None:
    """設定・データベース・メール・フォント・保存先を調べ、必要な対応を表示します。"""
    from portal.operation import doctor as examination

    results = examination.examine(settings.load())
    for result in results:
        click.echo(f"[{'OK' if result.fine else 'NG'}] {result.subject}: {result.finding}")
    sys.exit(0 if all(result.fine for result in results) else 1)


if __name__ == "__main__":
    main()

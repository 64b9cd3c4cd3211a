"""The command `portal`. Thin: each command checks the settings, calls one function and says what became of it."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from portal import settings
from portal.settings import SettingError

Result = TypeVar("Result")
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
    chosen = settings.load()
    from portal.operation import reindexing, schema

    schema.upgrade(chosen.database_url)
    click.echo(f"データベースは最新です（{schema.present(chosen)}）。")
    if count := reindexing.missing(chosen):
        click.echo(f"人材検索の索引が{count:,}人分ありません。portal reindex を実行してください。")


@command
def demo_data() -> None:
    """デモデータを登録します（アカウントが1件もないデータベースだけ）。"""
    chosen = settings.load()
    from portal.operation import demonstration

    if not demonstration.load_if_empty(chosen):
        click.echo("すでにアカウントがあるため、デモデータは登録しませんでした。", err=True)
        sys.exit(1)
    click.echo("デモデータを登録しました。")


@command
@click.option("--email", prompt="メールアドレス", help="ログインに使うメールアドレス")
@click.option("--name", prompt="氏名", help="画面に表示する氏名")
@click.option("--password-stdin", is_flag=True, help="パスワードを標準入力から読みます（省略時は画面で尋ねます）")
def create_administrator(email: str, name: str, *, password_stdin: bool) -> None:
    """事務局の管理者アカウントを作成します。"""
    from portal.operation import administrators

    shortest = settings.load().password_length
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ask_password()
    in_application(lambda: administrators.create(email=email, name=name, password=password, shortest=shortest))
    click.echo(f"管理者 {email} を作成しました。")


@command
@click.argument("email", metavar="メールアドレス")
@click.option("--yes", "is_sure", is_flag=True, help="確認せずに解除します")
def remove_authenticator(email: str, *, is_sure: bool) -> None:
    """端末と復旧コードをなくした人の認証アプリを解除します。本人であることを確かめてから実行してください。"""
    from portal.operation import administrators

    if not is_sure:
        click.confirm(f"{email} の認証アプリを解除します。本人であることを確かめましたか", abort=True)
    in_application(lambda: administrators.remove_authenticator(email))
    click.echo(f"{email} の認証アプリを解除しました。次のログインから、ワンタイムパスワードをメールで送ります。")


@command
@click.option("--yes", "is_sure", is_flag=True, help="確認せずに実行します")
def end_sessions(*, is_sure: bool) -> None:
    """全員をログアウトさせ、送ったままの再発行などのアドレスも使えなくします。情報が漏れたおそれがあるときに使います。"""
    from portal.operation import administrators

    if not is_sure:
        click.confirm("団体・登録人材・事務局の全員をログアウトさせます。よろしいですか", abort=True)
    ended = in_application(administrators.end_sessions)
    click.echo(f"{ended:,}件のログインを終了しました。送ったままだったアドレスも使えません。")


def ask_password() -> str:
    return str(click.prompt("パスワード", hide_input=True, confirmation_prompt="パスワード（確認）"))


@command
@click.argument("who", metavar="メールアドレスまたは登録コード")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="書き出すZIPファイル")
def export_person(who: str, target: Path) -> None:
    """登録人材1人について保有するすべてのデータとファイルを、1つのZIPに書き出します。"""
    from portal.operation import persons

    count = in_application(lambda: persons.export(who, target))
    click.echo(f"{target} に書き出しました（ファイル{count}件）。")


@command
@click.argument("who", metavar="メールアドレスまたは登録コード")
@click.option("--yes", "is_sure", is_flag=True, help="確認せずに消去します")
def erase_person(who: str, *, is_sure: bool) -> None:
    """登録人材1人の個人情報とファイルをすべて消去します。元には戻せません。"""
    from portal.operation import persons

    code = in_application(lambda: persons.find(who))
    if not is_sure:
        click.confirm(f"{code} の個人情報をすべて消去します。よろしいですか", abort=True)
    in_application(lambda: persons.erase(who))
    click.echo(f"{code} の個人情報を消去しました。控え（バックアップ）からは、保存期間が過ぎると消えます。")


@command
@click.option("--after", default=0, help="この番号の次から続けます（中断したときに表示された番号）")
def reindex(after: int) -> None:
    """人材検索の索引と応募一覧の件数を作り直します。サイトを動かしたまま実行でき、途中で止めても差し支えありません。"""
    from portal.operation import reindexing
    from portal.recruiting import tallies

    in_application(tallies.rebuild)
    count = in_application(lambda: reindexing.reindex(after=after, say=lambda line: click.echo(line, err=True)))
    click.echo(f"応募一覧の件数と、人材{count:,}人分の索引を作り直しました。")


@command
@click.option("--head", multiple=True, help="ログに残る封印（番号 件数 値）。控えのファイルのほかに照らし合わせます")
def audit_verify(head: tuple[str, ...]) -> None:
    """操作記録が書き換えられていないかを調べます。改ざんがあれば、どの記録かを表示し、終了コード 1 で終わります。"""
    from portal.operation import trail

    verdict, lines = in_application(lambda: trail.verify(head))
    click.echo("\n".join(lines))
    sys.exit(0 if verdict.sound else 1)


@command
@click.option("--days", default=30, show_default=True, help="今日から何日後までを表示するか")
def preview_erasure(days: int) -> None:
    """保存期間が過ぎて消去される応募を、募集ごとに表示します。何も変更しません。"""
    from portal.operation import persons

    lines = in_application(lambda: persons.preview(days))
    click.echo("\n".join(lines) or f"{days}日後までに消去される応募はありません。")


@command
def take_returned_mail() -> None:
    """戻ってきたメール（配達不能の通知）を標準入力から1通読み、届かなかったことを記録します。メールサーバーから呼び出します。"""
    from portal import clock
    from portal.mail import returns

    raw = sys.stdin.buffer.read(returns.LARGEST)
    outcome = in_application(lambda: returns.take(raw, now=clock.now()))
    click.echo(outcome.value)


@command
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="控えを置くフォルダー")
@click.option("--keep-days", type=click.IntRange(1), help="これより古い控えを消します（最新のものは残します）")
def backup(folder: Path, *, keep_days: int | None) -> None:
    """データベースとファイルの控えを取ります。サイトを動かしたまま実行できます。"""
    from portal import clock
    from portal.operation.backup import copies

    chosen, now = settings.load(), clock.now()
    copy = or_refusal(lambda: copies.make(chosen, folder, now=now, say=click.echo))
    click.echo(f"{copy} に控えを取りました。")
    for name in copies.forget(folder, days=keep_days, now=now) if keep_days else ():
        click.echo(f"古い控え {name} を消しました。")


@command
@click.argument("source", metavar="控えのフォルダー", type=click.Path(path_type=Path))
def restore(source: Path) -> None:
    """控えを、空のデータベースと保存先に復元します。復元したサイトは、再開を指示するまでメールを送りません。"""
    from portal import clock
    from portal.operation.backup import copies, quarantine

    chosen = settings.load()
    or_refusal(lambda: copies.restore(chosen, source, say=click.echo))
    stopped = in_application(lambda: quarantine.begin(clock.now()))
    click.echo(f"復元しました。送信待ちだったメール{stopped:,}通は止めてあり、全員がログアウトしています。")
    click.echo("確認が済んだら portal resume-mail を実行してください。それまでメールは送信されません。")


@command
def resume_mail() -> None:
    """復元したサイトで、メールの送信を再開します。"""
    from portal import clock
    from portal.operation.backup import quarantine

    jobs = in_application(lambda: quarantine.end(clock.now()))
    if jobs:
        click.echo("メールの送信を再開しました。止めてあったメールは、事務局の「メール」から再送できます。")
    else:
        click.echo("止まっているメールの送信はありませんでした。")


@command
def backup_drill() -> None:
    """控えを取り、別の場所に復元して、すべての表とファイルを比べます。動いているサイトには何も変更しません。"""
    from portal import clock
    from portal.operation.backup import drill

    chosen = settings.load()
    or_refusal(lambda: drill.run(chosen, now=clock.now(), say=click.echo))
    click.echo("控えから、すべてを復元できました。")


def or_refusal(function: Callable[[], Result]) -> Result:
    """A refusal is its sentence on stderr and status 1."""
    from portal.errors import Refused

    try:
        return function()
    except Refused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)


def in_application(function: Callable[[], Result]) -> Result:
    """As `or_refusal`, within the application. No connection is left open."""
    from models.base import db
    from portal.app import create_app

    with create_app(settings.load(), doors=False).app_context():
        try:
            return or_refusal(function)
        finally:
            db.session.remove()
            db.engine.dispose()


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
    chosen = settings.load()
    from portal.operation import doctor as examination

    results = examination.examine(chosen)
    for result in results:
        click.echo(f"[{'OK' if result.fine else 'NG'}] {result.subject}: {result.finding}")
    sys.exit(0 if all(result.fine for result in results) else 1)


if __name__ == "__main__":
    main()

"""What `make run` says on the terminal."""

import sys

from portal.settings import Settings

DEMO_PASSWORD = "partner-demo"  # noqa: S105  # printed for everyone to read
DEMO_ACCOUNTS = (
    ("org@example.jp", "団体（法人格あり・NGO）"),
    ("org2@example.jp", "団体（別の団体）"),
    ("jica@example.jp", "団体（種別［JICA］）"),
    ("noncorp@example.jp", "団体（法人格なし）"),
    ("office@example.jp", "PARTNER事務局（審査担当）"),
    ("admin@example.jp", "PARTNER事務局（管理者）"),
    ("talent@example.jp", "登録人材（公開）"),
    ("talent2@example.jp", "登録人材（非公開）"),
)


def say(line: str) -> None:
    print(line, flush=True)


def complain(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show_code(recipient: str, code: str) -> None:
    say(f"  ワンタイムパスワード  {code}  →  {recipient}")


def near_address(chosen: Settings) -> str:
    """Where this machine itself reaches the web; a web that listens everywhere is asked on loopback."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)  # noqa: S104  # compared, not bound
    return f"http://[{host}]:{chosen.port}" if ":" in host else f"http://{host}:{chosen.port}"


def show(chosen: Settings, *, catching: bool) -> None:
    base = chosen.base_url.rstrip("/")
    database = "SQLite " + chosen.database_url.removeprefix("sqlite:///") if chosen.is_sqlite else "PostgreSQL"
    lines = [
        "",
        f"  PARTNER を起動しました  {base}/",
        "",
        f"  公開サイト        {base}/",
        f"  ログイン          {base}/login   （団体マイページ {base}/mypage/  事務局 {base}/desk/）",
        f"  データベース      {database}",
        *_where_mail_is(chosen, base, catching=catching),
        "",
        *(_demo_accounts() if chosen.demo else []),
        "  終了するには Ctrl-C を押してください。 / Press Ctrl-C to stop.",
        "",
    ]
    say("\n".join(lines))


def _where_mail_is(chosen: Settings, base: str, *, catching: bool) -> list[str]:
    if not catching:
        return [f"  メール            {chosen.mail_server}:{chosen.mail_port} から送信します"]
    return [
        f"  メール            {base}/dev/mail   （外部には送信せず {chosen.mail_folder} に保存します）",
        "                    ワンタイムパスワードはこの画面にも表示します",
    ]


def _demo_accounts() -> list[str]:
    width = max(len(address) for address, _ in DEMO_ACCOUNTS)
    heading = f"  デモ用アカウント（パスワードはすべて {DEMO_PASSWORD}）"
    return [heading, *(f"    {address:<{width}}  {who}" for address, who in DEMO_ACCOUNTS), ""]

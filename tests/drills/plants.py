"""One fault for each case of `make chaos` that the case must find: a line of the portal, and what stands there instead.

tests/test_drills.py sees to it that each case has one and that each line is still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """`told` is what must be found broken: a name in the drill's figures, or the test that must fail."""

    case: str
    fault: str
    file: str
    old: str
    new: str
    told: str
    arguments: Sequence[str] = ()  # behind the case's own: less is enough


PLANTS = (
    Plant(
        "公開中に強制終了",
        "掲載希望日時を見ずに公開する",
        "portal/publishing/publication.py",
        "        & (Version.publish_at <= now)\n",
        "",
        "early",
        ("--kills", "10", "--entries", "60"),
    ),
    Plant(
        "メール送信中に強制終了",
        "サーバーの応答の前に送信済みにする",
        "portal/mail/delivery.py",
        "        subject, body = render(row.letter, row.params)\n",
        '        _close(row, owner=owner, state=MailState.sent, sent_at=now, last_error="")\n'
        "        subject, body = render(row.letter, row.params)\n",
        "delivered",
    ),
    Plant(
        "団体からのメールの配信中に強制終了",
        "配信とお知らせのメールを別々に確定する",
        "portal/messaging/threads.py",
        "    notices.tell(delivered, now=now)\n",
        "    db.session.commit()\n    notices.tell(delivered, now=now)\n",
        "letters",
    ),
    Plant(
        "メールサーバーの障害",
        "一時的な拒否（4xx）で送るのをやめる",
        "portal/mail/delivery.py",
        "return all(code >= 500 for code, _ in error.recipients.values())",
        "return all(code >= 400 for code, _ in error.recipients.values())",
        "test_a_server_that_says_later_is_asked_by_the_table_until_three_days_are_over",
    ),
    Plant(
        "負荷をかけながらの再起動",
        "要求の途中でもプロセスを終わらせる",
        "gunicorn.conf.py",
        "    logs.configure(chosen)\n",
        "    import signal\n\n    signal.signal(signal.SIGTERM, signal.SIG_DFL)\n    logs.configure(chosen)\n",
        "failed",
    ),
    Plant(
        "Webのプロセスの強制終了",
        "確定する前に「保存しました」と答える",
        "views/organization/writing.py",
        "        db.session.commit()\n        return self.after_saving(version_id, step, theirs)\n",
        "        return self.after_saving(version_id, step, theirs)\n",
        "journals",
        ("--kills", "1"),
    ),
    Plant(
        "データベースの停止",
        "つながらないことを 503 で伝えない",
        "views/web.py",
        "    for away in (OperationalError, InterfaceError, NoConnectionLeft):\n",
        "    for away in (InterfaceError, NoConnectionLeft):\n",
        "statuses",
        ("--seconds", "3"),
    ),
    Plant(
        "データベースの凍結",
        "1回の保存で2度書く",
        "views/organization/writing.py",
        "            saved = drafts.create(self.room.kind, values, actor=actor, now=now)\n",
        "            drafts.create(self.room.kind, values, actor=actor, now=now)\n"
        "            saved = drafts.create(self.room.kind, values, actor=actor, now=now)\n",
        "journals",
        ("--seconds", "2"),
    ),
    Plant(
        "データベースのディスク不足",
        "書けなくても保存したと答える",
        "views/organization/writing.py",
        "        version_id = saved.id  # afterwards it would be read anew\n        db.session.commit()\n",
        "        version_id = saved.id\n"
        "        try:\n            db.session.commit()\n"
        "        except Exception:\n            db.session.rollback()\n",
        "journals",
        ("--seconds", "4"),
    ),
    Plant(
        "保存中の強制終了・ディスク不足",
        "ファイルを書けなくても登録する",
        "portal/files/intake.py",
        "        storage.current().put(key, source)\n",
        "        try:\n            storage.current().put(key, source)\n        except OSError:\n            pass\n",
        "test_an_upload_that_is_stopped_is_there_whole_or_not_at_all",
    ),
    Plant(
        "時計のずれ",
        "戻された時計が元の時刻になるまで待つ",
        "scheduler/__main__.py",
        "            keep_pace(scheduler, now=clock.now())\n",
        "",
        "late",
    ),
    Plant(
        "途切れるアップロード",
        "要求の大きさを制限しない",
        "portal/app.py",
        '        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,\n',
        "",
        "refused",
        ("--cuts", "20"),
    ),
    Plant(
        "競合",
        "見た版かどうかを確かめずに承認する",
        "portal/publishing/workflow.py",
        "    each = ((Version.revision == number) & among(Version.id, those) for number, those in ids.items())\n",
        "    each = (among(Version.id, those) for number, those in ids.items())\n",
        "test_approval_against_an_edit_never_approves_text_that_was_not_seen",
    ),
    Plant(
        "重いPDF",
        "Webのプロセスで組版する",
        "gunicorn.conf.py",
        "    alarms.watch(worker.wsgi)\n",
        "    import weasyprint  # noqa: F401\n\n    alarms.watch(worker.wsgi)\n",
        "test_no_page_waits_for_the_press_and_no_web_process_prints",
    ),
    Plant(
        "書き込み中の控えと復元",
        "1ビットの傷を見逃す",
        "portal/operation/backup/copies.py",
        "    if digest_of(source / dumps.NAMES[manifest.is_sqlite]) != manifest.database:\n",
        "    if not (source / dumps.NAMES[manifest.is_sqlite]).exists():\n",
        "test_damage_is_seen_before_anything_is_written",
    ),
    Plant(
        "10万行の構成の移行",
        "戻すときに別の列を書き換える",
        "migrations/versions/0006_years_of_each_field.py",
        '    op.drop_column("talent", "field_years")\n',
        '    op.drop_column("talent", "field_years")\n'
        "    op.execute(\"UPDATE talent SET name_kana = '' WHERE id = 7\")\n",
        "same",
        ("--rows", "20000"),
    ),
    Plant(
        "おかしな入力",
        "使えない文字（NUL）を断らない",
        "views/web.py",
        '    if any("\\0" in text for text in texts):\n',
        "    if False:\n",
        "test_lists_answer_whatever_their_address_says",
    ),
)

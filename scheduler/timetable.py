"""All periodic work on one screen: what runs, how often, and the function that does it.

A job is `function(now) -> rows moved`. It may run in any number of processes at once and may be killed anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.states import Lane
from portal.accounts import cleaning
from portal.clockwork import alarms, beats, runs
from portal.files import dropping, scanning
from portal.mail import delivery
from portal.matching import digests, search_index
from portal.messaging import releasing
from portal.publishing import publication
from portal.recruiting import downloads, erasing, resume_pdf, tallies
from portal.registry import cleaning as registry_cleaning
from portal.reminders import sending
from portal.trail import sealing


@dataclass(frozen=True)
class Job:
    id: str
    name: str  # as the desk shows it
    every: float  # in ticks; a tick is PORTAL_TICK_SECONDS
    run: Callable[[datetime], int]


TIMETABLE = (
    Job("beat", "スケジューラーの生存の記録", 10, beats.beat),
    Job("watch", "遅れの見張り", 15, alarms.check),
    Job("publish", "承認済みの情報の公開", 1, publication.publish_due),
    Job("close", "掲載期間が終わった情報の終了", 5, publication.close_due),
    Job("mail-login", "ワンタイムパスワードのメール送信", 1, lambda now: delivery.deliver([Lane.login], now=now)),
    Job("mail", "メール送信", 2, lambda now: delivery.deliver([Lane.normal], now=now)),
    Job("mail-bulk", "一斉メールの送信", 2, lambda now: delivery.deliver([Lane.bulk], now=now)),
    Job("release-mails", "団体から人材へのメールの配信", 1, releasing.release_due),
    Job("resumes", "履歴書PDFの作成", 1, resume_pdf.work),
    Job("downloads", "ダウンロードの作成", 2, downloads.work),
    Job("remind", "お知らせ（リマインド）の送信", 60, sending.remind),
    Job("search-news", "保存した検索の新着のメール", 300, digests.send_due),
    Job("expire-downloads", "期限が過ぎたダウンロードの消去", 600, downloads.expire),
    Job("erase-applications", "保存期間が過ぎた応募の個人情報の消去", 3600, erasing.erase_due),
    Job("sum-up-numbers", "応募一覧の件数の整理", 60, tallies.sum_up),
    Job("scan-files", "届いたファイルのウイルス検査", 30, scanning.scan_waiting),
    Job("sweep-files", "不要になったファイルの消去", 3600, dropping.sweep),
    Job("tidy-search", "人材検索の索引の整理", 86_400, search_index.tidy),
    Job("seal-trail", "操作記録の封印と集計", 5, sealing.seal_new),
    Job("clean-logins", "期限切れのログイン情報の消去", 600, cleaning.forget_expired),
    Job("clean-runs", "古い実行の記録の消去", 86_400, runs.forget),
    Job("clean-reminders", "古いリマインドの記録の消去", 86_400, sending.forget),
    Job("clean-registrations", "期限切れの団体登録の消去", 3600, registry_cleaning.forget_expired),
)

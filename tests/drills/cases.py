"""What `make chaos` does, case by case: a drill of `tests.drills`, or tests that inject the fault themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests import databases


@dataclass(frozen=True)
class Case:
    """`promise` is the guarantee that it is about; drills get a database of each of the `kinds`."""

    name: str
    promise: str
    drill: str = ""
    arguments: Sequence[str] = ()
    tests: Sequence[str] = ()  # which go through both databases by themselves
    environment: Mapping[str, str] = field(default_factory=dict)
    kinds: Sequence[str] = databases.KINDS
    side_by_side: bool = True  # on both databases at once; not what keeps a machine busy by itself


POSTGRESQL = ("postgresql",)
CASES = (
    Case("公開中に強制終了", "G13 G14", "publication", ("--kills", "300")),
    Case("メール送信中に強制終了", "G20 G21", "delivery", ("--kills", "50")),
    Case("団体からのメールの配信中に強制終了", "G23", "release", ("--kills", "20")),
    Case("メールサーバーの障害", "G21 G22", tests=("mail/test_faults", "mail/test_lanes")),
    Case("負荷をかけながらの再起動", "G30", "restart", ("--kills", "3"), side_by_side=False),
    Case("Webのプロセスの強制終了", "G19", "restart", ("--kills", "5", "--harm", "kill"), side_by_side=False),
    Case("データベースの停止", "G29", "outage", ("--seconds", "30"), kinds=POSTGRESQL),
    Case("データベースの凍結", "G29", "outage", ("--seconds", "5", "--harm", "freeze"), kinds=POSTGRESQL),
    Case("データベースのディスク不足", "G29", "full_disk", ("--seconds", "8"), side_by_side=False),
    Case("保存中の強制終了・ディスク不足", "G19 G20 G24 G25", tests=("abuse/test_interruptions", "files/test_crashes")),
    Case("時計のずれ", "G13 G14 G24", "clocks"),
    Case("途切れるアップロード", "G25", "uploads"),
    Case(
        "競合",
        "G7 G16 G17 G24",
        tests=("publishing/test_races", "recruiting/test_races", "abuse/test_a06_guessing", "abuse/test_a07_reuse"),
    ),
    Case("重いPDF", "G26", tests=("abuse/test_a23_bombs",)),
    Case("書き込み中の控えと復元", "G31", tests=("test_backup",)),
    Case("10万行の構成の移行", "G32", "migrations", ("--rows", "100000")),
    Case("おかしな入力", "G27", tests=("views/test_bad_input",), environment={"PORTAL_CAMPAIGN": "800"}),
)
OWN_DATABASE = ("outage", "full_disk")  # told which kind
WITH_FILES = ("uploads",)  # whose bytes the doctor looks for

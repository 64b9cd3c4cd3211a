"""Templates of mails in the demo: the secretariat's samples, and what one organization keeps for itself."""

from collections.abc import Iterator
from datetime import datetime

from models.messages import MailTemplate
from models.states import MailClass, MailTopic
from portal.messaging.templates import Written

SAMPLES = (
    Written(
        "はじめてのオファー",
        MailClass.offer,
        "{{団体名}}からのご案内",
        "登録コード {{登録コード}} 様\n\n突然のご連絡を失礼いたします。{{団体名}}の採用担当です。\n"
        "ご登録の経歴を拝見し、ご活躍いただける仕事があると考え、ご連絡いたしました。\n\n"
        "ご関心がありましたら、このメールにご返信ください。仕事の内容を詳しくご説明します。",
    ),
    Written(
        "応募内容の質問",
        MailClass.contact,
        "ご応募についての確認",
        "{{氏名}} 様\n\n「{{求人タイトル}}」へのご応募ありがとうございます。\n"
        "選考にあたり、次の点をお聞かせください。\n\n・\n\nこのメールへの返信でお送りください。",
        MailTopic.question,
    ),
    Written(
        "書類の再提出のお願い",
        MailClass.contact,
        "応募書類の再提出のお願い",
        "{{氏名}} 様\n\n「{{求人タイトル}}」へのご応募ありがとうございます。\n"
        "お送りいただいた書類を確認したところ、不足がありました。\n"
        "人材マイページの「応募一覧」から、{{締切}} までに出し直してください。",
        MailTopic.resubmission,
    ),
    Written(
        "面接日程の相談",
        MailClass.contact,
        "面接日程のご相談",
        "{{氏名}} 様\n\n「{{求人タイトル}}」の書類選考の結果、面接をお願いしたく存じます。\n"
        "次の日時のうち、ご都合のよいものをお知らせください。\n\n・\n・\n・\n\nオンラインで1時間ほどを予定しています。",
        MailTopic.arrangement,
    ),
    Written(
        "開催前のお知らせ",
        MailClass.contact,
        "「{{求人タイトル}}」開催のお知らせ",
        "{{氏名}} 様\n\nお申し込みいただいた「{{求人タイトル}}」の開催が近づきました。\n"
        "当日のご案内をお送りします。\n\n日時：\n場所：\n持ち物：\n\nご欠席の場合は、このメールに返信してください。",
        MailTopic.reminder,
    ),
    Written(
        "採用のお知らせ",
        MailClass.hire,
        "採用のお知らせ",
        "{{氏名}} 様\n\n「{{求人タイトル}}」の選考の結果、採用とさせていただくことになりました。\n"
        "今後の手続きについて、あらためてご連絡いたします。",
    ),
)
OWN = (
    Written(
        "オンライン面接の案内",
        MailClass.contact,
        "オンライン面接のご案内",
        "{{氏名}} 様\n\nオンライン面接の日時が決まりました。\n\n日時：\n接続先：\n\n開始の5分前に接続してください。",
        MailTopic.arrangement,
    ),
    Written(
        "水分野の専門家へのオファー",
        MailClass.offer,
        "水・衛生分野のプロジェクトのご案内",
        "登録コード {{登録コード}} 様\n\n{{団体名}}です。給水施設の維持管理に携わる方を探しています。\n"
        "現地での経験を生かしていただけると考え、ご連絡しました。ご関心がありましたらご返信ください。",
    ),
)


def rows(organization_id: int, *, now: datetime) -> Iterator[MailTemplate]:
    """The samples, and those of this organization."""
    for owner, written in ((None, SAMPLES), (organization_id, OWN)):
        for each in written:
            yield MailTemplate(organization_id=owner, updated_at=now, **each.values)

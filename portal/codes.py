"""Code lists: what a choice is called, in the order in which it is offered. Values are stored, words are shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale

from portal.countries import COUNTRY_NAMES

JAPANESE = Locale("ja")


@dataclass(frozen=True)
class Code:
    value: str
    ja: str
    en: str = ""
    active: bool = True  # else it is not offered any more, and old data still reads well


class CodeList:
    """An ordered list of codes; `label` of an unknown value is the value itself, so that old data stays readable.

    `own` is the list as it is written here. The desk may word, order and retire its codes otherwise: `reword`.
    """

    rewordings = 0  # of all lists, in this process; what is made of their words is made anew when it changes

    def __init__(self, codes: tuple[Code, ...]) -> None:
        self.own = codes
        self._told = _Told(codes)

    def reword(self, codes: tuple[Code, ...]) -> None:
        """What is told from now on, in this process. One assignment, so that no thread sees half of it."""
        self._told = _Told(codes)
        CodeList.rewordings += 1

    def __iter__(self) -> Iterator[Code]:
        return iter(self._told.offered)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and value in self._told.labels

    def label(self, value: str) -> str:
        return self._told.labels.get(value, value)

    @property
    def codes(self) -> tuple[Code, ...]:
        """Those that are offered."""
        return self._told.offered

    @property
    def known(self) -> tuple[Code, ...]:
        """The retired ones, too."""
        return self._told.codes

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(code.value for code in self._told.offered)


class _Told:
    def __init__(self, codes: tuple[Code, ...]) -> None:
        self.codes = codes
        self.offered = tuple(code for code in codes if code.active)
        self.labels = {code.value: code.ja for code in codes}


def _list(*rows: tuple[str, ...]) -> CodeList:
    return CodeList(tuple(Code(value, ja, "".join(en)) for value, ja, *en in rows))


JICA = "01"
NO_LEGAL_PERSONALITY = "13"

ORG_TYPES = _list(
    ("01", "JICA", "JICA"),
    ("02", "国際機関", "International organization"),
    ("03", "中央省庁・政府機関", "Government"),
    ("04", "地方自治体", "Local government"),
    ("05", "独立行政法人・公的機関", "Public agency"),
    ("06", "開発コンサルティング企業", "Development consultant"),
    ("07", "NGO・NPO（法人格有）", "NGO/NPO"),
    ("08", "公益・一般 社団／財団法人", "Association or foundation"),
    ("09", "大学・研究機関・教育機関", "Academic and research institution"),
    ("10", "民間企業", "Company"),
    ("11", "医療・福祉法人", "Medical or welfare corporation"),
    ("12", "在日外国公館", "Foreign mission"),
    ("13", "国際協力実施団体（法人格無）", "Unincorporated group"),
    ("99", "その他", "Other"),
)
WITHOUT_LEGAL_FORM = "none"
LEGAL_FORMS = _list(
    ("npo", "特定非営利活動法人"),
    ("certified_npo", "認定特定非営利活動法人"),
    ("public_association", "公益社団法人"),
    ("public_foundation", "公益財団法人"),
    ("association", "一般社団法人"),
    ("foundation", "一般財団法人"),
    ("school", "学校法人"),
    ("university", "国立大学法人・公立大学法人"),
    ("agency", "独立行政法人・地方独立行政法人"),
    ("special", "特殊法人・認可法人"),
    ("state", "国の機関・地方公共団体"),
    ("company", "株式会社"),
    ("other_company", "合同会社・その他の会社"),
    ("medical", "医療法人"),
    ("welfare", "社会福祉法人"),
    ("religious", "宗教法人"),
    ("international", "国際機関・外国公館"),
    ("other", "その他の法人"),
    (WITHOUT_LEGAL_FORM, "法人格なし（任意団体）"),
)
# A 法人番号 is given to those that are registered in Japan or are organs of it.
NUMBERED_FORMS = tuple(value for value in LEGAL_FORMS.values if value not in (WITHOUT_LEGAL_FORM, "international"))
FIELDS = _list(
    ("01", "教育", "Education"),
    ("02", "保健医療", "Health"),
    ("03", "水資源・防災", "Water and disaster risk"),
    ("04", "ガバナンス", "Governance"),
    ("05", "平和構築", "Peacebuilding"),
    ("06", "社会保障", "Social security"),
    ("07", "運輸交通・社会基盤", "Transport and infrastructure"),
    ("08", "情報通信技術", "ICT"),
    ("09", "資源・エネルギー", "Energy and mining"),
    ("10", "経済政策", "Economic policy"),
    ("11", "民間セクター開発", "Private sector"),
    ("12", "農業開発・農村開発", "Agriculture and rural"),
    ("13", "自然環境保全", "Nature conservation"),
    ("14", "水産", "Fisheries"),
    ("15", "ジェンダーと開発", "Gender"),
    ("16", "都市開発・地域開発", "Urban and regional"),
    ("17", "貧困削減", "Poverty reduction"),
    ("18", "環境管理", "Environmental management"),
    ("19", "日本語教育", "Japanese language"),
    ("20", "南南協力", "South-South cooperation"),
    ("21", "市民参加", "Citizen participation"),
    ("22", "人道支援・緊急援助", "Humanitarian"),
    ("23", "援助アプローチ・評価", "Aid and evaluation"),
    ("99", "その他・分野横断", "Other"),
)
EMPLOYMENT_KINDS = _list(
    ("EMP", "雇用（職員・契約・嘱託・アルバイト）", "Employment"),
    ("EXP", "JICA専門家等（公募・派遣）", "JICA expert"),
    ("BID", "業務委託・コンサルタント（公示）", "Consultancy"),
    ("INT", "インターン", "Internship"),
    ("VOL", "ボランティア・協力隊", "Volunteer"),
    ("ROS", "人材登録・ロスター", "Roster"),
)
EMPLOYMENT = frozenset({"EMP"})
JOB_CATEGORIES = _list(
    ("P01", "プロジェクトマネジメント"),
    ("P02", "業務調整・コーディネーター"),
    ("P03", "技術専門家"),
    ("P04", "政策アドバイザー"),
    ("P05", "調査・評価（M&E）"),
    ("P06", "研修・人材育成"),
    ("P07", "緊急人道支援"),
    ("P08", "現地駐在"),
    ("S01", "総務・人事"),
    ("S02", "経理・財務"),
    ("S03", "広報・アドボカシー"),
    ("S04", "ファンドレイジング・助成金"),
    ("S05", "IT・情報管理"),
    ("S06", "調達・ロジスティクス・安全管理"),
    ("S07", "通訳・翻訳"),
    ("S08", "研究職・教員"),
    ("S09", "医療職"),
    ("S99", "その他"),
)
# Work that supports projects needs no 分野課題.
PROJECT_CATEGORIES = frozenset(value for value in JOB_CATEGORIES.values if value.startswith("P"))
WORK_STYLES = _list(
    ("M0", "マネジメント系・無期"),
    ("M1", "マネジメント系・有期"),
    ("S0", "スペシャリスト系・無期"),
    ("S1", "スペシャリスト系・有期"),
)
POST_LANGUAGES = _list(("ja", "日本語", "Japanese"), ("en", "英語", "English"))
PLACE_KINDS = _list(
    ("domestic", "国内"),
    ("abroad", "海外"),
    ("both", "国内（海外出張あり）"),
    ("remote", "在宅・リモート"),
    ("unspecified", "未定・ロスター"),
)
SMOKING = _list(
    ("none", "屋内禁煙"),
    ("room", "喫煙室あり"),
    ("outside", "屋外で喫煙可"),
    ("na", "該当なし（海外・在宅）"),
    ("other", "その他"),
)
DEGREES = _list(
    ("any", "不問"),
    ("high", "高校"),
    ("college", "専門・短大・高専"),
    ("bachelor", "大学"),
    ("master", "修士"),
    ("doctor", "博士"),
    ("other", "その他"),
)
EXPERIENCES = _list(("any", "不問"), ("0", "0〜2年"), ("3", "3〜4年"), ("5", "5〜9年"), ("10", "10年以上"))
LANGUAGE_LEVELS = _list(
    ("N", "母語"),
    ("S", "S（専門的な交渉・執筆）"),
    ("A", "A（業務全般）"),
    ("B", "B（日常業務）"),
    ("C", "C（簡単なやり取り）"),
)
LANGUAGE_NEEDS = _list(("must", "必須"), ("nice", "歓迎"))
_LANGUAGE_CODES = (
    "ja", "en", "fr", "es", "pt", "ar", "ru", "zh", "ko", "id", "ms", "vi", "th", "lo", "km", "my", "tl", "ne",
    "si", "ta", "hi", "ur", "bn", "mn", "uz", "kk", "ky", "fa", "tr", "sw", "am", "rw", "mg", "de", "it",
    "tet", "tpi",
)  # fmt: skip
LANGUAGES = CodeList(tuple(Code(code, JAPANESE.languages.get(code, code)) for code in _LANGUAGE_CODES))
COUNTRIES = CodeList(tuple(Code(code, name) for code, name in COUNTRY_NAMES))
CURRENT_STATUSES = _list(
    ("working", "在職中"), ("seeking", "求職中"), ("student", "学生"), ("abroad", "派遣中"), ("other", "その他")
)
EXPERIENCE_KINDS = _list(
    ("expert", "JICA専門家"),
    ("volunteer", "協力隊"),
    ("planner", "企画調査員"),
    ("consultant", "コンサルタント"),
    ("ngo", "NGO"),
    ("un", "国際機関"),
    ("company", "企業"),
    ("study", "留学"),
)
TALENT_LEVELS = _list(("1", "メルマガ"), ("2", "参加"), ("3", "求職"), ("4", "応募"))
LIMITS = _list(("none", "なし"), ("some", "あり"))
AGE_EXCEPTIONS = _list(
    ("1", "1号：定年を上限とするため"),
    ("2", "2号：法令の規定により年齢制限が設けられているため"),
    ("3i", "3号イ：長期勤続によるキャリア形成のため"),
    ("3ro", "3号ロ：技能・ノウハウの継承のため"),
    ("3ha", "3号ハ：芸術・芸能における表現の真実性のため"),
    ("3ni", "3号ニ：60歳以上または国の施策の対象者に限るため"),
)
GENDER_EXCEPTIONS = _list(
    ("art", "芸術・芸能の分野における表現の真実性"),
    ("guard", "防犯上の要請"),
    ("nature", "業務の性質（宗教上、風紀上など）"),
    ("law", "労働基準法などの就業制限"),
    ("abroad", "風俗・習慣の違いで一方の性が能力を発揮しにくい海外勤務"),
    ("lodging", "宿泊施設などの特別な事情"),
    ("other", "その他"),
)
APPLY_VIA = _list(("web", "① Web応募"), ("external", "② 外部サイトで受付"), ("other", "③ その他"))
RESUME_TYPES = _list(("general", "一般履歴書"), ("expert", "専門家履歴書"))
# In the order of the résumé; a label is the heading under which the PDF prints the item (SPEC 12.6).
RESUME_ITEMS = _list(
    ("photo", "写真"),
    ("birthdate", "生年月日"),
    ("gender", "性別（記載は任意）"),
    ("contact", "連絡先"),
    ("nationality", "国籍・旅券"),
    ("residence", "海外居住状況"),
    ("specialty", "専門分野"),
    ("education", "学歴"),
    ("work", "職歴"),
    ("missions", "国際協力業務従事経験"),
    ("licenses", "免許・資格"),
    ("languages", "語学"),
    ("publications", "著作・所属学会"),
    ("abilities", "6つの資質・能力"),
    ("appeal", "志望の動機"),
    ("wishes", "本人希望"),
)
EXPERT_ITEMS = frozenset({"nationality", "residence", "specialty", "missions", "publications", "abilities"})
GENERAL_RESUME_ITEMS = CodeList(tuple(code for code in RESUME_ITEMS if code.value not in EXPERT_ITEMS))
SIX_ABILITIES = _list(
    ("1", "分野・課題専門力"),
    ("2", "総合マネジメント力"),
    ("3", "問題発見・調査分析力"),
    ("4", "コミュニケーション力"),
    ("5", "援助関連知識・経験"),
    ("6", "地域関連知識・経験"),
)
PASSPORTS = _list(("yes", "あり"), ("applying", "申請中"), ("no", "なし"))
RESIDENCES = _list(("japan", "日本国内に居住"), ("abroad", "海外に居住"))
MISSION_ROLES = _list(
    ("expert", "専門家"),
    ("survey", "調査団員"),
    ("consultant", "コンサルタント"),
    ("coordinator", "業務調整・企画調査員"),
    ("volunteer", "協力隊・ボランティア"),
    ("ngo", "NGO職員"),
    ("un", "国際機関職員"),
    ("other", "その他"),
)
RESULT_NOTICES = _list(
    ("all", "全員に通知"), ("passed", "合格者のみに通知"), ("by_date", "期日までに連絡がない場合は不合格")
)
RETURN_DOCUMENTS = _list(("no", "返却しない"), ("yes", "返却する"), ("destroy", "返却せず責任をもって破棄する"))
EVENT_CATEGORIES = _list(
    ("training", "研修"),
    ("event", "イベント"),
    ("seminar", "セミナー"),
    ("briefing", "説明会・相談会"),
    ("tour", "スタディツアー"),
    ("call", "公募・論文募集"),
    ("other", "その他"),
)
EVENT_FORMATS = _list(("venue", "会場"), ("online", "オンライン"), ("recorded", "録画配信"))
SCHEDULE_KINDS = _list(("dated", "日時指定"), ("series", "複数回"), ("always", "通年・随時"))
OVERFLOWS = _list(("lottery", "抽選"), ("first", "先着"), ("selection", "選考"), ("waiting", "キャンセル待ち"))
FEE_KINDS = _list(("free", "無料"), ("paid", "有料"))
NOTICE_CATEGORIES = _list(
    ("news", "お知らせ"),
    ("report", "活動報告"),
    ("publication", "出版・資料"),
    ("grant", "公募（助成等）"),
    ("other", "その他"),
)
_PREFECTURE_NAMES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
PREFECTURES = CodeList(tuple(Code(name, name) for name in _PREFECTURE_NAMES))


def may_search_talents(org_type: str) -> bool:
    """An organization without legal personality has no part in the search for talents (manual, chapter 3)."""
    return org_type != NO_LEGAL_PERSONALITY

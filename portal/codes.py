"""Code lists: what a choice is called, in the order in which it is offered. Values are stored, words are shown."""

from babel import Locale

from portal.code_list import Code, CodeList
from portal.code_list import code_list as _list
from portal.countries import COUNTRY_NAMES
from portal.prefectures import PREFECTURE_NAMES

JAPANESE, ENGLISH = Locale("ja"), Locale("en")


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
    ("npo", "特定非営利活動法人", "Specified nonprofit corporation"),
    ("certified_npo", "認定特定非営利活動法人", "Certified specified nonprofit corporation"),
    ("public_association", "公益社団法人", "Public interest incorporated association"),
    ("public_foundation", "公益財団法人", "Public interest incorporated foundation"),
    ("association", "一般社団法人", "General incorporated association"),
    ("foundation", "一般財団法人", "General incorporated foundation"),
    ("school", "学校法人", "School corporation"),
    ("university", "国立大学法人・公立大学法人", "National or public university corporation"),
    ("agency", "独立行政法人・地方独立行政法人", "Incorporated administrative agency"),
    ("special", "特殊法人・認可法人", "Special or authorized corporation"),
    ("state", "国の機関・地方公共団体", "National or local public body"),
    ("company", "株式会社", "Stock company"),
    ("other_company", "合同会社・その他の会社", "Other company"),
    ("medical", "医療法人", "Medical corporation"),
    ("welfare", "社会福祉法人", "Social welfare corporation"),
    ("religious", "宗教法人", "Religious corporation"),
    ("international", "国際機関・外国公館", "International organization or foreign mission"),
    ("other", "その他の法人", "Other corporation"),
    (WITHOUT_LEGAL_FORM, "法人格なし（任意団体）", "Unincorporated"),
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
    ("INP", "インターン（有給）", "Paid internship"),
    ("INT", "インターン（無給）", "Unpaid internship"),
    ("VOL", "ボランティア・協力隊", "Volunteer"),
    ("ROS", "人材登録・ロスター", "Roster"),
)
EMPLOYMENT = frozenset({"EMP", "INP"})  # the labour law asks its ten items of these
PAID = EMPLOYMENT | {"BID"}
CONTRACTED = PAID | {"EXP"}
JOB_CATEGORIES = _list(
    ("P01", "プロジェクトマネジメント", "Project management"),
    ("P02", "業務調整・コーディネーター", "Project coordination"),
    ("P03", "技術専門家", "Technical expert"),
    ("P04", "政策アドバイザー", "Policy adviser"),
    ("P05", "調査・評価（M&E）", "Research, monitoring and evaluation"),
    ("P06", "研修・人材育成", "Training and capacity development"),
    ("P07", "緊急人道支援", "Emergency and humanitarian aid"),
    ("P08", "現地駐在", "Field representative"),
    ("S01", "総務・人事", "Administration and human resources"),
    ("S02", "経理・財務", "Accounting and finance"),
    ("S03", "広報・アドボカシー", "Communications and advocacy"),
    ("S04", "ファンドレイジング・助成金", "Fundraising and grants"),
    ("S05", "IT・情報管理", "ICT and information management"),
    ("S06", "調達・ロジスティクス・安全管理", "Procurement, logistics and security"),
    ("S07", "通訳・翻訳", "Interpretation and translation"),
    ("S08", "研究職・教員", "Research and teaching"),
    ("S09", "医療職", "Medical profession"),
    ("S99", "その他", "Other"),
)
# Work that supports projects needs no 分野課題.
PROJECT_CATEGORIES = frozenset(value for value in JOB_CATEGORIES.values if value.startswith("P"))
WORK_STYLES = _list(
    ("M0", "マネジメント系・無期", "Management, permanent"),
    ("M1", "マネジメント系・有期", "Management, fixed term"),
    ("S0", "スペシャリスト系・無期", "Specialist, permanent"),
    ("S1", "スペシャリスト系・有期", "Specialist, fixed term"),
)
POST_LANGUAGES = _list(("ja", "日本語", "Japanese"), ("en", "英語", "English"))
PLACE_KINDS = _list(
    ("domestic", "国内", "Japan"),
    ("abroad", "海外", "Abroad"),
    ("both", "国内（海外出張あり）", "Japan with travel abroad"),
    ("remote", "在宅・リモート", "Remote"),
    ("unspecified", "未定・ロスター", "Undecided or roster"),
)
SMOKING = _list(
    ("none", "屋内禁煙", "No smoking indoors"),
    ("room", "喫煙室あり", "Smoking room"),
    ("outside", "屋外で喫煙可", "Smoking outdoors"),
    ("na", "該当なし（海外・在宅）", "Not applicable (abroad or remote)"),
    ("other", "その他", "Other"),
)
DEGREES = _list(
    ("any", "不問", "Not required"),
    ("high", "高校", "High school"),
    ("college", "専門・短大・高専", "Junior or technical college"),
    ("bachelor", "大学", "Bachelor"),
    ("master", "修士", "Master"),
    ("doctor", "博士", "Doctor"),
    ("other", "その他", "Other"),
)
EXPERIENCES = _list(
    ("any", "不問", "Not required"),
    ("0", "0〜2年", "0–2 years"),
    ("3", "3〜4年", "3–4 years"),
    ("5", "5〜9年", "5–9 years"),
    ("10", "10年以上", "10 years or more"),
)
LANGUAGE_LEVELS = _list(
    ("N", "母語", "Native"),
    ("S", "S（専門的な交渉・執筆）", "S (expert negotiation and writing)"),
    ("A", "A（業務全般）", "A (all work)"),
    ("B", "B（日常業務）", "B (daily work)"),
    ("C", "C（簡単なやり取り）", "C (simple exchange)"),
)
ANY_FORMAT = "any"
# What a document may be handed in as; `portal.files.kinds` knows which files these are.
DOCUMENT_FORMATS = _list(
    (ANY_FORMAT, "形式の指定なし", "Any format"),
    ("pdf", "PDF", "PDF"),
    ("office", "Word・Excel・PowerPoint", "Word, Excel or PowerPoint"),
    ("image", "画像（JPEG・PNG）", "Image (JPEG or PNG)"),
)
LANGUAGE_NEEDS = _list(("must", "必須", "Required"), ("nice", "歓迎", "Welcome"))
_LANGUAGE_CODES = (
    "ja", "en", "fr", "es", "pt", "ar", "ru", "zh", "ko", "id", "ms", "vi", "th", "lo", "km", "my", "tl", "ne",
    "si", "ta", "hi", "ur", "bn", "mn", "uz", "kk", "ky", "fa", "tr", "sw", "am", "rw", "mg", "de", "it",
    "tet", "tpi",
)  # fmt: skip
LANGUAGES = CodeList(
    tuple(Code(code, JAPANESE.languages.get(code, code), ENGLISH.languages.get(code, code)) for code in _LANGUAGE_CODES)
)
COUNTRIES = CodeList(tuple(Code(code, name, ENGLISH.territories.get(code, code)) for code, name in COUNTRY_NAMES))
CURRENT_STATUSES = _list(
    ("working", "在職中", "Employed"),
    ("seeking", "求職中", "Seeking work"),
    ("student", "学生", "Student"),
    ("abroad", "派遣中", "On assignment"),
    ("other", "その他", "Other"),
)
EXPERIENCE_KINDS = _list(
    ("expert", "JICA専門家", "JICA expert"),
    ("volunteer", "協力隊", "JOCV"),
    ("planner", "企画調査員", "Project formulation adviser"),
    ("consultant", "コンサルタント", "Consultant"),
    ("ngo", "NGO", "NGO"),
    ("un", "国際機関", "International organization"),
    ("company", "企業", "Company"),
    ("study", "留学", "Study abroad"),
)
TALENT_LEVELS = _list(
    ("1", "メルマガ", "Mail magazine"),
    ("2", "参加", "Participant"),
    ("3", "求職", "Job seeker"),
    ("4", "応募", "Applicant"),
)
LIMITS = _list(("none", "なし", "None"), ("some", "あり", "Yes"))
AGE_EXCEPTIONS = _list(
    ("1", "1号：定年を上限とするため", "No. 1: mandatory retirement age"),
    ("2", "2号：法令の規定により年齢制限が設けられているため", "No. 2: age limit set by law"),
    ("3i", "3号イ：長期勤続によるキャリア形成のため", "No. 3 (i): long-term career formation"),
    ("3ro", "3号ロ：技能・ノウハウの継承のため", "No. 3 (ro): handing on of skills"),
    ("3ha", "3号ハ：芸術・芸能における表現の真実性のため", "No. 3 (ha): authenticity in the arts"),
    ("3ni", "3号ニ：60歳以上または国の施策の対象者に限るため", "No. 3 (ni): aged 60 or over, or a national programme"),
)
GENDER_EXCEPTIONS = _list(
    ("art", "芸術・芸能の分野における表現の真実性", "Authenticity in the arts"),
    ("guard", "防犯上の要請", "Crime prevention"),
    ("nature", "業務の性質（宗教上、風紀上など）", "Nature of the work (religion, morals)"),
    ("law", "労働基準法などの就業制限", "Restrictions of the labour law"),
    ("abroad", "風俗・習慣の違いで一方の性が能力を発揮しにくい海外勤務", "Work abroad that customs keep one sex from"),
    ("lodging", "宿泊施設などの特別な事情", "Lodging and other special circumstances"),
    ("other", "その他", "Other"),
)
APPLY_VIA = _list(
    ("web", "① Web応募", "1 Apply on this site"),
    ("external", "② 外部サイトで受付", "2 Apply on another site"),
    ("other", "③ その他", "3 Other"),
)
RESUME_TYPES = _list(("general", "一般履歴書", "General résumé"), ("expert", "専門家履歴書", "Expert résumé"))
# In the order of the résumé; a label is the heading under which the PDF prints the item (SPEC 12.6).
RESUME_ITEMS = _list(
    ("photo", "写真", "Photograph"),
    ("birthdate", "生年月日", "Date of birth"),
    ("gender", "性別（記載は任意）", "Sex (optional)"),
    ("contact", "連絡先", "Contact"),
    ("nationality", "国籍・旅券", "Nationality and passport"),
    ("residence", "海外居住状況", "Residence abroad"),
    ("specialty", "専門分野", "Specialty"),
    ("education", "学歴", "Education"),
    ("work", "職歴", "Work history"),
    ("missions", "国際協力業務従事経験", "Missions in international cooperation"),
    ("licenses", "免許・資格", "Licences and qualifications"),
    ("languages", "語学", "Languages"),
    ("publications", "著作・所属学会", "Publications and societies"),
    ("abilities", "6つの資質・能力", "Six abilities"),
    ("appeal", "志望の動機", "Motivation"),
    ("wishes", "本人希望", "Wishes"),
)
EXPERT_ITEMS = frozenset({"nationality", "residence", "specialty", "missions", "publications", "abilities"})
GENERAL_RESUME_ITEMS = CodeList(tuple(code for code in RESUME_ITEMS if code.value not in EXPERT_ITEMS))
SIX_ABILITIES = _list(
    ("1", "分野・課題専門力", "Expertise in the field"),
    ("2", "総合マネジメント力", "Management"),
    ("3", "問題発見・調査分析力", "Problem finding and analysis"),
    ("4", "コミュニケーション力", "Communication"),
    ("5", "援助関連知識・経験", "Knowledge of aid"),
    ("6", "地域関連知識・経験", "Knowledge of the region"),
)
PASSPORTS = _list(("yes", "あり", "Yes"), ("applying", "申請中", "Applied for"), ("no", "なし", "None"))
RESIDENCES = _list(("japan", "日本国内に居住", "Lives in Japan"), ("abroad", "海外に居住", "Lives abroad"))
MISSION_ROLES = _list(
    ("expert", "専門家", "Expert"),
    ("survey", "調査団員", "Survey team member"),
    ("consultant", "コンサルタント", "Consultant"),
    ("coordinator", "業務調整・企画調査員", "Coordinator"),
    ("volunteer", "協力隊・ボランティア", "Volunteer"),
    ("ngo", "NGO職員", "NGO staff"),
    ("un", "国際機関職員", "Staff of an international organization"),
    ("other", "その他", "Other"),
)
RESULT_NOTICES = _list(
    ("all", "全員に通知", "Everybody is told"),
    ("passed", "合格者のみに通知", "Only those chosen are told"),
    ("by_date", "期日までに連絡がない場合は不合格", "No word by a date means no"),
)
RETURN_DOCUMENTS = _list(
    ("no", "返却しない", "Not returned"),
    ("yes", "返却する", "Returned"),
    ("destroy", "返却せず責任をもって破棄する", "Destroyed, not returned"),
)
EVENT_CATEGORIES = _list(
    ("training", "研修", "Training"),
    ("event", "イベント", "Event"),
    ("seminar", "セミナー", "Seminar"),
    ("briefing", "説明会・相談会", "Briefing"),
    ("tour", "スタディツアー", "Study tour"),
    ("call", "公募・論文募集", "Call for papers"),
    ("other", "その他", "Other"),
)
EVENT_STATUSES = _list(
    ("planned", "予定どおり", "As planned"),
    ("postponed", "延期", "Postponed"),
    ("moved", "日程変更", "Rescheduled"),
    ("cancelled", "中止", "Cancelled"),
)
EVENT_FORMATS = _list(
    ("venue", "会場", "On site"), ("online", "オンライン", "Online"), ("recorded", "録画配信", "Recorded")
)
SCHEDULE_KINDS = _list(
    ("dated", "日時指定", "On a date"),
    ("series", "複数回", "Several dates"),
    ("always", "通年・随時", "All year round"),
)
OVERFLOWS = _list(
    ("lottery", "抽選", "By lot"),
    ("first", "先着", "First come"),
    ("selection", "選考", "By selection"),
    ("waiting", "キャンセル待ち", "Waiting list"),
)
FEE_KINDS = _list(("free", "無料", "Free"), ("paid", "有料", "Fee"))
NOTICE_CATEGORIES = _list(
    ("news", "お知らせ", "News"),
    ("report", "活動報告", "Report"),
    ("publication", "出版・資料", "Publication"),
    ("grant", "公募（助成等）", "Call (grants)"),
    ("other", "その他", "Other"),
)
PREFECTURES = CodeList(tuple(Code(name, name, english) for name, english in PREFECTURE_NAMES))


def may_search_talents(org_type: str) -> bool:
    """An organization without legal personality has no part in the search for talents (manual, chapter 3)."""
    return org_type != NO_LEGAL_PERSONALITY

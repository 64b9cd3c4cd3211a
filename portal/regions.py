"""Regions as the field divides the world, after the departments of JICA. Every country belongs to one of them."""

from collections.abc import Mapping

from portal.code_list import Code, CodeList

REGIONS = CodeList(
    tuple(
        Code(*row)
        for row in (
            ("asia_se", "東南アジア", "Southeast Asia"),
            ("asia_e", "東アジア", "East Asia"),
            ("asia_s", "南アジア", "South Asia"),
            ("asia_c", "中央アジア・コーカサス", "Central Asia and the Caucasus"),
            ("oceania", "大洋州", "Oceania"),
            ("latin", "中南米", "Latin America and the Caribbean"),
            ("middle_east", "中東", "Middle East"),
            ("africa_n", "アフリカ（北部）", "North Africa"),
            ("africa_s", "アフリカ（サブサハラ）", "Sub-Saharan Africa"),
            ("europe", "欧州", "Europe"),
            ("america_n", "北米", "North America"),
            ("japan", "日本", "Japan"),
        )
    )
)
_COUNTRIES: Mapping[str, str] = {
    "asia_se": "BN KH ID LA MM MY PH SG TH TL VN CC CX",
    "asia_e": "CN HK KP KR MN MO TW",
    "asia_s": "BD BT IN IO LK MV NP PK",
    "asia_c": "AM AZ GE KG KZ TJ TM UZ",
    "oceania": "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV VU WF WS",
    "latin": "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF MQ "
    "MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
    "middle_east": "AE AF BH IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    "africa_n": "DZ EG EH LY MA TN",
    "africa_s": "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR LS MG ML MR MU MW MZ NA NE NG RE "
    "RW SC SD SH SL SN SO SS ST SZ TD TF TG TZ UG YT ZA ZM ZW",
    "europe": "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC "
    "MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
    "america_n": "BM CA GL PM US",
    "japan": "JP",
}
COUNTRIES_OF: Mapping[str, tuple[str, ...]] = {region: tuple(codes.split()) for region, codes in _COUNTRIES.items()}
REGION_OF: Mapping[str, str] = {country: region for region, countries in COUNTRIES_OF.items() for country in countries}

"""Japanese names of countries: Babel's, but for those that it gives in brackets or in a long form."""

from babel import Locale

# CLDR territories that are no country: groupings and areas without people.
_NOT_OFFERED = frozenset(
    {"AQ", "BV", "CP", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "UM", "UN", "XA", "XB", "ZZ", "AC", "DG", "CQ"}
)
_OVERRIDES = {
    "CC": "ココス諸島",
    "CD": "コンゴ民主共和国",
    "CG": "コンゴ共和国",
    "HK": "香港",
    "MO": "マカオ",
    "MM": "ミャンマー",
    "PS": "パレスチナ",
}


def _names() -> tuple[tuple[str, str], ...]:
    territories = Locale("ja").territories
    countries = {
        code: name
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_OFFERED
    }
    countries |= _OVERRIDES
    # Katakana sorts by reading; the few names in kanji come first, Japan before all.
    return tuple(sorted(countries.items(), key=lambda item: (item[0] != "JP", item[1])))


COUNTRY_NAMES = _names()

"""Countries by the English names that publishers give them: alpha-3 codes, and never a guess.

Short names of ISO 3166-1 and the other names in common use, Global Energy Monitor's among them. A name that may mean
two countries (Congo, Korea, Virgin Islands) is none.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from zollverein.case.countries import ISO_3166

__all__ = ["CountryReader", "alpha_3", "named_countries"]

# A code, then its names.
NAMES = """
ABW Aruba
AFG Afghanistan
AGO Angola
AIA Anguilla
ALA Åland Islands|Aland
ALB Albania
AND Andorra
ARE United Arab Emirates|UAE
ARG Argentina
ARM Armenia
ASM American Samoa
ATA Antarctica
ATF French Southern Territories|French Southern and Antarctic Lands
ATG Antigua and Barbuda
AUS Australia
AUT Austria
AZE Azerbaijan
BDI Burundi
BEL Belgium
BEN Benin
BES Bonaire, Sint Eustatius and Saba|Bonaire, Sint Eustatius, and Saba|Caribbean Netherlands
BFA Burkina Faso
BGD Bangladesh
BGR Bulgaria
BHR Bahrain
BHS Bahamas
BIH Bosnia and Herzegovina
BLM Saint Barthélemy
BLR Belarus
BLZ Belize
BMU Bermuda
BOL Bolivia|Bolivia, Plurinational State of|Bolivia (Plurinational State of)
BRA Brazil
BRB Barbados
BRN Brunei|Brunei Darussalam
BTN Bhutan
BVT Bouvet Island
BWA Botswana
CAF Central African Republic
CAN Canada
CCK Cocos (Keeling) Islands|Cocos Islands
CHE Switzerland
CHL Chile
CHN China|People's Republic of China
CIV Côte d'Ivoire|Ivory Coast
CMR Cameroon
COD DR Congo|Congo-Kinshasa|Congo (Kinshasa)|DRC|Democratic Republic of the Congo|Congo, Democratic Republic of the
COG Republic of the Congo|Congo Republic|Congo-Brazzaville|Congo (Brazzaville)
COK Cook Islands
COL Colombia
COM Comoros
CPV Cabo Verde|Cape Verde
CRI Costa Rica
CUB Cuba
CUW Curaçao
CXR Christmas Island
CYM Cayman Islands
CYP Cyprus
CZE Czechia|Czech Republic
DEU Germany
DJI Djibouti
DMA Dominica
DNK Denmark
DOM Dominican Republic
DZA Algeria
ECU Ecuador
EGY Egypt
ERI Eritrea
ESH Western Sahara
ESP Spain
EST Estonia
ETH Ethiopia
FIN Finland
FJI Fiji
FLK Falkland Islands|Falkland Islands (Malvinas)|Falkland Islands [Malvinas]
FRA France
FRO Faroe Islands
FSM Micronesia|Micronesia, Federated States of|Micronesia (Federated States of)|Federated States of Micronesia
GAB Gabon
GBR United Kingdom|UK|Great Britain|United Kingdom of Great Britain and Northern Ireland
GEO Georgia
GGY Guernsey
GHA Ghana
GIB Gibraltar
GIN Guinea
GLP Guadeloupe
GMB Gambia
GNB Guinea-Bissau
GNQ Equatorial Guinea
GRC Greece
GRD Grenada
GRL Greenland
GTM Guatemala
GUF French Guiana
GUM Guam
GUY Guyana
HKG Hong Kong
HMD Heard Island and McDonald Islands
HND Honduras
HRV Croatia
HTI Haiti
HUN Hungary
IDN Indonesia
IMN Isle of Man
IND India
IOT British Indian Ocean Territory
IRL Ireland|Republic of Ireland
IRN Iran|Iran, Islamic Republic of|Iran (Islamic Republic of)
IRQ Iraq
ISL Iceland
ISR Israel
ITA Italy
JAM Jamaica
JEY Jersey
JOR Jordan
JPN Japan
KAZ Kazakhstan
KEN Kenya
KGZ Kyrgyzstan|Kyrgyz Republic
KHM Cambodia
KIR Kiribati
KNA Saint Kitts and Nevis
KOR South Korea|Republic of Korea|Korea, Republic of|Korea, South
KWT Kuwait
LAO Laos|Lao PDR|Lao People's Democratic Republic
LBN Lebanon
LBR Liberia
LBY Libya
LCA Saint Lucia
LIE Liechtenstein
LKA Sri Lanka
LSO Lesotho
LTU Lithuania
LUX Luxembourg
LVA Latvia
MAC Macao|Macau
MAF Saint Martin (French part)
MAR Morocco
MCO Monaco
MDA Moldova|Moldova, Republic of|Republic of Moldova
MDG Madagascar
MDV Maldives
MEX Mexico
MHL Marshall Islands
MKD North Macedonia|Macedonia
MLI Mali
MLT Malta
MMR Myanmar|Burma
MNE Montenegro
MNG Mongolia
MNP Northern Mariana Islands
MOZ Mozambique
MRT Mauritania
MSR Montserrat
MTQ Martinique
MUS Mauritius
MWI Malawi
MYS Malaysia
MYT Mayotte
NAM Namibia
NCL New Caledonia
NER Niger
NFK Norfolk Island
NGA Nigeria
NIC Nicaragua
NIU Niue
NLD Netherlands
NOR Norway
NPL Nepal
NRU Nauru
NZL New Zealand
OMN Oman
PAK Pakistan
PAN Panama
PCN Pitcairn|Pitcairn Islands
PER Peru
PHL Philippines
PLW Palau
PNG Papua New Guinea
POL Poland
PRI Puerto Rico
PRK North Korea|Democratic People's Republic of Korea|Korea, Democratic People's Republic of|Korea, North
PRT Portugal
PRY Paraguay
PSE Palestine|Palestinian Territories|Palestine, State of|State of Palestine
PYF French Polynesia
QAT Qatar
REU Réunion
ROU Romania
RUS Russia|Russian Federation
RWA Rwanda
SAU Saudi Arabia
SDN Sudan
SEN Senegal
SGP Singapore
SGS South Georgia and the South Sandwich Islands
SHN Saint Helena|Saint Helena, Ascension and Tristan da Cunha
SJM Svalbard and Jan Mayen
SLB Solomon Islands
SLE Sierra Leone
SLV El Salvador
SMR San Marino
SOM Somalia
SPM Saint Pierre and Miquelon
SRB Serbia
SSD South Sudan
STP Sao Tome and Principe
SUR Suriname
SVK Slovakia|Slovak Republic
SVN Slovenia
SWE Sweden
SWZ Eswatini|Swaziland
SXM Sint Maarten (Dutch part)|Sint Maarten
SYC Seychelles
SYR Syria|Syrian Arab Republic
TCA Turks and Caicos Islands
TCD Chad
TGO Togo
THA Thailand
TJK Tajikistan
TKL Tokelau
TKM Turkmenistan
TLS Timor-Leste|East Timor
TON Tonga
TTO Trinidad and Tobago
TUN Tunisia
TUR Türkiye|Turkey
TUV Tuvalu
TWN Taiwan|Taiwan, Province of China
TZA Tanzania|Tanzania, United Republic of|United Republic of Tanzania
UGA Uganda
UKR Ukraine
UMI United States Minor Outlying Islands
URY Uruguay
USA United States|United States of America|USA
UZB Uzbekistan
VAT Holy See|Vatican City
VCT Saint Vincent and the Grenadines
VEN Venezuela|Venezuela, Bolivarian Republic of|Venezuela (Bolivarian Republic of)
VGB British Virgin Islands|Virgin Islands, British|Virgin Islands (British)
VIR U.S. Virgin Islands|US Virgin Islands|Virgin Islands, U.S.|Virgin Islands (U.S.)
VNM Vietnam|Viet Nam
VUT Vanuatu
WLF Wallis and Futuna
WSM Samoa
XKX Kosovo
YEM Yemen
ZAF South Africa
ZMB Zambia
ZWE Zimbabwe
"""


def alpha_3(name: str) -> str | None:
    """Return the code of a country by its English name or its code; None if it is none, or two.

    Capitals, accents and a leading or trailing 'the' make no difference.

    >>> alpha_3("Türkiye"), alpha_3("the Netherlands"), alpha_3("kaz"), alpha_3("Congo")
    ('TUR', 'NLD', 'KAZ', None)
    """
    return _by_name().get(_plain(name))


def named_countries() -> dict[str, tuple[str, ...]]:
    """Return the names that are known of each country, by its code."""
    rows = (line.split(" ", 1) for line in NAMES.strip().splitlines())
    return {code: tuple(names.split("|")) for code, names in rows}


class CountryReader:
    """Reads the countries of one file, and remembers what was none."""

    def __init__(self) -> None:
        self._unknown: dict[str, None] = {}

    def code(self, name: str) -> str:
        """Return the code of a country; empty for no name, or one that is none."""
        if not name:
            return ""
        found = alpha_3(name)
        if found is None:
            self._unknown[name] = None
        return found or ""

    def codes(self, names: str) -> tuple[str, ...]:
        """Return the codes of names that commas or semicolons part, in their order."""
        return tuple(code for name in names.replace(";", ",").split(",") if (code := self.code(name.strip())))

    def told(self) -> list[str]:
        """Return a sentence on the names that were none, if there were any."""
        if not self._unknown:
            return []
        return [f"Names that are no country's, or may be two's, are left empty: {', '.join(sorted(self._unknown))}."]


@cache
def _by_name() -> dict[str, str]:
    codes = {code.lower(): code for code in ISO_3166}
    return codes | {_plain(name): code for code, names in named_countries().items() for name in names}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("\u2019", "'")).casefold()
    words = " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())
    words = words.replace(" & ", " and ").replace("st. ", "saint ").replace(" - ", "-")
    return words.removeprefix("the ").removesuffix(", the").removesuffix(" (the)")

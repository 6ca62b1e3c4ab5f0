//! The words the example's customers are made of.

use super::Random;

pub const COLUMNS: [&str; 20] = [
    "customer_id",
    "name",
    "email",
    "phone",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "stage",
    "deal_value",
    "currency",
    "created_at",
    "close_date",
    "is_active",
    "employee_count",
    "contact_name",
    "contact_email",
    "source_system",
    "notes",
];

pub const STAGES: [&str; 5] = [
    "Prospect",
    "Qualified",
    "Negotiation",
    "Closed Won",
    "Closed Lost",
];
pub const CURRENCIES: [&str; 5] = ["USD", "EUR", "GBP", "CHF", "JPY"];
pub const SOURCES: [&str; 5] = [
    "crm-classic",
    "web-form",
    "erp-de",
    "trade-show",
    "acq-2014",
];

pub const FIRST_WORDS: [&str; 40] = [
    "Alder",
    "Amber",
    "Anchor",
    "Aurora",
    "Basalt",
    "Bay",
    "Blue Heron",
    "Bridge",
    "Canal",
    "Cascade",
    "Castle",
    "Clover",
    "Comet",
    "Coral",
    "Crescent",
    "Dune",
    "Evergreen",
    "Ferry",
    "Finch",
    "Foundry",
    "Glacier",
    "Grove",
    "Hazel",
    "Heath",
    "Höfer",
    "Island",
    "Järvi",
    "Lantern",
    "Magnolia",
    "Marble",
    "Moor",
    "Northgate",
    "Opal",
    "Pebble",
    "Pomme",
    "Silver",
    "Sørland",
    "Swift",
    "Tidal",
    "Żuraw",
];
pub const SECOND_WORDS: [&str; 32] = [
    "Accounting",
    "Appliances",
    "Biotech",
    "Books",
    "Carpentry",
    "Ceramics",
    "Coffee",
    "Couriers",
    "Cycles",
    "Dairy",
    "Diagnostics",
    "Doors",
    "Drones",
    "Events",
    "Fabrics",
    "Finance",
    "Furniture",
    "Gardens",
    "Hardware",
    "Instruments",
    "Kitchens",
    "Leather",
    "Mills",
    "Mobility",
    "Nutrition",
    "Orchards",
    "Rail",
    "Roofing",
    "Sensors",
    "Shipping",
    "Timber",
    "Vineyards",
];
pub const FORMS: [&str; 8] = [
    "Inc.",
    "LLC",
    "GmbH",
    "Ltd",
    "AG",
    "SARL",
    "& Daughters",
    "Group, Inc.",
];
pub const GIVEN_NAMES: [&str; 36] = [
    "Agnes", "Amara", "Anton", "Bruno", "Carmen", "Chloe", "Daniel", "Deniz", "Edith", "Elif",
    "Felix", "Freya", "Goran", "Hugo", "Ida", "Imani", "Jakob", "Joana", "Karim", "Klara", "Lena",
    "Mateo", "Milan", "Naomi", "Nils", "Olga", "Paul", "Priya", "Remy", "Ruth", "Simon", "Tara",
    "Theo", "Valerie", "Wanda", "Yusuf",
];
pub const FAMILY_NAMES: [&str; 36] = [
    "Adler",
    "Andersen",
    "Bauer",
    "Bell",
    "Bianchi",
    "Chang",
    "Cohen",
    "Dubois",
    "Eriksen",
    "Farrow",
    "Fuchs",
    "Gomez",
    "Hansen",
    "Hughes",
    "Ivanov",
    "Jung",
    "Keller",
    "Kimura",
    "Lang",
    "Lindqvist",
    "Mensah",
    "Moore",
    "Nakamura",
    "Nowak",
    "Ortiz",
    "Petit",
    "Popov",
    "Reyes",
    "Roth",
    "Santos",
    "Sharma",
    "Stein",
    "Thomas",
    "Vogel",
    "Walsh",
    "Zeller",
];
pub const DOMAINS: [&str; 6] = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "office.example.org",
    "shop.example.net",
];
pub const STREETS: [&str; 8] = [
    "Harbour Road",
    "Lindenallee",
    "Station Street",
    "Rue du Moulin",
    "5th Ave, Floor 3",
    "Mill Lane",
    "Seestrasse",
    "Church Hill",
];
pub const NOTES: [&str; 12] = [
    "",
    "",
    "",
    "",
    "",
    "renewal in spring",
    "prefers e-mail",
    "moved from the old system",
    "see ticket 8812",
    "wants \"net 45\" terms",
    "VIP; call after 14:00",
    "spoke at the fair — warm lead",
];

/// Odd or hostile, and still right: these must survive unchanged and must not be reported.
pub const ODD_NOTES: [&str; 14] = [
    "Call back after lunch.\nAsk for the buyer.",
    "first line\r\nsecond line",
    "said \"not before May\", then hung up",
    "\"",
    "\u{1b}[31mred\u{1b}[0m alert",
    "\u{1b}]0;all good\u{7}nothing to see",
    "\u{1b}[2J\u{1b}[Hgone?",
    "paid \u{202e}51.4\u{202c} so far",
    "zero\u{200b}width",
    "=HYPERLINK(\"http://example.com\";\"open\")",
    "+1+2+3",
    "NULL",
    "👩‍👩‍👧 family business ☕",
    "tab\there",
];

/// City, state, postal code, country, first digits of phone numbers.
pub struct Place {
    pub city: &'static str,
    pub state: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
    pub dial: &'static str,
}

pub const PLACES: [Place; 16] = [
    place("Albany", "NY", "12207", "US", "+1518555"),
    place("Boulder", "CO", "80302", "US", "+1303555"),
    place("Hartford", "CT", "06103", "US", "+1860555"),
    place("Madison", "WI", "53703", "US", "+1608555"),
    place("Oakland", "CA", "94607", "US", "+1510555"),
    place("Tampa", "FL", "33602", "US", "+1813555"),
    place("Bremen", "", "28195", "DE", "+4942155"),
    place("Köln", "", "50667", "DE", "+4922155"),
    place("Dresden", "", "01067", "DE", "+4935155"),
    place("Bristol", "", "BS1 4DJ", "GB", "+4411755"),
    place("York", "", "YO1 7HH", "GB", "+4419045"),
    place("Nantes", "", "44000", "FR", "+3324055"),
    place("Orléans", "", "45000", "FR", "+3323855"),
    place("Bern", "", "3011", "CH", "+4131555"),
    place("Neuchâtel", "", "2000", "CH", "+4132555"),
    place("Osaka", "", "530-0001", "JP", "+8166555"),
];

/// How many of [`PLACES`] come first and lie in the US.
pub const US_PLACES: usize = 6;

const fn place(
    city: &'static str,
    state: &'static str,
    postal_code: &'static str,
    country: &'static str,
    dial: &'static str,
) -> Place {
    Place {
        city,
        state,
        postal_code,
        country,
        dial,
    }
}

/// What 17 layouts of one moment look like: each is what some system once wrote, none is the ISO way.
pub const MOMENT_LAYOUTS: [&str; 17] = [
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%-m/%-d/%Y %-I:%M %p",
    "epoch seconds",
    "%a, %d %b %Y %H:%M:%S +0000",
    "%d-%m-%Y",
    "%m/%d/%y",
    "%Y%m%dT%H%M%SZ",
    "%B %-d, %Y",
    "epoch milliseconds",
    "%Y-%m-%d %H:%M:%S PST",
    "%-d-%b-%y",
    "serial days",
    "%Y-%m-%dT%H:%M:%S,250+0100",
];
pub const NO_MOMENTS: [&str; 4] = [
    "0000-00-00 00:00:00",
    "TBD",
    "2021-02-30T10:00:00Z",
    "9999-99-99",
];
pub const DAY_LAYOUTS: [&str; 5] = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d %b %Y", "%Y%m%d"];

/// `{p}` is the person's part of an address, `{d}` its domain.
pub const EMAILS: [&str; 12] = [
    "{p}@",
    "{p}.{d}",
    "{p}@@{d}",
    "{p} @{d}",
    "N/A",
    "mailto:{p}@{d}",
    "{p}@{d}; info@{d}",
    "{p}@{d}  ",
    "<{p}@{d}",
    "{p}@example,com",
    "none",
    "{p}@example..com",
];
pub const STAGE_TYPOS: [(&str, &str); 12] = [
    ("Closed Won", "closed won"),
    ("Negotiation", "negotiation"),
    ("Closed Lost", "CLOSED LOST"),
    ("Prospect", "Prospekt"),
    ("Qualified", "qualified"),
    ("Closed Won", "Closed-Won"),
    ("Negotiation", "Negotation"),
    ("Prospect", "PROSPECT"),
    ("Closed Lost", "closed_lost"),
    ("Qualified", "Qualifed"),
    ("Closed Won", "ClosedWon"),
    ("Prospect", "prospect "),
];
pub const BOOLEANS: [&str; 7] = ["yes", "no", "Y", "N", "ja", "nein", "active"];
pub const COUNTRIES: [(&str, &str); 7] = [
    ("US", "usa"),
    ("DE", "Germany"),
    ("GB", "UK"),
    ("FR", "fr"),
    ("CH", "Schweiz"),
    ("JP", "jp"),
    ("US", "U.S."),
];
pub const CURRENCY_TYPOS: [&str; 5] = ["eur", "€", "US$", "Euro", "Usd"];
pub const PHONES: [&str; 7] = [
    "(518) 555-0142",
    "518.555.0142",
    "5185550142",
    "0049 421 5550123",
    "1-800-REDRIVE",
    "N/A",
    "+44 117 555 0199 ext. 4",
];
pub const WORDED_AMOUNTS: [&str; 4] = ["12k", "n/a", "tbd", "about 5000"];
pub const WORDED_COUNTS: [&str; 5] = ["50-100", "ca. 200", "12.5", "unknown", "1.200"];
pub const SOURCE_TYPOS: [&str; 4] = ["CRM-Classic", "webform", "ERP DE", "tradeshow"];
pub const STATE_TYPOS: [&str; 4] = ["ny", "Colo.", "California", "F L"];

pub fn pick<'a, T>(pool: &'a [T], random: &mut Random) -> &'a T {
    &pool[random.below(pool.len() as u64) as usize]
}

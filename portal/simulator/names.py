"""Names as one hears them in a waiting room in England, by where families come from.

The rows are common names, put together at random: any likeness to a real person is by chance.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Heritage:
    """Names that go together, oldest fashion first; ethnic category and language at home."""

    ethnic: tuple[str, str]
    language: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]


_BRITISH: Final = ("A", "White - British")
_OTHER_WHITE: Final = ("C", "White - Any other White background")

HERITAGES: Final = {
    "british": Heritage(
        _BRITISH,
        "en",
        ("Joan", "Margaret", "Susan", "Emma", "Charlotte", "Olivia", "Ruby", "Hazel"),
        ("Kenneth", "Alan", "Stephen", "Mark", "Jack", "Oliver", "Harry", "Callum"),
        ("Pritchard-Moore", "Hollis", "Ashworth", "Tranter", "Whittle", "Bexley", "Lumley"),
    ),
    "welsh": Heritage(
        _BRITISH,
        "en",
        ("Siân", "Rhiannon", "Cerys"),
        ("Llŷr", "Emrys", "Dafydd"),
        ("Gwyn", "Bevan", "Prosser"),
    ),
    "scottish": Heritage(
        _BRITISH, "en", ("Morag", "Eilidh"), ("Hamish", "Fergus"), ("MacAllister", "Geddes")
    ),
    "irish": Heritage(
        ("B", "White - Irish"),
        "en",
        ("Bernadette", "Siobhán", "Niamh"),
        ("Séamus", "Declan", "Cormac"),
        ("O'Hanlon", "Fitzgerald", "Keane"),
    ),
    "pakistani": Heritage(
        ("J", "Asian - Pakistani"),
        "ur",
        ("Nasreen", "Saima", "Zoya"),
        ("Imran", "Tahir", "Yusuf"),
        ("Mahmood", "Qureshi", "Akhtar"),
    ),
    "indian": Heritage(
        ("H", "Asian - Indian"),
        "pa",
        ("Harpreet", "Meera", "Anjali"),
        ("Gurdeep", "Rohan", "Vikram"),
        ("Dhaliwal", "Patel", "Krishnamurthy"),
    ),
    "bangladeshi": Heritage(
        ("K", "Asian - Bangladeshi"),
        "bn",
        ("Shirin", "Rukhsana", "Tahmina"),
        ("Kamal", "Mizanur", "Faisal"),
        ("Rahman", "Uddin", "Miah"),
    ),
    "nigerian": Heritage(
        ("N", "Black - African"),
        "en",
        ("Ngozi", "Folake", "Adaeze"),
        ("Emeka", "Babatunde", "Tobi"),
        ("Adeyemi", "Nwosu", "Balogun"),
    ),
    "somali": Heritage(
        ("N", "Black - African"),
        "so",
        ("Hodan", "Ifrah"),
        ("Abdi", "Liban"),
        ("Warsame", "Jama"),
    ),
    "caribbean": Heritage(
        ("M", "Black - Caribbean"),
        "en",
        ("Marcia", "Shanice", "Beverley"),
        ("Winston", "Delroy", "Marlon"),
        ("Campbell", "Grant-Lewis", "Bailey"),
    ),
    "polish": Heritage(
        _OTHER_WHITE,
        "pl",
        ("Agnieszka", "Małgorzata", "Zofia"),
        ("Łukasz", "Paweł", "Tomasz"),
        ("Wójcik", "Kowalczyk", "Zając"),
    ),
    "romanian": Heritage(
        _OTHER_WHITE, "ro", ("Ioana", "Mihaela"), ("Andrei", "Florin"), ("Munteanu", "Ștefan")
    ),
    "ukrainian": Heritage(
        _OTHER_WHITE, "uk", ("Oksana", "Daryna"), ("Bohdan", "Taras"), ("Shevchuk", "Melnyk")
    ),
    "chinese": Heritage(
        ("R", "Chinese"),
        "zh",
        ("Mei Ling", "Wai Yee"),
        ("Jun", "Ka Ho"),
        ("Chan", "Liu", "Ng"),
    ),
    "filipino": Heritage(
        ("L", "Asian - Any other Asian background"),
        "en",
        ("Maria Luz", "Jocelyn"),
        ("Rodel", "Angelo"),
        ("dela Cruz", "Manalo"),
    ),
    "turkish": Heritage(
        _OTHER_WHITE, "tr", ("Elif", "Gülşen"), ("Emre", "Oğuz"), ("Yıldırım", "Şahin")
    ),
    "iranian": Heritage(
        ("S", "Any other ethnic group"),
        "fa",
        ("Parisa", "Shahrzad"),
        ("Dariush", "Kaveh"),
        ("Rostami", "Farahani"),
    ),
    "mixed": Heritage(
        ("D", "Mixed - White and Black Caribbean"),
        "en",
        ("Leah", "Jasmine"),
        ("Jayden", "Theo"),
        ("Sinclair", "Marsh-Reid"),
    ),
}

LANGUAGES: Final = {
    "en": "English",
    "ur": "Urdu",
    "pa": "Panjabi",
    "bn": "Bengali",
    "so": "Somali",
    "pl": "Polish",
    "ro": "Romanian",
    "uk": "Ukrainian",
    "zh": "Chinese",
    "tr": "Turkish",
    "fa": "Persian",
}

STREETS: Final = (
    "Canal Street",
    "Weavers Lane",
    "Lock Keepers Row",
    "Mill Bank",
    "Harbour Road",
    "Station Approach",
    "Larkspur Close",
    "St Chad’s Terrace",
    "Foundry Way",
    "Orchard View",
)

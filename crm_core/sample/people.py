"""The invented people of the sample shop.

Names are drawn from common surnames and given-name characters. E-mail addresses are in example domains, mobiles in
0900-010-000 … 0900-989-999 (a block kept for invented numbers here), addresses have no street and no number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from crm_core.sample.seasons import END, Channel

SURNAMES = (
    ("陳", "chen", 111), ("林", "lin", 83), ("黃", "huang", 60), ("張", "chang", 53), ("李", "lee", 51),
    ("王", "wang", 41), ("吳", "wu", 40), ("劉", "liu", 32), ("蔡", "tsai", 29), ("楊", "yang", 27),
    ("許", "hsu", 23), ("鄭", "cheng", 19), ("謝", "hsieh", 18), ("洪", "hung", 15), ("郭", "kuo", 15),
    ("邱", "chiu", 15), ("曾", "tseng", 14), ("廖", "liao", 14), ("賴", "lai", 13), ("徐", "hsu", 13),
    ("周", "chou", 12), ("葉", "yeh", 12), ("蘇", "su", 11), ("莊", "chuang", 9), ("呂", "lu", 9),
    ("江", "chiang", 9), ("何", "ho", 9), ("蕭", "hsiao", 8), ("羅", "lo", 8), ("高", "kao", 8),
    ("潘", "pan", 6), ("簡", "chien", 6), ("朱", "chu", 6), ("鍾", "chung", 6), ("彭", "peng", 5),
    ("游", "yu", 5), ("詹", "chan", 5), ("胡", "hu", 5), ("施", "shih", 5), ("沈", "shen", 5),
)  # fmt: skip
FIRST_CHARACTERS = {
    "F": (
        ("雅", "ya"), ("怡", "yi"), ("佳", "chia"), ("淑", "shu"), ("美", "mei"), ("宜", "yi"), ("欣", "hsin"),
        ("詩", "shih"), ("郁", "yu"), ("惠", "hui"), ("婉", "wan"), ("筱", "hsiao"), ("思", "ssu"), ("子", "tzu"),
        ("靜", "ching"), ("家", "chia"), ("曉", "hsiao"), ("品", "pin"), ("芷", "chih"), ("秀", "hsiu"),
    ),
    "M": (
        ("志", "chih"), ("俊", "chun"), ("建", "chien"), ("冠", "kuan"), ("家", "chia"), ("宗", "tsung"),
        ("柏", "po"), ("承", "cheng"), ("彥", "yen"), ("宇", "yu"), ("文", "wen"), ("明", "ming"), ("育", "yu"),
        ("信", "hsin"), ("哲", "che"), ("振", "chen"), ("書", "shu"), ("永", "yung"), ("國", "kuo"), ("子", "tzu"),
    ),
}  # fmt: skip
SECOND_CHARACTERS = {
    "F": (
        ("婷", "ting"), ("君", "chun"), ("芬", "fen"), ("玲", "ling"), ("萱", "hsuan"), ("涵", "han"), ("雯", "wen"),
        ("穎", "ying"), ("慧", "hui"), ("如", "ju"), ("蓉", "jung"), ("瑜", "yu"), ("珊", "shan"), ("琪", "chi"),
        ("潔", "chieh"), ("庭", "ting"), ("妤", "yu"), ("華", "hua"), ("貞", "chen"), ("安", "an"),
    ),
    "M": (
        ("豪", "hao"), ("宏", "hung"), ("偉", "wei"), ("廷", "ting"), ("翰", "han"), ("傑", "chieh"), ("霖", "lin"),
        ("銘", "ming"), ("緯", "wei"), ("宇", "yu"), ("賢", "hsien"), ("軒", "hsuan"), ("恩", "en"), ("凱", "kai"),
        ("德", "te"), ("成", "cheng"), ("維", "wei"), ("誠", "cheng"), ("鴻", "hung"), ("安", "an"),
    ),
}  # fmt: skip
DISTRICTS = (
    ("台北市", "大安區", "106", 9), ("台北市", "信義區", "110", 6), ("台北市", "中山區", "104", 6),
    ("台北市", "內湖區", "114", 5), ("台北市", "士林區", "111", 5), ("台北市", "文山區", "116", 5),
    ("新北市", "板橋區", "220", 8), ("新北市", "中和區", "235", 6), ("新北市", "新店區", "231", 6),
    ("新北市", "三重區", "241", 4), ("新北市", "淡水區", "251", 4), ("桃園市", "桃園區", "330", 5),
    ("桃園市", "中壢區", "320", 4), ("新竹市", "東區", "300", 4), ("新竹縣", "竹北市", "302", 4),
    ("台中市", "西屯區", "407", 5), ("台中市", "北屯區", "406", 4), ("台中市", "南屯區", "408", 3),
    ("彰化縣", "彰化市", "500", 2), ("台南市", "東區", "701", 4), ("台南市", "永康區", "710", 2),
    ("高雄市", "左營區", "813", 4), ("高雄市", "鳳山區", "830", 3), ("高雄市", "三民區", "807", 3),
    ("宜蘭縣", "羅東鎮", "265", 1), ("花蓮縣", "花蓮市", "970", 1), ("屏東縣", "屏東市", "900", 1),
)  # fmt: skip
NEAR_THE_COUNTER = 7  # so many of the districts above are close to the shop
ACCOUNT_WORDS = ("tea", "meow", "happy", "mimi", "lucky", "coffee", "rabbit", "sunny", "bear", "ocean", "moon")
EMAIL_DOMAINS = ("example.com", "example.tw")
FIRST_MOBILE, LAST_MOBILE = 10_000, 989_999
HEARD = (
    ("朋友或家人介紹", 26), ("Instagram", 18), ("Facebook", 14), ("Google 搜尋", 12), ("路過門市", 12),
    ("收到別人送的禮盒", 9), ("市集活動", 5), ("部落格或新聞報導", 4),
)  # fmt: skip


@dataclass
class Person:
    """One person, as the shop never sees them whole: each channel knows a part.

    ``delight`` (normal, 0 on average) is how well the shop pleases them: it drives both coming back and the answers.
    ``guest_id`` is the own site's customer number of orders placed before registering.
    """

    number: int
    name: str
    gender: str
    birthday: date | None
    email: str | None
    phone: str
    city: str
    district: str
    postcode: str
    home: Channel
    delight: float
    heard: str
    site_id: str | None = None
    guest_id: str | None = None
    shopee_account: str | None = None
    joined_at: datetime | None = None
    is_member: bool = False
    consents: dict[str, bool] = field(default_factory=dict)

    @property
    def masked_name(self) -> str:
        """The name as a marketplace shows it."""
        return f"{self.name[0]}**"


@dataclass
class Town:
    """Gives out people, and no e-mail, mobile or account twice."""

    rng: Random
    taken: set[str] = field(default_factory=set)
    count: int = 0

    def new_person(self, home: Channel) -> Person:
        """Someone who will first buy through ``home``."""
        self.count += 1
        gender = self.rng.choices("FM", (0.68, 0.32))[0]
        name, spelling = self._name(gender)
        city, district, postcode = self._district(home)
        person = Person(
            number=self.count,
            name=name,
            gender=gender,
            birthday=self._birthday(),
            email=self._email(spelling),
            phone=self._mobile(),
            city=city,
            district=district,
            postcode=postcode,
            home=home,
            delight=self.rng.gauss(0, 1),
            heard=self.rng.choices([h for h, _ in HEARD], [w for _, w in HEARD])[0],
        )
        if home == "shopee":
            person.shopee_account = self._account(spelling)
        return person

    def register(self, person: Person, at: datetime, *, is_member: bool) -> None:
        """Enter the person in the own site's customer list."""
        person.site_id = self.object_id(at)
        person.joined_at = at
        person.is_member = is_member
        pulls = {"email": 0.62, "sms": 0.44, "line": 0.52} if is_member else {"email": 0.2, "sms": 0.08, "line": 0.05}
        person.consents = {name: self.rng.random() < share for name, share in pulls.items()}

    def stranger(self) -> tuple[str, str]:
        """Name and mobile of someone who gets a present and is no customer."""
        name, _ = self._name(self.rng.choice("FM"))
        return name, self._mobile()

    def object_id(self, at: datetime) -> str:
        """A 24-digit hexadecimal number that starts with its time, as the shop platform gives out."""
        return f"{int((at - datetime(1970, 1, 1)).total_seconds()):08x}{self.rng.getrandbits(64):016x}"

    def _unique(self, text: str) -> bool:
        fresh = text not in self.taken
        self.taken.add(text)
        return fresh

    def _name(self, gender: str) -> tuple[str, str]:
        surname, roman, _ = self.rng.choices(SURNAMES, [weight for _, _, weight in SURNAMES])[0]
        first, second = self.rng.choice(FIRST_CHARACTERS[gender]), self.rng.choice(SECOND_CHARACTERS[gender])
        if self.rng.random() < 0.02:  # a one-character given name
            return surname + second[0], f"{second[1]}.{roman}"
        return surname + first[0] + second[0], f"{first[1]}{second[1]}.{roman}"

    def _birthday(self) -> date | None:
        if self.rng.random() < 0.22:
            return None
        age_days = int(min(78.0, max(19.0, self.rng.gauss(41, 12))) * 365.25)
        return END - timedelta(days=age_days + self.rng.randrange(365))

    def _district(self, home: Channel) -> tuple[str, str, str]:
        choices = DISTRICTS[:NEAR_THE_COUNTER] if home == "counter" and self.rng.random() < 0.85 else DISTRICTS
        city, district, postcode, _ = self.rng.choices(choices, [weight for *_, weight in choices])[0]
        return city, district, postcode

    def _mobile(self) -> str:
        while True:
            tail = f"{self.rng.randint(FIRST_MOBILE, LAST_MOBILE):06d}"
            if len(set(tail)) > 2 and self._unique(f"0900{tail}"):  # 0900-111-111 would look like a placeholder
                return f"0900{tail}"

    def _email(self, spelling: str) -> str:
        domain = self.rng.choice(EMAIL_DOMAINS)
        plain = f"{spelling}@{domain}"
        if self.rng.random() < 0.25 and self._unique(plain):
            return plain
        while True:
            numbered = f"{spelling.replace('.', self.rng.choice(('', '.', '_')))}{self.rng.randint(1, 999)}@{domain}"
            if self._unique(numbered):
                return numbered

    def _account(self, spelling: str) -> str:
        while True:
            head = self.rng.choice((spelling.split(".")[0], self.rng.choice(ACCOUNT_WORDS)))
            account = f"{head}{self.rng.choice(('', '_', '.'))}{self.rng.randint(10, 9999)}"
            if self._unique(account):
                return account

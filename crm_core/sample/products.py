"""What the sample shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from crm_core.sample.seasons import Channel

Category = Literal["leaf", "bags", "cold_brew", "pastry", "gift_box", "ware"]

PRICE_RISE_ON = date(2026, 4, 1)
PRICE_RISE = 1.05
NAME_OF_CATEGORY: dict[Category, str] = {
    "leaf": "原葉茶",
    "bags": "茶包",
    "cold_brew": "冷泡茶",
    "pastry": "糕點",
    "gift_box": "禮盒",
    "ware": "茶具",
}


@dataclass(frozen=True)
class Product:
    """One stock-keeping unit. ``price`` in TWD before the rise; ``weight`` is how often it is picked in its category.

    ``cycle_days`` is how long a package lasts, 0 for what is not used up.
    """

    sku: str
    name: str
    option: str
    category: Category
    price: int
    weight: float
    cycle_days: int = 0
    is_counter_only: bool = False

    def price_on(self, day: date) -> int:
        """The list price of that day; tea and pastries went up once, to prices ending in 0."""
        if day < PRICE_RISE_ON or self.category in ("gift_box", "ware") or self.is_counter_only:
            return self.price
        return round(self.price * PRICE_RISE / 10) * 10

    def is_sold(self, channel: Channel) -> bool:
        """Whether the channel offers it."""
        return channel == "counter" or not self.is_counter_only


CATALOGUE = (
    Product("TEA-OOL-150", "高山烏龍茶 150g (High Mountain Oolong)", "150g 單罐", "leaf", 580, 5, 58),
    Product("TEA-DDT-150", "凍頂烏龍茶 150g (Dong Ding Oolong)", "150g 單罐", "leaf", 520, 4, 60),
    Product("TEA-JXI-150", "金萱烏龍茶 150g (Jin Xuan Oolong)", "150g 單罐", "leaf", 450, 5, 55),
    Product("TEA-SJC-150", "四季春青茶 150g", "150g 袋裝", "leaf", 320, 5, 50),
    Product("TEA-RUB-075", "紅玉紅茶 75g (Ruby Black Tea)", "75g 單罐", "leaf", 480, 3, 48),
    Product("TEA-HNY-100", "蜜香紅茶 100g (Honey Black Tea)", "100g 單罐", "leaf", 420, 3, 50),
    Product("TEA-OBT-075", "東方美人茶 75g (Oriental Beauty)", "75g 單罐", "leaf", 880, 1, 66),
    Product("BAG-SJC-20", "四季春茶包 20 入", "20 入", "bags", 260, 9, 36),
    Product("BAG-OOL-20", "高山烏龍茶包 20 入 (Oolong Tea Bags)", "20 入", "bags", 290, 6, 38),
    Product("BAG-RUB-15", "紅玉紅茶包 15 入", "15 入", "bags", 280, 4, 34),
    Product("BAG-OSM-15", "桂花烏龍茶包 15 入 (Osmanthus Oolong)", "15 入", "bags", 290, 6, 34),
    Product("BAG-BWT-20", "黑豆蕎麥茶包 20 入", "20 入", "bags", 240, 3, 42),
    Product("BAG-TRY-08", "綜合茶包體驗組 8 入 (Tea Sampler)", "8 入", "bags", 168, 0, 30),
    Product("CLD-SJC-10", "冷泡四季春 10 入 (Cold Brew Green Oolong)", "10 入", "cold_brew", 230, 6, 31),
    Product("CLD-GRP-10", "冷泡葡萄柚綠茶 10 入", "10 入", "cold_brew", 250, 4, 30),
    Product("CLD-LYC-10", "冷泡荔枝紅茶 10 入", "10 入", "cold_brew", 250, 5, 30),
    Product("CLD-BTL-750", "耐熱冷泡壺 750ml", "透明", "cold_brew", 390, 2),
    Product("SWT-PNA-10", "土鳳梨酥 10 入 (Pineapple Cakes)", "10 入", "pastry", 420, 8, 44),
    Product("SWT-PNA-01", "土鳳梨酥 單入", "單入", "pastry", 42, 7, 20, is_counter_only=True),
    Product("SWT-EGG-06", "紅豆蛋黃酥 6 入", "6 入", "pastry", 390, 3, 55),
    Product("SWT-NOU-300", "手工牛軋糖 300g (Nougat)", "300g", "pastry", 320, 4, 45),
    Product("SWT-CKE-12", "烏龍茶香餅乾 12 片", "12 片", "pastry", 220, 5, 38),
    Product("SWT-CST-01", "紅茶蜂蜜蛋糕 (Honey Castella)", "半條", "pastry", 260, 4, 40),
    Product("SWT-SUN-10", "麥芽太陽餅 10 入", "10 入", "pastry", 380, 2, 60),
    Product("GFT-MAF-A", "中秋月圓禮盒 (Mid-Autumn Gift Box)", "9 入", "gift_box", 880, 6),
    Product("GFT-MAF-B", "中秋茶點雙層禮盒", "雙層", "gift_box", 1280, 3),
    Product("GFT-LNY-A", "新春福氣禮盒 (Lunar New Year Gift Box)", "12 入", "gift_box", 980, 6),
    Product("GFT-LNY-B", "新春好茶禮盒", "雙罐", "gift_box", 1480, 3),
    Product("GFT-CLS-A", "經典鳳梨酥好茶禮盒", "茶 75g + 鳳梨酥 8 入", "gift_box", 780, 2),
    Product("WRE-MUG-350", "濾茶馬克杯 350ml (Infuser Mug)", "米白", "ware", 450, 4),
    Product("WRE-TIN-01", "馬口鐵茶罐", "墨綠", "ware", 180, 3),
    Product("WRE-POT-200", "手作陶壺 200ml", "柴燒", "ware", 1280, 1),
)
BY_SKU = {product.sku: product for product in CATALOGUE}
SAMPLER = BY_SKU["BAG-TRY-08"]

FREE_SAMPLE = Product("FREE-SMP-02", "當季試喝茶包 2 入", "", "bags", 0, 0)
FREE_BAG = Product("FREE-BAG-01", "節慶提袋", "", "gift_box", 0, 0)

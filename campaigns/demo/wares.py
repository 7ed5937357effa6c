"""Category and brand of a product of the slice, which knows descriptions only: read from its words.

Pure. The first row of which some word of the
description begins with one decides.
"""

from typing import Final, NamedTuple

OTHER: Final = "Gifts"


class Ware(NamedTuple):
    category: str
    brand: str


CATEGORIES: Final = (
    ("Health and comfort", ("HOT WATER BOTTLE", "POORLY", "HAND WARMER", "PLASTERS")),
    ("Christmas", ("CHRISTMAS", "ADVENT", "REINDEER", "SNOW", "SANTA", "STOCKING")),
    ("Party", ("PARTY", "BUNTING", "BALLOON", "CAKE CASES", "PAPER CHAIN", "NAPKIN", "CANDLES")),
    ("Bags", ("BAG", "SHOPPER", "PURSE", "WALLET")),
    ("Lighting", ("T-LIGHT", "LIGHT", "LANTERN", "LAMP", "CANDLE")),
    (
        "Kitchen",
        ("CAKE", "TEA", "MUG", "CUP", "BAKING", "JAM", "JELLY", "BOWL", "KITCHEN", "LUNCH"),
    ),
    ("Kitchen", ("PLATE", "TIN", "RECIPE", "SPOON", "BOTTLE", "GLASS", "TRAY", "JUG")),
    ("Garden", ("GARDEN", "BIRD", "FLOWER", "PLANT", "WATERING", "PICNIC", "BUTTERFLY")),
    ("Toys and games", ("GAME", "TOY", "DOLL", "CARDS", "KNITTING", "FELTCRAFT", "RABBIT", "KIT")),
    ("Stationery", ("CARD", "WRAP", "NOTEBOOK", "PENCIL", "STICKER", "RIBBON", "TISSUE", "TAPE")),
    ("Jewellery", ("NECKLACE", "BRACELET", "EARRING", "RING", "HAIR")),
    ("Home", ("CLOCK", "FRAME", "SIGN", "DOORMAT", "HEART", "CUSHION", "DRAWER", "BLOCK", "HOOK")),
)
BRANDS: Final = (
    "Retrospot",
    "Regency",
    "Spaceboy",
    "Keep Calm",
    "Dolly Girl",
    "Suki",
    "Polkadot",
    "Vintage",
    "Scottie Dog",
)


def ware_of(description: str) -> Ware:
    """The brand is empty where no word names one."""
    words = f" {description.upper()}"
    category = next(
        (name for name, found in CATEGORIES if any(f" {word}" in words for word in found)), OTHER
    )
    return Ware(category, next((brand for brand in BRANDS if f" {brand.upper()}" in words), ""))

"""Which names of categories look as if a purchase there told of the body or of beliefs.

A proposal only: what looks sensitive starts as sensitive until a person decides. English and
Turkish, compared folded. A stem matches the beginning of a word, for Turkish adds its endings
there; a phrase matches the beginnings of words that follow each other.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from config.shared.text import fold


class Topic(StrEnum):
    """What a purchase would give away."""

    HEALTH = "health"
    WEIGHT = "weight"
    PREGNANCY = "pregnancy"
    RELIGION = "religion"
    POLITICS = "politics"
    INTIMACY = "intimacy"


STEMS: Final[Mapping[Topic, tuple[str, ...]]] = {
    Topic.HEALTH: (
        *("health", "medic", "pharma", "prescription", "disease", "diabet", "incontinen"),
        *(
            "disabilit",
            "wheelchair",
            "orthop",
            "psych",
            "addiction",
            "hearing aid",
            "blood pressure",
        ),
        *("supplement", "vitamin", "first aid", "dental", "therap"),
        *("sağlık", "eczane", "ilaç", "ilac", "tıbbi", "tibbi", "medikal", "reçete", "hastalık"),
        *("diyabet", "engelli", "ortoped", "psikolo", "işitme cihaz", "tansiyon", "takviye"),
    ),
    Topic.WEIGHT: (
        *("weight loss", "weight control", "weight management", "slimming", "diet", "plus size"),
        *("obes", "zayıflama", "kilo verme", "kilo kontrol", "diyet", "büyük beden", "obezite"),
    ),
    Topic.PREGNANCY: (
        *("pregnan", "matern", "fertil", "ovulation", "breastfeed", "nursing bra", "baby"),
        *(
            "newborn",
            "hamile",
            "gebelik",
            "doğum öncesi",
            "doğum sonrası",
            "emzirme",
            "bebek",
            "yenidoğan",
            "lohusa",
        ),
    ),
    Topic.RELIGION: (
        *("religio", "church", "christian", "catholic", "muslim", "islam", "jewish", "judaica"),
        *("bible", "quran", "koran", "rosary", "prayer", "hijab", "kosher", "halal"),
        *(
            "dini kitap",
            "dini ürün",
            "kilise",
            "ibadet",
            "namaz",
            "seccade",
            "tesbih",
            "tesettür",
            "kuran",
        ),
        *("kur'an", "incil", "tevrat", "hac ve umre", "helal"),
    ),
    Topic.POLITICS: (
        *("politic", "election", "trade union", "party member"),
        *("siyas", "seçim kampanya", "politik", "sendika", "parti üye"),
    ),
    Topic.INTIMACY: (
        *("sexual", "erotic", "condom", "contracep", "adult toy", "lgbt"),
        *("cinsel", "erotik", "prezervatif", "doğum kontrol", "fantezi giyim"),
    ),
}
_FOLDED: Final = {
    topic: tuple(tuple(fold(stem).split()) for stem in stems) for topic, stems in STEMS.items()
}


def topic_of(name: str) -> Topic | None:
    """What a category of this name would give away; None where it looks harmless."""
    words = fold(name).replace("&", " ").replace("/", " ").replace("-", " ").split()
    for topic, stems in _FOLDED.items():
        if any(_holds(words, stem) for stem in stems):
            return topic
    return None


def _holds(words: list[str], stem: tuple[str, ...]) -> bool:
    return any(
        all(word.startswith(part) for word, part in zip(words[start:], stem, strict=False))
        for start in range(len(words) - len(stem) + 1)
    )

"""Names that fit a country. Invented people: first and family names are combined by chance."""

from typing import Final, NamedTuple


class Names(NamedTuple):
    first: tuple[str, ...]
    last: tuple[str, ...]


def _names(first: str, last: str) -> Names:
    return Names(tuple(first.split()), tuple(last.split()))


BRITISH: Final = _names(
    "Olivia Amelia Isla Ava Mia Grace Freya Lily Emily Ella Poppy Evie Charlotte Sophie"
    " Alice Ruby Daisy Harriet Rosie Martha Beatrice Eleanor Matilda George Arthur Noah Oliver Leo"
    " Harry Oscar Archie Jack Henry Charlie Freddie Thomas Edward Albert Rupert Hugo Angus Callum"
    " Rhys Dylan Owen Euan Priya Aisha Imran Kwame Sunita Farah Tariq Chidi",
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker"
    " White Roberts Green Hall Wood Jackson Clarke Hughes Edwards Turner Hill Cooper Ward Morris"
    " Baker Harrison King Morgan Allen James Scott Phillips Watson Parker Bennett Young Griffiths"
    " Kelly Simpson Marshall Collins Bell Murphy Shaw Patel Khan Begum Ali Singh Campbell Stewart"
    " MacDonald Fraser",
)
IRISH: Final = _names(
    "Aoife Saoirse Caoimhe Niamh Ciara Róisín Sinéad Siobhán Gráinne Orla Fiadh Áine Clodagh Éabha"
    " Oisín Cillian Fionn Darragh Seán Conor Cathal Tadhg Eoin Rónán Pádraig Ciarán Séamus",
    "Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy"
    " Gallagher Doherty Kennedy Lynch Murray Quinn Moore McLoughlin",
)
TURKISH: Final = _names(
    "Zeynep Elif Defne Ayşe Fatma Emine Gülşen Işıl İrem Çiğdem Özlem Şule Tuğba Nurgül Yağmur"
    " Yusuf Eymen Ömer Mustafa Çınar Kerem İbrahim Işık Oğuz Şahin Tarık Barış Uğur Görkem Ilgaz",
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan"
    " Çetin Kara Koç Kurt Özkan Şimşek Polat Işık Erdoğan İnce Güneş Bulut Tığlı Iğdır",
)
GERMAN: Final = _names(
    "Emma Hannah Mia Lena Anna Greta Frieda Jürgen Käthe Paul Jonas Felix Björn Günther Lukas Max",
    "Müller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Schäfer Köhler Krüger Weiß Groß",
)
FRENCH: Final = _names(
    "Camille Léa Chloé Manon Inès Zoé Éloïse Hugo Louis Jules Théo François Noël Benoît Anaïs",
    "Martin Bernard Dubois Thomas Petit Durand Leroy Moreau Lefèvre Garçon Bélanger Gauthier",
)
SPANISH: Final = _names(
    "Lucía Sofía Martina María Paula Inés Hugo Mateo Martín Pablo Íñigo Álvaro Joaquín Begoña",
    "García Martínez López Sánchez Pérez Gómez Díaz Muñoz Núñez Ibáñez Peña Castaño",
)
PORTUGUESE: Final = _names(
    "Maria Leonor Matilde Inês Beatriz Conceição João Rodrigo Gonçalo Tomás Simão Luís",
    "Silva Santos Ferreira Pereira Oliveira Costa Gonçalves Araújo Simões Magalhães",
)
ITALIAN: Final = _names(
    "Giulia Sofia Aurora Alice Ginevra Chiara Leonardo Francesco Lorenzo Niccolò Andrea",
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino D'Angelo",
)
DUTCH: Final = _names(
    "Sanne Femke Lotte Fleur Daan Sem Bram Thijs Koen Joost",
    "Jansen Visser Bakker Smit Mulder Bos Vos",
)
NORDIC: Final = _names(
    "Astrid Ingrid Freja Saga Sigrid Åsa Bjørn Søren Øystein Lars Nils Aino Väinö Þóra Guðrún",
    "Hansen Johansson Nilsson Sørensen Bjørnsen Åkerman Østby Korhonen Virtanen Jónsdóttir",
)
POLISH: Final = _names(
    "Zuzanna Julia Hanna Małgorzata Łucja Wojciech Stanisław Łukasz Michał",
    "Nowak Kowalska Wiśniewska Wójcik Kamiński Zieliński Dąbrowski",
)
GREEK: Final = _names(
    "Μαρία Ελένη Κατερίνα Γιώργος Νίκος Δημήτρης", "Παπαδόπουλος Γεωργίου Οικονόμου"
)
JAPANESE: Final = _names(
    "陽葵 結衣 さくら 美咲 蓮 湊 健太 翔", "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本"
)
ARABIC: Final = _names(
    "Fatima Layla Mariam Noor Yasmin Omar Khalid Yusuf Hassan Tariq",
    "Al-Farsi Al-Sabah Haddad Mansour Khoury Rahman Najjar",
)
SOUTH_ASIAN: Final = _names(
    "Aarav Ananya Diya Ishaan Kavya Rohan Sita Bishnu Tenzin Nadia Anwar Thiri",
    "Sharma Gurung Thapa Chowdhury Rahman Iyer Das Perera Aung",
)
AFRICAN: Final = _names(
    "Amara Chinwe Thandiwe Zanele Ngozi Kofi Sipho Emeka Tunde Lerato",
    "Okafor Dlamini Adeyemi Nkosi Mensah Botha Naidoo Eze",
)
PACIFIC: Final = _names(
    "Sina Mele Leilani Tiare Kalani Sione Tama Manu Ioane Losa",
    "Faleolo Tuilagi Kahale Teriitahi Vea",
)

BY_COUNTRY: Final = {
    "IE": IRISH, "TR": TURKISH,
    "DE": GERMAN, "AT": GERMAN, "CH": GERMAN,
    "FR": FRENCH, "BE": FRENCH, "PM": FRENCH,
    "ES": SPANISH, "MX": SPANISH, "CL": SPANISH, "CO": SPANISH, "PR": SPANISH, "AR": SPANISH,
    "PT": PORTUGUESE, "BR": PORTUGUESE, "CV": PORTUGUESE,
    "IT": ITALIAN, "NL": DUTCH,
    "SE": NORDIC, "NO": NORDIC, "FI": NORDIC, "DK": NORDIC, "IS": NORDIC, "GL": NORDIC,
    "AQ": NORDIC, "PL": POLISH, "LT": POLISH, "GR": GREEK, "CY": GREEK, "JP": JAPANESE,
    "KW": ARABIC, "AE": ARABIC, "IR": ARABIC, "AF": ARABIC, "PK": ARABIC,
    "IN": SOUTH_ASIAN, "NP": SOUTH_ASIAN, "BD": SOUTH_ASIAN, "MM": SOUTH_ASIAN, "TH": SOUTH_ASIAN,
    "SG": SOUTH_ASIAN,
    "NG": AFRICAN, "ZA": AFRICAN,
    "AS": PACIFIC, "PF": PACIFIC, "SB": PACIFIC, "FJ": PACIFIC, "WS": PACIFIC, "KI": PACIFIC,
}  # fmt: skip
"""Everywhere else: British names."""


def names_of(country: str) -> Names:
    return BY_COUNTRY.get(country, BRITISH)

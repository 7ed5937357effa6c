"""How old somebody was on a day, for birth dates that are known in full."""

from datetime import date


def under(age: int, *, born: tuple[int | None, int | None, int | None], on: date) -> bool:
    """Whether somebody born on (year, month, day) is known to be younger than `age` that day.

    Without a year nothing is known. Who was born on 29 February comes of age on 1 March.
    """
    year, month, day = born
    if year is None or month is None or day is None:
        return False
    return (on.year, on.month, on.day) < (year + age, month, day)


def age_on(on: date, *, born: tuple[int | None, int | None, int | None]) -> int | None:
    """Whole years on a day, or None where the year of birth is not known."""
    year = born[0]
    if year is None or None in born:
        return None
    return on.year - year - under(on.year - year, born=born, on=on)

"""How a caller's number is found in any text, and what stands there afterwards."""

from collections.abc import Callable

NOBODYS = "+999"  # a country code that no country has
DRAWN_DIGITS = 12
NORTH_AMERICA = "1"  # its numbers are written without a country code, too


def pattern_of(number: str) -> str:
    """Her digits where no other digit stands beside them, with the country code or as at home.

    >>> pattern_of("+12125550123")
    '(?<![0-9])1?2125550123(?![0-9])'
    """
    digits = number.removeprefix("+")
    written = f"1?{digits[1:]}" if digits.startswith(NORTH_AMERICA) else digits
    return f"(?<![0-9]){written}(?![0-9])"


def drawn_number(draw: Callable[[int], int]) -> str:
    """A number that nobody can have; `draw` gives a number below a bound.

    >>> drawn_number(lambda bound: 7)
    '+999777777777777'
    """
    return NOBODYS + "".join(str(draw(10)) for _ in range(DRAWN_DIGITS))

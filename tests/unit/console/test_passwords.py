"""Passwords are kept as costly as is set, and nobody's fits none."""

from services.console.desk.passwords import Passwords

MEMORY_MIB = 19


async def test_a_password_fits_what_is_kept_of_it_and_nobodys_fits_none() -> None:
    passwords = Passwords(MEMORY_MIB)
    kept = await passwords.hashed("a password of the tests")

    assert f"$m={MEMORY_MIB * 1024}," in kept
    assert await passwords.fits(kept, "a password of the tests")
    assert not await passwords.fits(kept, "another password of the tests")
    assert not await passwords.fits(None, "a password of the tests")


async def test_to_say_no_for_nobody_costs_the_same() -> None:
    passwords = Passwords(MEMORY_MIB)
    kept = await passwords.hashed("a password of the tests")

    (about_kept, about_nobodys) = (
        (text.split("$")[:4], [len(part) for part in text.split("$")])
        for text in (kept, passwords._nobodys)
    )

    assert about_nobodys == about_kept

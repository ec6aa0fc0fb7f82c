"""Passwords, logins and limits: RFC 7914, passlib's form, and what must not be told."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from among_threads import among_threads
from draws import rows
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.access import (
    Login,
    LoginAnswer,
    LoginLimiter,
    MalformedHashError,
    PasswordHasher,
    Verified,
    enumeration_table,
    guessing_chance,
)
from sdnotes.access import limiter as limiter_module
from sdnotes.access.login import CarelessLogin

QUICK = PasswordHasher(log_n=2, r=1)
SALT = bytes(range(16))


def salts() -> Iterator[bytes]:
    for number in range(10**6):
        yield number.to_bytes(16, "big")


class TestScrypt:
    @pytest.mark.parametrize(
        ("password", "salt", "n", "r", "p", "begins"),
        [
            ("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497"),
            (
                *("pleaseletmein", "SodiumChloride", 16384, 8, 1),
                "7023bdcb3afd7348461c06cd81fd38eb",
            ),
        ],
    )
    def test_rfc_7914_section_12(
        self, password: str, salt: str, n: int, r: int, p: int, begins: str
    ) -> None:
        made = hashlib.scrypt(
            password.encode(), salt=salt.encode(), n=n, r=r, p=p, dklen=64
        )
        assert made.hex().startswith(begins)

    def test_the_text_is_that_of_passlib(self) -> None:
        """The form and a hash of passlib, as other libraries test against it."""
        stored = (
            "$scrypt$ln=16,r=8,p=1$cmFuZG9tc2FsdGlzaGFyZA"
            "$Rh+NnJNo1I6nRwaNqbDm6kmADswD1+7FTKZ7Ln9D8nQ"
        )
        assert PasswordHasher(16).hash("password", b"randomsaltishard") == stored
        assert PasswordHasher(16).verify("password", stored) == Verified(True, False)

    def test_a_guess_takes_128_mib_by_default(self) -> None:
        assert PasswordHasher().memory_bytes == 128 * 2**20


class TestHasher:
    @given(st.text(max_size=12), st.text(max_size=12))
    @settings(max_examples=100)
    def test_the_right_password_is_right_and_no_other(
        self, password: str, other: str
    ) -> None:
        stored = QUICK.hash(password, SALT)
        assert QUICK.verify(password, stored) == Verified(True, False)
        if QUICK.hash(other, SALT) != stored:
            assert QUICK.verify(other, stored) == Verified(False, False)

    @pytest.mark.parametrize(
        ("kept", "now", "rehash"),
        [
            ((4, 8, 1), (4, 8, 1), False),
            ((4, 8, 1), (5, 8, 1), True),
            ((4, 8, 1), (4, 9, 1), True),
            ((4, 8, 1), (4, 8, 2), True),
            ((5, 9, 2), (4, 8, 1), False),
            ((5, 8, 1), (4, 8, 2), True),
        ],
    )
    def test_a_right_password_is_hashed_anew_when_a_number_has_grown(
        self,
        kept: tuple[int, int, int],
        now: tuple[int, int, int],
        rehash: bool,
    ) -> None:
        stored = PasswordHasher(*kept).hash("right", SALT)
        assert PasswordHasher(*now).verify("right", stored) == Verified(True, rehash)
        assert PasswordHasher(*now).verify("wrong", stored) == Verified(False, False)

    def test_one_password_has_one_form_however_it_is_typed(self) -> None:
        stored = QUICK.hash("caf\u00e9", SALT)
        assert QUICK.verify("cafe\u0301", stored).ok
        assert not QUICK.verify("cafe", stored).ok

    def test_half_a_character_is_no_password_and_no_error_at_login(self) -> None:
        with pytest.raises(ValueError, match=r"half a character$"):
            QUICK.hash("\ud800", SALT)
        assert not QUICK.verify("\ud800", QUICK.hash("", SALT)).ok

    def test_a_book_is_no_password_and_costs_no_more_than_one(self) -> None:
        """Django's CVE-2013-1443 and CVE-2023-46695: long passwords as an attack."""
        stored = QUICK.hash("x" * 1_024, SALT)
        assert QUICK.verify("x" * 1_024, stored).ok
        with pytest.raises(ValueError, match=r"^password is too long"):
            QUICK.hash("x" * 1_025, SALT)
        assert not QUICK.verify("\u0301" * 10**7, QUICK.hash("", SALT)).ok

    def test_two_people_of_one_password_have_two_hashes(self) -> None:
        salt = salts()
        assert QUICK.hash("same", next(salt)) != QUICK.hash("same", next(salt))

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: "",
            lambda text: text[:-1],
            lambda text: text + "\n",
            lambda text: text + "=",
            lambda text: text.replace("scrypt", "bcrypt"),
            lambda text: text.replace("ln=2", "ln=99"),
            lambda text: text.replace("ln=2", "ln=02"),
            lambda text: text.replace("r=1", "r=0"),
            lambda text: text.rpartition("$")[0] + "$AAAA",
            lambda text: text.rpartition("$")[0] + "$AAAAA",
            lambda text: "$scrypt$ln=2,r=1,p=1$AAAA$" + text.rpartition("$")[2],
        ],
    )
    def test_a_damaged_table_is_told_and_lets_nobody_in(self, change: object) -> None:
        stored = QUICK.hash("right", SALT)
        with pytest.raises(MalformedHashError):
            QUICK.verify("right", change(stored))  # type: ignore[operator]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("log_n", 0), ("log_n", 21), ("r", 0), ("r", 33), ("p", 0), ("p", 17)],
    )
    def test_numbers_that_would_stop_a_server_are_refused(
        self, name: str, value: int
    ) -> None:
        with pytest.raises(ValueError, match=f"^{name}={value}"):
            PasswordHasher(**{name: value})

    def test_a_short_salt_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^salt has 15 bytes, not 16"):
            QUICK.hash("x", bytes(15))


class TestLogin:
    def make(self, kind: type[Login] = Login, hasher: PasswordHasher = QUICK) -> Login:
        salt = salts()
        login = kind(hasher, lambda size: next(salt))
        login.sign_up("ann", "right")
        return login

    def test_right_or_wrong_is_known_and_costs_one_hash(self) -> None:
        """AUTH-01: a login with the right and the wrong password."""
        login = self.make()
        assert login.attempt("ann", "right") == LoginAnswer(True, "hello ann", 1)
        assert not login.attempt("ann", "wrong").ok

    def test_a_name_that_exists_and_one_that_does_not_answer_alike(self) -> None:
        login = self.make()
        assert login.attempt("ann", "wrong") == login.attempt("bob", "wrong")
        assert login.attempt("bob", "") == login.attempt("ann", "")
        careless = self.make(CarelessLogin)
        assert careless.attempt("ann", "wrong") != careless.attempt("bob", "wrong")

    def test_the_hashes_are_really_computed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted = 0
        scrypt = hashlib.scrypt

        def count(*args: object, **named: object) -> bytes:
            nonlocal counted
            counted += 1
            return scrypt(*args, **named)  # type: ignore[arg-type]

        for kind in (Login, CarelessLogin):
            login = self.make(kind)
            monkeypatch.setattr(hashlib, "scrypt", count)
            for name, password in (("ann", "right"), ("ann", "x"), ("bob", "x")):
                counted = 0
                assert login.attempt(name, password).hashes == counted
            monkeypatch.undo()

    def test_an_old_hash_is_replaced_at_the_next_login(self) -> None:
        login = self.make(hasher=PasswordHasher(2, r=1))
        old = login.stored("ann")
        login.hasher = PasswordHasher(3, r=1)
        assert login.attempt("ann", "wrong").hashes == 1
        assert login.stored("ann") == old
        assert login.attempt("ann", "right").hashes == 2
        assert login.stored("ann").startswith("$scrypt$ln=3,")
        assert login.attempt("ann", "right").hashes == 1

    def test_the_table_shows_the_two_leaks(self) -> None:
        assert enumeration_table(QUICK) == [
            ("ann, right", "hello ann", 1, "hello ann", 1),
            ("ann, wrong", "name or password wrong", 1, "password wrong", 1),
            ("no such name", "name or password wrong", 1, "no such name", 0),
        ]


class TestLimiter:
    @given(rows("ab", "xy", range(4), [False, False, True], max_size=60))
    def test_it_counts_as_a_list_of_all_attempts_does(
        self, tries: list[tuple[str, str, int, bool]]
    ) -> None:
        limiter = LoginLimiter(of_account=3, of_address=4, per_s=5)
        of: dict[str, list[int]] = {name: [] for name in "abxy"}
        now_s = 0
        for account, address, wait_s, right in tries:
            now_s += wait_s
            counts = [
                sum(t > now_s - 5 for t in of[name]) for name in (account, address)
            ]
            wanted = counts[0] < 3 and counts[1] < 4
            assert limiter.admits(account, address, now_s) is wanted
            if wanted:
                of[account].append(now_s)
                of[address].append(now_s)
            if wanted and right:
                limiter.succeeded(account, address)
                of[account].clear()
                of[address].pop()

    def test_of_two_attempts_at_once_the_second_counts_the_first(
        self,
    ) -> None:
        """Asked first and counted later, as many as come at once are all admitted."""
        limiter = LoginLimiter(of_account=1)
        told = among_threads(
            limiter_module,
            "admits",
            "for key in keys:",
            first=lambda: limiter.admits("ann", "x", 0),
            then=lambda: limiter.admits("ann", "y", 0),
        )
        assert told == [True, False]

    def test_a_right_password_clears_the_account_and_not_the_address(self) -> None:
        limiter = LoginLimiter(of_account=2, of_address=2)
        assert limiter.admits("ann", "x", 0)
        assert limiter.admits("ann", "x", 0)
        limiter.succeeded("ann", "x")
        limiter.succeeded("nobody", "nowhere")
        assert limiter.admits("bob", "x", 1)
        assert not limiter.admits("ann", "x", 1)
        assert limiter.admits("ann", "y", 1)

    def test_it_forgets_as_many_as_it_learns(self) -> None:
        limiter = LoginLimiter(per_s=10)
        for number in range(5_000):
            limiter.admits(f"account {number}", f"address {number}", number)
        assert len(limiter) < 5_100

    def test_who_comes_often_does_not_keep_others_remembered(
        self,
    ) -> None:
        limiter = LoginLimiter(of_account=10**6, of_address=10**6, per_s=10)
        for number in range(1_000):
            limiter.admits("ann", "x", number)
            limiter.admits(f"account {number}", f"address {number}", number)
        assert len(limiter) < 1_100

    def test_a_clock_that_goes_back_gives_no_more_attempts(self) -> None:
        limiter = LoginLimiter(of_account=1)
        assert limiter.admits("ann", "x", 500)
        assert not limiter.admits("ann", "x", 100)
        assert not limiter.admits("ann", "x", 799)
        assert limiter.admits("ann", "x", 800)


class TestGuesses:
    def test_ten_guesses_at_a_skewed_answer_beat_ten_at_a_code(self) -> None:
        """AUTH-09: 10 guesses against 10 of a million codes."""
        assert guessing_chance(10, 10**6, 0) == 1e-5
        assert guessing_chance(10, 1_000, 1) > 10_000 * guessing_chance(10, 10**6, 0)

    @pytest.mark.parametrize("skew", [0, 0.5, 1, 2])
    def test_it_is_a_share_that_grows_with_the_guesses(self, skew: float) -> None:
        chances = [guessing_chance(k, 50, skew) for k in range(60)]
        assert chances[0] == 0
        assert chances[50:] == [1.0] * 10
        assert chances == sorted(chances)
        steps = [b - a for a, b in pairwise(chances)]
        assert all(a >= b - 1e-12 for a, b in pairwise(steps))

"""With a check its attack fails by that check; without it, it passes."""

import pytest

from sdnotes.access import (
    ATTACKS,
    CHECKS,
    KEY_CONFUSION,
    TokenAttack,
    TokenValidator,
    attack_table,
    try_attack,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_one_check_stops_it_and_no_other_would(attack: TokenAttack) -> None:
    assert try_attack(attack).check == attack.check
    for left_out in CHECKS:
        assert try_attack(attack, left_out).accepted is (left_out == attack.check)


def test_every_check_has_its_attack() -> None:
    assert {attack.check for attack in ATTACKS} == set(CHECKS)


def test_a_public_key_is_a_secret_only_for_who_lets_the_token_choose() -> None:
    assert try_attack(KEY_CONFUSION, "alg").accepted
    assert not try_attack(KEY_CONFUSION).accepted


def test_the_table_says_the_same() -> None:
    assert [row[0] for row in attack_table()] == [attack.name for attack in ATTACKS]
    assert all(row[1:] == (row[1], row[1], "accepted") for row in attack_table())


def test_the_class_to_take_away_has_no_switch() -> None:
    assert "without" not in TokenValidator.__init__.__annotations__
    assert not hasattr(TokenValidator, "without")


def test_there_is_no_other_check_to_leave_out() -> None:
    with pytest.raises(ValueError, match=r"^without='jti' is not one of format, crit"):
        try_attack(ATTACKS[0], "jti")

from sdnotes.coin import heads


def test_half_of_an_even_number_are_heads() -> None:
    assert heads(6) == 3

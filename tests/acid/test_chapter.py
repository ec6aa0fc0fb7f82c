import sdnotes.acid


def test_the_package_states_its_question() -> None:
    assert "acid" in (sdnotes.acid.__doc__ or "")

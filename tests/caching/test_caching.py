import sdnotes.caching


def test_the_package_states_its_question() -> None:
    assert "caching" in (sdnotes.caching.__doc__ or "")

import sdnotes.access


def test_the_package_states_its_question() -> None:
    assert "access" in (sdnotes.access.__doc__ or "")

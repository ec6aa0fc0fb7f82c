import sdnotes.herd


def test_the_package_states_its_question() -> None:
    assert "herd" in (sdnotes.herd.__doc__ or "")

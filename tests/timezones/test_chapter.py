import sdnotes.timezones


def test_the_package_states_its_question() -> None:
    assert "timezones" in (sdnotes.timezones.__doc__ or "")

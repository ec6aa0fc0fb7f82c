import sdnotes.http_auth


def test_the_package_states_its_question() -> None:
    assert "http_auth" in (sdnotes.http_auth.__doc__ or "")

"""Ten attacks on a login, the check that stops each, and RFC 9700's list beside them.

    attack              check             with it                  without it
    stolen code         pkce              server: invalid_grant    mail of ann
    mix-up              issuer            client: another issuer   mail of ann
    ... eight more

Source: RFC 9700, sections 2 and 4. Its titles are quoted as the names of sections.
Builds on: sdnotes.access.oauth_story. Chapter: docs/chapters/access/.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sdnotes.access import oauth_story
from sdnotes.access.oauth import Checks
from sdnotes.access.oauth_story import OAuthRun, OAuthStory, Steps, run_story


@dataclass(frozen=True, slots=True)
class OAuthAttack:
    """An attack: ``check`` stops it, ``section`` is RFC 9700's.

    ``off`` is what must be left out for it to pass: the check, and any second one that
    would stop it too.
    """

    name: str
    check: str
    section: str
    story: Callable[[OAuthStory], Steps[None]]
    off: Mapping[str, object] = field(default_factory=dict)


OAUTH_ATTACKS = (
    OAuthAttack("stolen code", "pkce", "2.1.1", oauth_story.stolen_code),
    OAuthAttack("injected code", "pkce", "4.5", oauth_story.injected_code),
    OAuthAttack("mix-up", "issuer", "4.4", oauth_story.mix_up),
    OAuthAttack("login CSRF", "state", "4.7", oauth_story.login_csrf, {"pkce": False}),
    OAuthAttack("open redirect", "exact_redirect", "4.1", oauth_story.open_redirect),
    OAuthAttack(
        "PKCE downgrade", "no_downgrade", "4.8", oauth_story.downgrade, {"state": False}
    ),
    OAuthAttack(
        "refresh token replayed", "rotation", "4.14", oauth_story.refresh_replayed
    ),
    OAuthAttack("ID token to API", "audience", "4.10.2", oauth_story.id_token_to_api),
    OAuthAttack("token as login", "id_token_login", "4.6", oauth_story.token_as_login),
    OAuthAttack(
        "stolen access token",
        "sender_constrained",
        "4.10.1",
        oauth_story.stolen_access_token,
    ),
)
"""The attacks, as knobs know them."""

RFC9700_SECTIONS = (
    ("4.1", "Insufficient Redirect URI Validation", "open redirect"),
    ("4.2", "Credential Leakage via Referer Headers", "stolen code"),
    ("4.3", "Credential Leakage via Browser History", "stolen code"),
    ("4.4", "Mix-Up Attacks", "mix-up"),
    ("4.5", "Authorization Code Injection", "injected code"),
    ("4.6", "Access Token Injection", "token as login"),
    ("4.7", "Cross-Site Request Forgery", "login CSRF"),
    ("4.8", "PKCE Downgrade Attack", "PKCE downgrade"),
    ("4.9", "Access Token Leakage at the Resource Server", "stolen access token"),
    ("4.10", "Misuse of Stolen Access Tokens", "stolen access token"),
    ("4.11", "Open Redirection", ""),
    ("4.12", "307 Redirect", ""),
    ("4.13", "TLS Terminating Reverse Proxies", ""),
    ("4.14", "Refresh Token Protection", "refresh token replayed"),
    ("4.15", "Client Impersonating Resource Owner", ""),
    ("4.16", "Clickjacking", ""),
    ("4.17", "Attacks on In-Browser Communication Flows", ""),
)
"""RFC 9700, section 4: number, title, and the attack that shows it, "" for none."""

NONE = "none"


@dataclass(frozen=True, slots=True)
class OAuthSetting(Checks):
    """The knobs of a login: one attack, or "none", and each check."""

    attack: str = NONE

    def __post_init__(self) -> None:
        Checks.__post_init__(self)  # super() knows no class that has got slots
        known = [NONE, *(attack.name for attack in OAUTH_ATTACKS)]
        if self.attack not in known:
            raise ValueError(f"attack={self.attack!r} is not one of {', '.join(known)}")


_AS_IT_SHOULD = OAuthSetting()


def run_oauth(setting: OAuthSetting = _AS_IT_SHOULD) -> OAuthRun:
    """Return what comes of one login, attacked or not.

    Examples:
        >>> run_oauth().users
        {'browser': 'ann'}
        >>> run_oauth(OAuthSetting(attack="stolen code")).refused
        ('server: invalid_grant',)
        >>> run_oauth(OAuthSetting(attack="stolen code", pkce=False)).stolen
        ('mail of ann',)
    """
    stories = {attack.name: attack.story for attack in OAUTH_ATTACKS}
    story = stories.get(setting.attack, oauth_story.honest)
    return run_story(story, setting)


def setting_with(attack: OAuthAttack) -> OAuthSetting:
    """Return the setting in which its check alone stands before an attack."""
    setting = OAuthSetting(attack=attack.name)
    return replace(setting, **attack.off)  # type: ignore[arg-type]


def setting_without(attack: OAuthAttack) -> OAuthSetting:
    """Return the setting in which an attack passes: its checks left out."""
    off = "none" if attack.check == "rotation" else False
    changes = {attack.check: off}
    return replace(setting_with(attack), **changes)  # type: ignore[arg-type]


def oauth_table() -> list[tuple[str, str, str, str, str]]:
    """Return a row for each attack: name, section, check, with it, without it."""
    rows = []
    for attack in OAUTH_ATTACKS:
        stopped = run_oauth(setting_with(attack))
        passed = run_oauth(setting_without(attack))
        said = (stopped.refused[-1], ", ".join(passed.stolen))
        rows.append((attack.name, attack.section, attack.check, *said))
    return rows

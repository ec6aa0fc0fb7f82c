"""The mechanisms that stand open on the pages do what the package does."""

import random
import string
from itertools import count

import jwt
import pytest
from joserfc.errors import JoseError

from sdnotes.access import (
    ATTACKS,
    KEY_CONFUSION,
    AttributePolicy,
    Condition,
    DenyList,
    HmacKey,
    LoginLimiter,
    OAuthSetting,
    RefreshTokens,
    Relations,
    Request,
    ReusedTokenError,
    Roles,
    Rule,
    Sessions,
    SignedUrlError,
    TokenRejectedError,
    TokenValidator,
    UnknownTokenError,
    challenge_of,
    check_url,
    respelt,
    run_oauth,
    sign,
    sign_url,
)
from sdnotes.access.attacks import COMPANY_RSA
from sdnotes.access.passkeys import Authenticator, accepts
from sitebuild import DOCS
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/access/*.md",)

mechanism = Snippets("access").mechanism
seeds = pytest.mark.parametrize("seed", range(5))


def keys(rng: random.Random, number: int) -> list[HmacKey]:
    return [HmacKey(rng.randbytes(32)) for _ in range(number)]


def believed(api: TokenValidator, token: str, now_s: float) -> bool:
    try:
        api.validate(token, now_s)
    except TokenRejectedError:
        return False
    return True


@seeds
def test_who_gets_an_invoice_is_whom_a_rule_for_owners_allows(seed: int) -> None:
    answer = mechanism("index", "ask-both")["answer"]
    rng = random.Random(seed)
    own = Condition("subject.id", "==", "resource.owner")
    policy = AttributePolicy([Rule("own", "allow", ["read"], [own])])
    sessions = {f"s{n}": rng.choice("abc") for n in range(4)}
    invoices = {n: {"owner": rng.choice("abc"), "sum": n} for n in range(4)}
    for _ in range(60):
        session, number = f"s{rng.randrange(6)}", rng.randrange(6)
        got = answer(session, number, sessions, invoices)
        user, invoice = sessions.get(session), invoices.get(number)
        if user is None:
            assert got.startswith("401")
        else:
            asked = Request({"id": user}, "read", invoice or {})
            assert got.startswith("200" if policy.decide(asked) else "404")


@seeds
def test_the_open_validator_believes_what_the_package_believes(seed: int) -> None:
    refused_by = mechanism("index", "a-validator")["refused_by"]
    rng = random.Random(seed)
    own = dict(zip(("company", "public"), keys(rng, 2), strict=True))
    held = {"algorithms": ["HS256"], "audience": "api", "typ": "at+jwt"}
    api = TokenValidator({who: [key] for who, key in own.items()}, **held)  # type: ignore[arg-type]
    answers = set()
    for _ in range(200):
        claims = {
            "iss": rng.choice(["company", "company", "public", "nobody"]),
            "aud": rng.choice(["api", "api", "mail"]),
            "exp": rng.choice([999, 1_000, 1_001, 1_001]),
        }
        signer = rng.choice([*own.values(), *keys(rng, 1)])
        token = sign(claims, signer, typ=rng.choice(["at+jwt", "at+jwt", "JWT"]))
        faults = refused_by(token, own, "api", 1_000)
        answers.add(tuple(faults))
        assert (not faults) is believed(api, token, 1_000)
    assert () in answers
    assert len(answers) > 5


@seeds
def test_the_open_deny_list_voids_what_the_package_voids(seed: int) -> None:
    rng = random.Random(seed)
    ours, theirs = mechanism("index", "a-deny-list")["DenyList"](), DenyList()
    exp_s = {f"t{n}": rng.randrange(5, 60) for n in range(10)}
    for now_s in range(60):
        name = rng.choice(list(exp_s))
        if exp_s[name] > now_s:
            for each in (ours, theirs):
                each.revoke(name, exp_s[name], now_s)
        for each in exp_s:
            assert ours.is_revoked(each, now_s) is theirs.is_revoked(each, now_s)


@seeds
def test_the_open_decision_is_that_of_the_package(seed: int) -> None:
    decide = mechanism("index", "a-decision")["decide"]
    rng = random.Random(seed)
    known = {
        "own": (
            Condition("subject.id", "==", "resource.owner"),
            lambda who, thing: who == thing["owner"],
        ),
        "shut": (
            Condition("resource.closed", "==", True),
            lambda _, thing: thing["closed"],
        ),
    }
    for _ in range(100):
        open_rules, rules = [], []
        for number in range(rng.randrange(4)):
            effect = rng.choice(["allow", "deny"])
            actions = rng.sample(["read", "write"], rng.choice([1, 2]))
            condition, test = known[rng.choice(list(known))]
            rule = {"name": f"r{number}", "effect": effect, "for": actions, "if": test}
            open_rules.append(rule)
            rules.append(Rule(f"r{number}", effect, actions, [condition]))  # type: ignore[arg-type]
        who, action = rng.choice("ab"), rng.choice(["read", "write"])
        thing = {"owner": rng.choice("ab"), "closed": rng.random() < 0.5}
        allowed, why = decide(open_rules, who, action, thing)
        theirs = AttributePolicy(rules).decide(Request({"id": who}, action, thing))
        assert allowed is theirs.allowed
        assert why


@seeds
def test_the_open_challenge_is_that_of_rfc_7636(seed: int) -> None:
    ours = mechanism("index", "pkce")["challenge_of"]
    rng = random.Random(seed)
    letters = string.ascii_letters + string.digits + "-._~"
    for size in range(43, 129, 5):
        verifier = "".join(rng.choices(letters, k=size))
        assert ours(verifier) == challenge_of(verifier)


@seeds
def test_a_planted_number_is_worth_nothing_after_the_login(seed: int) -> None:
    rng = random.Random(seed)
    ours_ids, their_ids = count(), count()
    ours = mechanism("index", "a-new-number")["Sessions"](lambda: f"n{next(ours_ids)}")
    theirs = Sessions(lambda: f"n{next(their_ids)}", idle_s=99, absolute_s=99)
    names = ["planted"]
    for step in range(30):
        old, user = rng.choice(names), rng.choice("ab")
        new = ours.log_in(old, user)
        assert new == theirs.log_in(old, user, now_s=0)
        names.append(new)
        assert ours.users.get(old) is None, step
        for each in names:
            assert ours.users.get(each) == theirs.user(each, now_s=0)


def shown_calls() -> tuple[str, str]:
    """Return the calls of PyJWT and joserfc as the first page shows them."""
    text = (DOCS / "chapters/access/index.md").read_text("utf-8")
    parts = text.split("```text\n")[1:]
    first, second = (part.split("```")[0] for part in parts)
    return first, second


@seeds
def test_the_calls_for_production_refuse_what_the_page_says_they_check(
    seed: int,
) -> None:
    rng = random.Random(seed)
    key, other = keys(rng, 2)
    good = {"iss": "login", "aud": "api", "sub": "ann", "exp": 2**40}
    bad = [{**good, **change} for change in ({"iss": "x"}, {"aud": "x"}, {"exp": 1})]
    bad += [{k: v for k, v in good.items() if k != name} for name in good]
    for code in shown_calls():
        for claims in (good, *bad):
            for signer in (key, other):
                names = {"token": sign(claims, signer), "key": key.secret}
                try:
                    exec(code, names)  # noqa: S102 - a page's own code
                    taken = True
                except (jwt.PyJWTError, JoseError):
                    taken = False
                held = {"iss": "login", "aud": "api", "exp": 2**40}
                right = all(claims.get(name) == each for name, each in held.items())
                assert taken is (right and signer is key)


@seeds
def test_a_token_made_by_hand_is_one_of_the_package(seed: int) -> None:
    rng = random.Random(seed)
    make = mechanism("tokens", "three-parts")["sign"]
    for key, other in (keys(rng, 2) for _ in range(10)):
        claims = {"iss": "i", "exp": rng.randrange(10, 10**6), "n": rng.random()}
        token = make({"alg": "HS256"}, claims, key.secret)
        for each in (key, other):
            api = TokenValidator(
                {"i": [each]}, algorithms=["HS256"], audience=None, typ=None
            )
            assert believed(api, token, 5) is (each is key)


def test_what_does_as_the_header_says_takes_none_and_a_public_key_as_a_secret() -> None:
    believes = mechanism("tokens", "as-the-header-says")["believes"]
    taken = [a.name for a in ATTACKS[1:] if believes(a.token, COMPANY_RSA.jwk)]
    assert taken == ["alg: none"]
    assert believes(KEY_CONFUSION.token, COMPANY_RSA.jwk)
    assert not believes(KEY_CONFUSION.token, "another key")


@seeds
def test_a_lenient_decoder_reads_a_respelt_token_alike_and_we_refuse_it(
    seed: int,
) -> None:
    lenient = mechanism("tokens", "two-spellings")["lenient"]
    rng = random.Random(seed)
    for (key,) in (keys(rng, 1) for _ in range(20)):
        token = sign({"iss": "i", "exp": 9}, key, typ="JWT")
        api = TokenValidator(
            {"i": [key]}, algorithms=["HS256"], audience=None, typ="JWT"
        )
        assert lenient(token) == lenient(respelt(token))
        assert believed(api, token, 5)
        assert token != respelt(token)
        assert not believed(api, respelt(token), 5)


@seeds
def test_the_open_family_ends_when_that_of_the_package_does(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        ours_ids, their_ids = count(), count()
        family = mechanism("delegation", "rotate-and-watch")["Family"](
            lambda ids=ours_ids: f"r{next(ids)}"
        )
        theirs = RefreshTokens(lambda ids=their_ids: f"r{next(ids)}", life_s=99)  # type: ignore[misc]
        tokens = [theirs.issue("ann", now_s=0)]
        assert family.live == tokens[0]
        for _ in range(8):
            token = rng.choice([*tokens, tokens[-1], "nothing"])
            try:
                wanted = theirs.use(token, now_s=1).token
                tokens.append(wanted)
            except (ReusedTokenError, UnknownTokenError):
                wanted = "refused"
            assert family.use(token) == wanted


@pytest.mark.parametrize("bound", [True, False])
def test_a_bound_token_is_of_use_to_its_owner_alone(bound: bool) -> None:
    names = mechanism("delegation", "bound-to-a-key")
    claims = {"sub": "ann"} | ({"cnf": names["thumbprint"]("mine")} if bound else {})
    proof = {"key": "another", "for": "GET /mail"}
    run = run_oauth(OAuthSetting("stolen access token", sender_constrained=bound))
    assert names["api"](claims, proof).startswith("200") is bool(run.stolen)
    assert names["api"](claims, {**proof, "key": "mine"}).startswith("200")
    assert names["api"](claims, {"key": "mine", "for": "GET /else"}).startswith("401")


@seeds
def test_the_open_roles_allow_what_those_of_the_package_allow(seed: int) -> None:
    decide = mechanism("policies", "roles-of")["decide"]
    rng = random.Random(seed)
    for _ in range(40):
        roles = [f"r{n}" for n in range(5)]
        grants = {role: rng.sample(["a", "b", "c"], rng.randrange(3)) for role in roles}
        includes = {
            role: rng.sample(roles[n + 1 :], rng.randrange(len(roles) - n))
            for n, role in enumerate(roles)
        }
        members = {"ann": rng.sample(roles, rng.randrange(3))}
        pairs = {role: [(each, "post") for each in grants[role]] for role in roles}
        theirs = Roles(pairs, includes, members)
        for who in ("ann", "bob"):
            for action in "abc":
                allowed, why = decide(who, action, members, includes, grants)
                assert allowed is theirs.decide(who, action, "post").allowed
                assert why


@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_what_is_not_known_counts_as_in_the_package(effect: str) -> None:
    applies = mechanism("policies", "not-known")["applies"]
    for wanted in (True, False):
        condition = Condition("resource.closed", "==", wanted)
        rule = Rule("r", effect, ["read"], [condition])  # type: ignore[arg-type]
        for known in ({"closed": True}, {"closed": False}, {}):
            theirs = rule.applies(Request({}, "read", known))
            assert applies(effect, ("closed", wanted), known) is theirs


@seeds
def test_the_open_walk_finds_who_the_relations_of_the_package_find(seed: int) -> None:
    check = mechanism("policies", "relations-check")["check"]
    rng = random.Random(seed)
    schema = {
        "doc": {"viewer": ["this", "owner"], "owner": ["this"]},
        "group": {"member": ["this"]},
    }
    answers = set()
    for _ in range(30):
        theirs = Relations(schema)
        tuples: dict[tuple[str, str], list[object]] = {}
        goals = [("doc:d", "viewer"), ("doc:d", "owner")]
        goals += [(f"group:g{n}", "member") for n in range(3)]
        for _ in range(rng.randrange(8)):
            goal = rng.choice(goals)
            subject = rng.choice([*goals[2:], "user:ann", "user:bob"])
            tuples.setdefault(goal, []).append(subject)
            text = subject if isinstance(subject, str) else "#".join(subject)
            theirs.write(f"{goal[0]}#{goal[1]}@{text}")
        for user in ("user:ann", "user:bob"):
            got = check(("doc:d", "viewer"), user, tuples, {"viewer": ["owner"]})
            assert got is theirs.check(f"doc:d#viewer@{user}").allowed
            answers.add(got)
    assert answers == {True, False}


@seeds
def test_the_open_limiter_admits_what_that_of_the_package_admits(seed: int) -> None:
    rng = random.Random(seed)
    ours = mechanism("passwords", "two-counts")["Limiter"](of_account=3, of_address=5)
    theirs = LoginLimiter(of_account=3, of_address=5, per_s=10**6)
    answers = set()
    for now_s in range(100):
        account, address = rng.choice("abcdef"), rng.choice("xyz")
        admitted = ours.admits(account, address)
        assert admitted is theirs.admits(account, address, now_s)
        answers.add(admitted)
    assert answers == {True, False}


@seeds
def test_the_open_passkey_is_accepted_as_that_of_the_package(seed: int) -> None:
    names = mechanism("passwords", "a-passkey")
    rng = random.Random(seed)
    for _ in range(100):
        sites = rng.sample(["a.example", "b.example", "c.example"], 2)
        made = {site: rng.choice(["k1", "k2"]) for site in sites}
        page, challenge = rng.choice(["a.example", "b.example"]), rng.choice("xy")
        signed = names["browser_signs"](page, made, challenge)
        theirs = Authenticator(made).sign(page, challenge)
        assert (signed is None) is (theirs is None)
        if theirs is not None:
            wanted = accepts(theirs, "k1", "x", "a.example")
            assert names["accepts"](signed, "k1", "x", "a.example") is wanted


@seeds
def test_the_open_signed_address_allows_what_that_of_the_package_allows(
    seed: int,
) -> None:
    names = mechanism("passwords", "a-signed-address")
    rng = random.Random(seed)
    (key,) = keys(rng, 1)
    for _ in range(40):
        path, expires_s = f"/photos/{rng.randrange(100)}", rng.randrange(10, 1_000)
        now_s = expires_s + rng.randrange(-3, 3)
        urls = (
            names["sign_url"](path, expires_s, key.secret),
            sign_url(path, expires_s, key),
        )
        change = rng.choice([("photos", "photo"), ("expires=", "expires=9"), ("", "")])
        ours, theirs = (url.replace(*change, 1) if change[0] else url for url in urls)
        try:
            allowed = check_url(theirs, now_s, key) == path
        except SignedUrlError:
            allowed = False
        assert names["check_url"](ours, now_s, key.secret) is allowed

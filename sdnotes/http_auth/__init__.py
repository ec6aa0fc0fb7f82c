"""http_auth: 401 or 403? What a server says when it does not let a request through.

    who asks                           gets   and may then
    nobody (no credentials)            401    get credentials: a challenge says which
    somebody with wrong or old ones    401    get others, once
    somebody without the right         403    stop, or ask for more rights
    somebody who must not even know    404    stop
    somebody with the right            200

The status is what a client's program reads; so a wrong one makes it do a wrong thing.

Source: each module names its own. Left out: how tokens are made and checked, which is
the chapter on access; TLS client certificates; cookies of sessions.
Chapter: docs/chapters/http_auth/.
"""

from sdnotes.http_auth.answers import Answer, Request, Site
from sdnotes.http_auth.basic import basic_challenge, basic_credentials, read_basic
from sdnotes.http_auth.bearer import (
    STATUS_OF_ERROR,
    Demand,
    bearer_challenge,
    bearer_credentials,
    read_bearer,
    read_challenge,
)
from sdnotes.http_auth.challenges import (
    Challenge,
    Credentials,
    parse_challenges,
    parse_credentials,
    parse_info,
    write_challenges,
    write_params,
)
from sdnotes.http_auth.client import Client, Step, loop
from sdnotes.http_auth.counting import requests_sent
from sdnotes.http_auth.deciding import PHRASES, RULES, Decision, Facts, Rule, decide
from sdnotes.http_auth.problem import Problem, ProblemError, parse_problem
from sdnotes.http_auth.scanning import HeaderError
from sdnotes.http_auth.shared_cache import SharedCache, may_store
from sdnotes.http_auth.shop import STATES, Shop, Token, ask
from sdnotes.http_auth.tree import decision_tree
from sdnotes.http_auth.wsgi import guarded, shop_app

__all__ = [
    "PHRASES",
    "RULES",
    "STATES",
    "STATUS_OF_ERROR",
    "Answer",
    "Challenge",
    "Client",
    "Credentials",
    "Decision",
    "Demand",
    "Facts",
    "HeaderError",
    "Problem",
    "ProblemError",
    "Request",
    "Rule",
    "SharedCache",
    "Shop",
    "Site",
    "Step",
    "Token",
    "ask",
    "basic_challenge",
    "basic_credentials",
    "bearer_challenge",
    "bearer_credentials",
    "decide",
    "decision_tree",
    "guarded",
    "loop",
    "may_store",
    "parse_challenges",
    "parse_credentials",
    "parse_info",
    "parse_problem",
    "read_basic",
    "read_bearer",
    "read_challenge",
    "requests_sent",
    "shop_app",
    "write_challenges",
    "write_params",
]

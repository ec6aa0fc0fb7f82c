"""How many requests do two clients send, in each of the six states of the shop?

    state                 loops, stopped at 20   tries each challenge once
    good                                     1                           1
    good, not theirs: 403                   20                           1

Both begin with the token of the state, and get the same one again when they renew it.

Left out: the requests to the service that renews tokens, one for each try.
Builds on: sdnotes.http_auth.answers, bearer, challenges, client, shop.
Chapter: docs/chapters/http_auth/.
"""

from sdnotes.http_auth.answers import Answer, Request
from sdnotes.http_auth.bearer import Demand, bearer_credentials
from sdnotes.http_auth.challenges import Credentials
from sdnotes.http_auth.client import Client, Send, loop
from sdnotes.http_auth.shop import STATES, Shop


def requests_sent(*, hides: bool, stopped_at: int) -> dict[str, list[int]]:
    """Return the requests of both clients, by state in the order of STATES.

    Examples:
        >>> requests_sent(hides=False, stopped_at=20)["tries once"]
        [1, 2, 2, 2, 1, 1]
    """
    counts: dict[str, list[int]] = {"loops": [], "tries once": []}
    for token, number in STATES.values():
        mine = None if token is None else bearer_credentials(token)

        def renew(_: Demand, mine: Credentials | None = mine) -> Credentials | None:
            return mine

        send = _sender(Shop(hides=hides, max_failures=stopped_at + 1), number)
        counts["loops"].append(loop(send, renew, stopped_at))
        rounds = Client(renew, mine).run(send, lambda _: None)
        counts["tries once"].append(len(rounds))
    return counts


def _sender(shop: Shop, number: int) -> Send:
    def send(credentials: Credentials | None) -> Answer:
        fields = {} if credentials is None else {"authorization": str(credentials)}
        return shop.answer(Request("GET", f"/orders/{number}", fields))

    return send

"""Many cache-aside requests to a Redis at once, as its protocol has them.

    EVALSHA <get, or else set> 1 key:000007    -> :1   a hit
    EVALSHA <get, or else set> 1 key:031337    -> :0   a miss, and now it is there

A request is one script, so that many can be sent before the first answer comes and a
miss still fills the cache before the next request is looked up. Redis evicts before a
script runs, not in it. All is encoded beforehand: a replay can be so fast that the
server's clock hardly moves.

Source: Redis 7.0's documentation, "Redis serialization protocol" and "EVALSHA".
Left out: everything that a client library does.
"""

import socket
from collections.abc import Sequence

from evidence.labs.server import ServerError

REQUEST = """
if redis.call('GET', KEYS[1]) then return 1 end
redis.call('SET', KEYS[1], string.rep('x', 1000))
return 0
"""
SENT = b"*4\r\n$7\r\nEVALSHA\r\n$40\r\n%b\r\n$1\r\n1\r\n$10\r\nkey:%06d\r\n"
ANSWERS = {b":1": True, b":0": False}
SENT_AT_ONCE = 100


def batches(keys: Sequence[int], sha: bytes) -> list[bytes]:
    """Return the requests for these keys as they are sent, many at once."""
    return [
        b"".join(SENT % (sha, key) for key in keys[at : at + SENT_AT_ONCE])
        for at in range(0, len(keys), SENT_AT_ONCE)
    ]


def answers(link: socket.socket) -> list[bool]:
    """Return, for each request of a full batch, whether it was a hit.

    Raises ServerError when the server says anything else, or nothing more.
    """
    said = b""
    while said.count(b"\n") < SENT_AT_ONCE:
        more = link.recv(65_536)
        if not more:
            raise ServerError("the server closed the connection")
        said += more
    lines = said.splitlines()
    if others := set(lines) - ANSWERS.keys():
        raise ServerError(f"the server said: {sorted(others)[:3]}")
    return [ANSWERS[line] for line in lines]

"""Sessions: a random number that stands for somebody, and changes when he logs in.

    browser                            server keeps
    gets 7f3a...                       hash(7f3a...) : nobody
    logs in, gets c81e... in its place hash(c81e...) : ann      7f3a...: nothing
    says nothing for half an hour      nothing

A number that stayed the same over the login could have been planted before it, by
somebody who knows it too: that is session fixation. What is kept is a hash of it, so
that who reads the table has no session.

Source: OWASP Session Management Cheat Sheet; the numbers are the caller's.
Left out: storing sessions, devices that people recognise.
Chapter: docs/chapters/access/.
To take away: Sessions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(slots=True)
class _Session:
    user: str
    begun_s: float
    seen_s: float


class Sessions:
    """Who stands behind which session; one ends by silence, by age, or by its owner.

    ``new_id`` makes an unguessable text, such as ``secrets.token_urlsafe``; ``idle_s``
    is the longest silence, ``absolute_s`` the longest session. Threads may share it.

    Examples:
        >>> names = iter(["7f3a", "c81e"])
        >>> sessions = Sessions(lambda: next(names), idle_s=1800, absolute_s=28800)
        >>> before = sessions.start(now_s=0)
        >>> after = sessions.log_in(before, "ann", now_s=10)
        >>> sessions.user(before, now_s=11), sessions.user(after, now_s=11)
        (None, 'ann')
    """

    def __init__(
        self, new_id: Callable[[], str], idle_s: float, absolute_s: float
    ) -> None:
        if not idle_s > 0:
            raise ValueError(f"idle_s={idle_s!r} is not above 0")
        if not absolute_s >= idle_s:
            raise ValueError(
                f"absolute_s={absolute_s!r} is below {idle_s}, the silence"
            )
        self._new_id = new_id
        self._idle_s = idle_s
        self._absolute_s = absolute_s
        self._sessions: dict[bytes, _Session] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._sessions)

    def start(self, now_s: float) -> str:
        """Return the id of a new session of nobody; what has ended is forgotten."""
        with self._lock:
            sessions = list(self._sessions.items())
            for key, session in sessions:
                if self._has_ended(session, now_s):
                    del self._sessions[key]
            return self._begin("", now_s)

    def log_in(self, session_id: str, user: str, now_s: float) -> str:
        """Return the new id under which somebody is logged in; the old one ends.

        Whatever id the browser came with is good enough, for it means nothing any more.
        Raises ValueError for a user without a name.
        """
        if not user:
            raise ValueError(f"user={user!r} is empty")
        with self._lock:
            self._sessions.pop(_key(session_id), None)
            return self._begin(user, now_s)

    def user(self, session_id: str, now_s: float) -> str | None:
        """Return who it is, "" for nobody yet, None for no session; it was heard of."""
        with self._lock:
            session = self._sessions.get(_key(session_id))
            if session is None:
                return None
            if self._has_ended(session, now_s):
                del self._sessions[_key(session_id)]
                return None
            session.seen_s = max(session.seen_s, now_s)
            return session.user

    def end(self, session_id: str) -> None:
        """End a session, on the server: a cookie that is forgotten ends nothing."""
        with self._lock:
            self._sessions.pop(_key(session_id), None)

    def end_all(self, user: str) -> int:
        """End all sessions of somebody, after a new password; return how many."""
        with self._lock:
            theirs = [key for key, s in self._sessions.items() if s.user == user]
            for key in theirs:
                del self._sessions[key]
            return len(theirs)

    def _begin(self, user: str, now_s: float) -> str:
        session_id = self._new_id()
        if _key(session_id) in self._sessions:
            raise ValueError("new_id has made the same text twice")
        self._sessions[_key(session_id)] = _Session(user, now_s, now_s)
        return session_id

    def _has_ended(self, session: _Session, now_s: float) -> bool:
        silent_s, old_s = now_s - session.seen_s, now_s - session.begun_s
        return silent_s >= self._idle_s or old_s >= self._absolute_s


def _key(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).digest()

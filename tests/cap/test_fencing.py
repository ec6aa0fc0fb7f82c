"""Leases, tokens and the store that checks them; the paused client as a run."""

from collections.abc import Callable
from itertools import product
from threading import Event, Thread

import pytest
from draws import picks, rows
from hypothesis import given

from sdnotes.cap import (
    FencedStore,
    Lease,
    LockService,
    PausedClientRun,
    StaleTokenError,
    run_paused_client,
)
from sdnotes.figures import spacetime
from sdnotes.sim import Lost


class TestLock:
    def test_a_lease_holds_until_its_end_and_not_at_it(self) -> None:
        lock = LockService(ttl_us=50)
        assert lock.acquire("A", now_us=10) == Lease("A", 1, 60)
        assert lock.acquire("B", now_us=59) is None
        assert lock.acquire("B", now_us=60) == Lease("B", 2, 110)

    def test_the_holder_itself_must_renew_and_cannot_acquire_again(self) -> None:
        lock = LockService(ttl_us=50)
        lock.acquire("A", 0)
        assert lock.acquire("A", 10) is None

    def test_renewing_keeps_the_token_and_moves_the_end(self) -> None:
        lock = LockService(ttl_us=50)
        lock.acquire("A", 0)
        assert lock.renew(1, 49) == Lease("A", 1, 99)
        assert lock.acquire("B", 98) is None
        assert lock.renew(1, 99) is None  # over, although nobody else has it
        assert lock.current(99) is None

    def test_a_released_lock_is_free_at_once_under_a_new_token(self) -> None:
        lock = LockService(ttl_us=50)
        lock.acquire("A", 0)
        assert lock.release(1, 5) is True
        assert lock.release(1, 5) is False
        assert lock.acquire("B", 5) == Lease("B", 2, 55)

    def test_an_old_holder_can_neither_renew_nor_release_what_another_holds(
        self,
    ) -> None:
        lock = LockService(ttl_us=50)
        lock.acquire("A", 0)
        lock.acquire("B", 50)
        assert lock.renew(1, 60) is None
        assert lock.release(1, 60) is False
        assert lock.current(60) == Lease("B", 2, 100)

    @given(rows(["acquire", "renew", "release"], "AB", range(41), max_size=30))
    def test_there_is_one_holder_at_a_time_and_tokens_only_grow(
        self, steps: list[tuple[str, str, int]]
    ) -> None:
        """The twin writes down who holds until when, for each grant ever made."""
        lock = LockService(ttl_us=50, first_token=33)
        grants: dict[int, Lease] = {}  # token -> the lease as it last stood
        mine: dict[str, int] = {}
        now_us = 0
        for kind, who, wait_us in steps:
            now_us += wait_us
            live = [g for g in grants.values() if now_us < g.until_us]
            assert len(live) <= 1
            assert lock.current(now_us) == (live[0] if live else None)
            if kind == "acquire":
                lease = lock.acquire(who, now_us)
                assert (lease is None) == bool(live)
                if lease is not None:
                    token = 33 + len(grants)
                    assert lease == Lease(who, token, now_us + 50)
                    grants[token], mine[who] = lease, token
            elif who in mine:
                token = mine[who]
                valid = bool(live) and live[0].token == token
                if kind == "renew":
                    renewed = Lease(who, token, now_us + 50) if valid else None
                    assert lock.renew(token, now_us) == renewed
                    grants[token] = renewed or grants[token]
                else:
                    assert lock.release(token, now_us) == valid
                    if valid:
                        grants[token] = Lease(who, token, now_us)


class TestStore:
    def test_a_token_below_the_highest_is_refused_and_nothing_is_stored(self) -> None:
        store = FencedStore("old")
        store.write(34, "B")
        with pytest.raises(StaleTokenError, match="token 33 is below 34"):
            store.write(33, "A")
        assert (store.value, store.highest) == ("B", 34)

    def test_a_holder_may_write_often(self) -> None:
        store = FencedStore(0)
        store.write(1, 10)
        store.write(1, 20)
        assert store.value == 20

    def test_without_the_check_the_old_holder_overwrites_the_new_one(self) -> None:
        store = FencedStore("old", check_tokens=False)
        store.write(34, "B")
        store.write(33, "A")
        assert (store.value, store.highest) == ("A", 34)
        assert store.read(1) == "A"

    def test_it_takes_a_write_whose_lease_is_over_while_it_knows_no_better(
        self,
    ) -> None:
        """What fencing does not give, and how reading with the token mends it."""
        lock, store = LockService(ttl_us=50), FencedStore(100)
        a = lock.acquire("A", 0)
        b = lock.acquire("B", 60)
        assert a is not None
        assert b is not None

        seen = store.value  # B looks without its token ...
        store.write(a.token, 70)  # ... A's lease is over, and its write is stored
        store.write(b.token, seen - 20)
        assert store.value == 80  # A's 30 are lost

        store = FencedStore(100)
        seen = store.read(b.token)
        with pytest.raises(StaleTokenError):
            store.write(a.token, 70)
        store.write(b.token, seen - 20)
        assert store.value == 80  # and A knows that nothing was taken

    def test_reading_with_an_old_token_is_refused_too(self) -> None:
        store = FencedStore("x")
        assert store.read(2) == "x"
        assert store.highest == 2
        with pytest.raises(StaleTokenError, match="token 1 is below 2"):
            store.read(1)

    @given(rows(range(1, 6), [False, True], max_size=20))
    def test_the_tokens_that_are_let_in_never_decline(
        self, requests: list[tuple[int, bool]]
    ) -> None:
        store = FencedStore(0)
        seen: list[int] = []
        for number, (token, writes) in enumerate(requests, start=1):
            before = store.value
            allowed = all(token >= other for other in seen)
            try:
                if writes:
                    store.write(token, number)
                else:
                    assert store.read(token) == before
            except StaleTokenError:
                assert not allowed
                assert store.value == before
            else:
                assert allowed
                seen.append(token)
                assert store.value == (number if writes else before)
        assert store.highest == max(seen, default=0)

    @given(picks([1, 2], max_size=20))
    def test_an_old_leader_that_comes_back_writes_nothing(
        self, terms: list[int]
    ) -> None:
        """CAP-15: the token is a term; the new leader, term 2, has written once."""
        fenced, open_to_all = FencedStore(0), FencedStore(0, check_tokens=False)
        for store in (fenced, open_to_all):
            store.write(2, 2)
        for term in terms:
            open_to_all.write(term, term)  # both leaders are served: split brain
            assert open_to_all.value == term
            try:
                fenced.write(term, term)
            except StaleTokenError:
                assert term == 1
            assert fenced.value == 2


def says(run: PausedClientRun) -> list[tuple[str, str]]:
    return [(e.who, e.what) for e in run.trace]


class TestPausedClient:
    def test_with_the_check_the_late_write_is_refused(self) -> None:
        """Kleppmann 2016, the second figure."""
        run = run_paused_client()
        assert run.stored == "B"
        assert (run.accepted, run.refused) == (((34, "B"),), ((33, "A"),))
        assert not run.overwritten
        assert says(run)[-1] == ("A", "<- store: too old")

    def test_without_it_the_late_write_overwrites_the_newer(self) -> None:
        """Kleppmann 2016, the first figure."""
        run = run_paused_client(check_tokens=False)
        assert run.stored == "A"
        assert (run.accepted, run.refused) == (((34, "B"), (33, "A")), ())
        assert run.overwritten
        assert says(run)[-1] == ("A", "<- store: ok")

    def test_the_run_reads_like_the_story(self) -> None:
        assert run_paused_client().trace.table() == (
            "   ms  who    what\n"
            "  0.0  A      -> lock: lock?\n"
            "  5.0  lock   <- A: lock?\n"
            "  5.0  lock   -> A: 33\n"
            " 10.0  A      <- lock: 33\n"
            " 20.0  A      lease good; pauses\n"
            " 30.0  B      -> lock: lock?\n"
            " 35.0  lock   <- B: lock?\n"
            " 35.0  lock   -> B: no\n"
            " 40.0  B      <- lock: no\n"
            " 55.0  B      -> lock: lock?\n"
            " 60.0  lock   <- B: lock?\n"
            " 60.0  lock   -> B: 34\n"
            " 65.0  B      <- lock: 34\n"
            " 65.0  B      -> store: write 34\n"
            " 70.0  store  <- B: write 34\n"
            " 70.0  store  holds B's\n"
            " 70.0  store  -> B: ok\n"
            " 75.0  B      <- store: ok\n"
            "100.0  A      wakes\n"
            "100.0  A      -> store: write 33\n"
            "105.0  store  <- A: write 33\n"
            "105.0  store  -> A: too old\n"
            "110.0  A      <- store: too old"
        )
        drawn = spacetime(run_paused_client().trace, title="t", description="d")
        assert "too old" in drawn.svg

    def test_a_look_at_a_right_clock_helps_when_the_work_took_too_long(self) -> None:
        run = run_paused_client(work_ms=70, pause_ms=0, check_tokens=False)
        assert (run.stored, run.accepted) == ("B", ((34, "B"),))
        assert says(run)[-1] == ("A", "lease over")

    @pytest.mark.parametrize("check_tokens", [True, False])
    def test_a_clock_that_is_behind_makes_the_look_worthless(
        self, check_tokens: bool
    ) -> None:
        run = run_paused_client(
            work_ms=70, pause_ms=0, clock_skew_ms=60, check_tokens=check_tokens
        )
        assert ("A", "lease good") in says(run)
        assert run.stored == ("B" if check_tokens else "A")
        assert run.overwritten is not check_tokens

    def test_the_look_turns_at_the_end_of_the_lease_by_the_holders_clock(self) -> None:
        """Granted at 5 ms for 50, looked at at 80: good from 26 ms behind on."""
        for skew_ms, writes in ((25, False), (26, True), (-1, False)):
            run = run_paused_client(work_ms=70, pause_ms=0, clock_skew_ms=skew_ms)
            assert bool(run.refused) is writes

    def test_a_clock_that_is_ahead_gives_up_too_early_and_does_no_harm(self) -> None:
        run = run_paused_client(pause_ms=0, clock_skew_ms=-60, check_tokens=False)
        assert (run.stored, run.accepted) == ("B", ((34, "B"),))

    def test_a_short_pause_does_no_harm(self) -> None:
        run = run_paused_client(pause_ms=20, check_tokens=False)
        assert (run.stored, run.accepted) == ("B", ((33, "A"), (34, "B")))

    def test_after_its_lease_but_before_the_next_holder_a_write_still_counts(
        self,
    ) -> None:
        """The store knows nothing of leases: A's ended at 55 ms, and A writes at 70."""
        run = run_paused_client(pause_ms=50, b_asks_ms=90)
        assert (run.accepted, run.refused) == (((33, "A"), (34, "B")), ())

    def test_whatever_the_times_are_the_check_lets_no_write_be_overwritten(
        self,
    ) -> None:
        broken = 0
        for pause_ms, ttl_ms, skew_ms, work_ms, b_asks_ms in product(
            (0, 40, 90), (5, 20, 50), (-20, 0, 40), (0, 30), (0, 10, 60)
        ):
            times = {
                "pause_ms": pause_ms,
                "ttl_ms": ttl_ms,
                "clock_skew_ms": skew_ms,
                "work_ms": work_ms,
                "b_asks_ms": b_asks_ms,
            }
            fenced = run_paused_client(**times)
            loose = run_paused_client(**times, check_tokens=False)
            assert not fenced.overwritten
            assert loose.refused == ()
            assert sorted(loose.accepted) == sorted(fenced.accepted + fenced.refused)
            # The check refuses just where its absence does harm.
            assert loose.overwritten == bool(fenced.refused)
            assert loose.stored == (loose.accepted or ((0, "nobody"),))[-1][1]
            assert not any(isinstance(event, Lost) for event in fenced.trace)
            broken += loose.overwritten
        assert broken

    def test_who_asked_too_early_asks_again_when_the_lock_is_free(self) -> None:
        run = run_paused_client(pause_ms=0, ttl_ms=200, b_asks_ms=0)
        assert run.accepted == ((33, "A"), (34, "B"))
        assert [
            e.at_us for e in run.trace if (e.who, e.what) == ("B", "-> lock: lock?")
        ] == [
            0,
            205_000,
        ]

    def test_a_no_that_arrives_when_the_lock_is_free_again_is_followed_at_once(
        self,
    ) -> None:
        run = run_paused_client(b_asks_ms=48)  # asked at 53, free at 55, told at 58
        asks = [
            e.at_us for e in run.trace if (e.who, e.what) == ("B", "-> lock: lock?")
        ]
        assert asks == [48_000, 58_000]


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: LockService(ttl_us=0), "ttl_us=0"),
        (lambda: LockService(ttl_us=1, first_token=0), "first_token=0"),
        (lambda: LockService(ttl_us=1).acquire("", 0), "who=''"),
        (lambda: LockService(ttl_us=1).acquire("A", -1), "now_us=-1"),
        (lambda: LockService(ttl_us=1).renew(1, 0), "token=1 was never granted"),
        (lambda: LockService(ttl_us=1).release(0, 0), "token=0 was never granted"),
        (
            lambda: LockService(ttl_us=1, first_token=33).renew(33, 0),
            "token=33 was never granted",
        ),
        (lambda: FencedStore(0).write(0, 1), "token=0"),
        (lambda: FencedStore(0, highest=-1), "highest=-1"),
        (lambda: FencedStore(0, check_tokens=False).read(-1), "token=-1"),
        (lambda: run_paused_client(pause_ms=-1), "pause_ms=-1"),
        (lambda: run_paused_client(work_ms=-1), "work_ms=-1"),
        (lambda: run_paused_client(b_asks_ms=-1), "b_asks_ms=-1"),
        (lambda: run_paused_client(delay_ms=-1), "delay_ms=-1"),
        (lambda: run_paused_client(ttl_ms=0), "ttl_ms=0"),
    ],
)
def test_bad_arguments_are_named_with_their_value(
    make: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make()


def test_a_lease_from_before_a_restart_is_over_and_no_error() -> None:
    again = LockService(ttl_us=50, first_token=34)  # granted 33 in its former life
    assert again.renew(33, 10) is None
    assert again.release(33, 10) is False
    assert again.acquire("B", 10) == Lease("B", 34, 60)
    assert again.renew(33, 20) is None  # not even while another lease holds


def test_a_store_that_starts_again_with_its_number_refuses_the_old_holder() -> None:
    store = FencedStore("old")
    store.write(34, "from B")
    again = FencedStore(store.value, highest=store.highest)
    with pytest.raises(StaleTokenError, match="33 is below 34"):
        again.write(33, "from A")
    assert again.value == "from B"


def test_no_newer_write_fits_between_the_look_and_the_store() -> None:
    class Slow(FencedStore[str]):
        """A pause right after the look lets the other thread try."""

        def _admit(self, token: int) -> None:
            super()._admit(token)
            looked.set()
            if token == 33:
                tried.wait(0.2)

    looked, tried = Event(), Event()
    store = Slow("old")
    old = Thread(target=store.write, args=(33, "from A"))
    old.start()
    looked.wait()
    store.write(34, "from B")
    tried.set()
    old.join()
    assert (store.value, store.highest) == ("from B", 34)


def test_time_never_goes_back() -> None:
    lock = LockService(ttl_us=50)
    lock.acquire("A", 10)
    lock.current(20)
    with pytest.raises(ValueError, match="now_us=19 is past: 20"):
        lock.renew(1, 19)
    assert lock.renew(1, 20) == Lease("A", 1, 70)


def test_the_refusal_is_a_permission_error_for_callers_who_know_no_fencing() -> None:
    store = FencedStore(0)
    store.write(2, 1)
    with pytest.raises(PermissionError):
        store.write(1, 1)

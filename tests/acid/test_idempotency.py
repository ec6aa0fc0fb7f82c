"""The store of idempotency keys, and what was reported of others like it."""

import sys
from threading import Barrier, Thread

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sdnotes.acid.idempotency import (
    Attempt,
    Done,
    IdempotencyStore,
    InFlightError,
    KeyReusedError,
    LeaseOverError,
    StoreFullError,
)


def opened(capacity: int | None = None) -> IdempotencyStore[str]:
    return IdempotencyStore(lease_us=50, keep_us=1000, capacity=capacity)


def begun(store: IdempotencyStore[str], now_us: int = 0, key: str = "k") -> Attempt:
    got = store.begin("ann", key, "pay 30", now_us)
    assert isinstance(got, Attempt)
    return got


def test_an_attempt_that_crashed_gives_way_when_its_lease_is_over() -> None:
    """aws-powertools/powertools-lambda-java 1281: two units, so it never did."""
    store = opened()
    assert begun(store).number == 1
    with pytest.raises(InFlightError) as caught:
        begun(store, now_us=49)
    assert caught.value.until_us == 50
    assert begun(store, now_us=50).number == 2


def test_there_is_no_attempt_without_an_end() -> None:
    """aws-powertools/powertools-lambda-python 4759: no time left was read as "none"."""
    for lease_us in (0, -1):
        with pytest.raises(ValueError, match=f"lease_us={lease_us} is not above 0"):
            IdempotencyStore(lease_us=lease_us, keep_us=1)


def test_no_second_attempt_begins_before_the_end_of_the_first() -> None:
    """aws-powertools/powertools-lambda-typescript 5678: without an end, it did."""
    store = opened()
    begun(store)
    for now_us in range(50):
        with pytest.raises(InFlightError, match="attempt 1 for key 'k' is under way"):
            begun(store, now_us)


def test_a_request_that_is_done_is_answered_and_never_called_in_flight() -> None:
    """aws-powertools/powertools-lambda-typescript 2311: it was, from the cache."""
    store = opened()
    store.complete(begun(store), "paid", now_us=10)
    for now_us in (10, 49, 50, 1009):
        assert store.begin("ann", "k", "pay 30", now_us) == Done("paid")


def test_another_request_under_the_same_key_is_refused_in_every_state() -> None:
    """josipmusa/idempotency4j 12: it got the answer of the first one."""
    store = opened()
    attempt = begun(store)
    states = []
    for now_us in (1, 60, 70):
        with pytest.raises(KeyReusedError, match="'k' was used for another request"):
            store.begin("ann", "k", "pay 99", now_us)
        states.append(now_us)
        if now_us == 60:
            attempt = begun(store, now_us)
            store.complete(attempt, "paid", now_us)


def test_of_many_threads_one_begins() -> None:
    """square1-io/laravel-idempotency 1: look first, write then, and two had looked."""
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            store, barrier = opened(), Barrier(8)
            attempts: list[Attempt] = []

            def ask() -> None:
                barrier.wait()
                try:
                    attempts.append(begun(store))
                except InFlightError:
                    return

            threads = [Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(attempts) == 1
    finally:
        sys.setswitchinterval(switch)


def test_nobody_sees_the_answer_of_somebody_else() -> None:
    """nensii21/devlink 773 and others: all users shared one space of keys."""
    store = opened()
    store.complete(begun(store), "paid by ann", now_us=0)
    assert isinstance(store.begin("bob", "k", "pay 30", 1), Attempt)
    assert isinstance(store.begin("an", "nk", "pay 30", 1), Attempt)


@pytest.mark.parametrize("nothing", ["", None, 0])
def test_who_has_no_name_or_no_key_shares_none(nothing: object) -> None:
    """KanishJebaMathewM/Truxify 2382: all without a name were "anonymous"."""
    with pytest.raises(ValueError, match="scope="):
        opened().begin(nothing, "k", "pay 30", 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="key="):
        opened().begin("ann", nothing, "pay 30", 0)  # type: ignore[arg-type]


def test_who_loses_the_race_is_told_that_it_is_one() -> None:
    """idempot-dev/idempot-js 186: the loser got a 503 from the database's error."""
    store = opened()
    begun(store)
    with pytest.raises(InFlightError):
        begun(store)
    assert not issubclass(InFlightError, KeyReusedError | StoreFullError)


def test_what_is_remembered_is_bounded_and_forgotten_in_time() -> None:
    """AnchorNet-Org/AnchorNet-Backend 221: answers were kept for ever."""
    store = opened(capacity=10)
    for n in range(1000):
        store.complete(begun(store, n * 200, key=f"k{n}"), "paid", n * 200)
        assert len(store) <= 6
    for n in range(10 - len(store)):
        begun(store, 199_800, key=f"open {n}")
    with pytest.raises(StoreFullError, match="10 keys are still needed"):
        begun(store, 199_900, key="one more")
    begun(store, 300_000, key="one more")
    assert len(store) == 1


def test_a_late_attempt_does_not_overwrite_the_one_after_it() -> None:
    """A lease is not a lock: the first one may be slow, and not dead."""
    store = opened()
    slow = begun(store)
    second = begun(store, now_us=60)
    for late in (
        lambda: store.complete(slow, "a", 70),
        lambda: store.give_up(slow, 70),
    ):
        with pytest.raises(LeaseOverError, match="attempt 1 for key 'k'"):
            late()
    store.complete(second, "b", now_us=80)
    assert store.begin("ann", "k", "pay 30", 90) == Done("b")


def test_an_attempt_of_a_former_life_of_the_key_is_not_the_new_one() -> None:
    store = opened()
    old = begun(store)
    new = begun(store, now_us=5000)  # the key was forgotten: this is attempt 1 again
    assert old.number == new.number == 1
    with pytest.raises(LeaseOverError):
        store.complete(old, "old", now_us=5001)


def test_a_late_attempt_is_good_while_nobody_else_has_begun() -> None:
    store = opened()
    slow = begun(store)
    store.complete(slow, "paid", now_us=500)
    assert store.begin("ann", "k", "pay 30", 501) == Done("paid")
    assert store.begin("ann", "k", "pay 30", 1499) == Done("paid")
    assert isinstance(store.begin("ann", "k", "pay 30", 1500), Attempt)


def test_to_complete_twice_keeps_the_first_answer_and_its_time() -> None:
    store = opened()
    attempt = begun(store)
    store.complete(attempt, "first", now_us=10)
    store.complete(attempt, "second", now_us=900)
    assert store.begin("ann", "k", "pay 30", 1009) == Done("first")
    assert isinstance(store.begin("ann", "k", "pay 30", 1010), Attempt)
    with pytest.raises(LeaseOverError):
        store.complete(attempt, "third", now_us=1010)


def test_who_has_done_nothing_can_let_others_try_at_once() -> None:
    store = opened()
    attempt = begun(store)
    store.give_up(attempt, now_us=1)
    again = begun(store, now_us=1)
    assert again.number == 2
    store.complete(again, "paid", now_us=2)
    with pytest.raises(ValueError, match="is completed"):
        store.give_up(again, now_us=3)


def test_a_clock_that_goes_back_opens_nothing() -> None:
    store = opened()
    store.complete(begun(store, now_us=900), "paid", now_us=900)
    assert store.begin("ann", "k", "pay 30", 0) == Done("paid")
    assert begun(store, now_us=0, key="other").until_us == 950


def test_a_text_and_its_bytes_are_two_requests() -> None:
    store = opened()
    begun(store)
    with pytest.raises(KeyReusedError):
        store.begin("ann", "k", b"pay 30", 1)
    assert isinstance(store.begin("ann", "\ud800", "\ud800", 1), Attempt)


def test_one_key_that_is_tried_for_ever_takes_the_memory_of_one_key() -> None:
    """A note of when to forget it was kept for each attempt, for ``keep_us``."""
    store = opened(capacity=1)
    for _ in range(10_000):
        store.give_up(begun(store), now_us=0)
    store.check()  # that there are few notes
    assert len(store) == 1
    assert begun(store, now_us=1000).number == 1
    store.check()


def test_the_notes_that_are_left_come_due_in_order() -> None:
    store = opened()
    tried = begun(store, key="tried again")
    store.complete(begun(store, key="done"), "paid", now_us=1)
    store.give_up(tried, now_us=1)
    begun(store, now_us=1, key="tried again")
    for _ in range(2):
        store.begin("ann", "done", "pay 30", 2)  # here the old notes are dropped
        store.check()
    assert isinstance(store.begin("ann", "done", "pay 30", 1000), Done)
    assert begun(store, now_us=1001, key="done").number == 1


def test_a_time_far_ahead_forgets_what_was_done() -> None:
    """The failure that a client's clock brings: why it must be one of our own."""
    store = opened()
    store.complete(begun(store), "paid", now_us=1)
    store.begin("bob", "z", "pay 1", now_us=10**12)
    again = begun(store, now_us=2)
    assert (again.number, again.until_us) == (1, 10**12 + 50)


@pytest.mark.parametrize(
    ("argument", "value"), [("keep_us", 0), ("keep_us", -1), ("capacity", 0)]
)
def test_settings_that_remember_nothing_are_refused(argument: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{argument}={value} is"):
        IdempotencyStore(**{"lease_us": 1, "keep_us": 1, argument: value})


class Machine(RuleBasedStateMachine):
    """The store beside a plain model: what each key's last attempt and answer are."""

    def __init__(self) -> None:
        super().__init__()
        self.store: IdempotencyStore[int] = IdempotencyStore(lease_us=3, keep_us=5)
        self.now = 0
        self.attempts: list[Attempt] = []
        self.last: dict[str, Attempt] = {}
        self.done: dict[str, tuple[int, int]] = {}  # answer, when
        self.free: dict[str, int] = {}  # given up: when

    @rule(by=st.integers(0, 4))
    def time_passes(self, by: int) -> None:
        self.now += by

    def forget(self, key: str) -> None:
        if key in self.done:
            if self.done[key][1] + 5 <= self.now:
                del self.done[key], self.last[key]
        elif key in self.last:
            until = self.free.get(key, self.last[key].until_us)
            if until + 5 <= self.now:
                del self.last[key]
                self.free.pop(key, None)

    @rule(key=st.sampled_from("ab"))
    def begin(self, key: str) -> None:
        self.forget(key)
        try:
            got = self.store.begin("ann", key, "pay", self.now)
        except InFlightError:
            assert key not in self.done
            assert self.now < self.free.get(key, self.last[key].until_us)
            return
        if isinstance(got, Done):
            assert got.answer == self.done[key][0]
            return
        assert key not in self.done
        before = self.last.get(key)
        assert got.number == (1 if before is None else before.number + 1)
        if before is not None:
            assert self.free.get(key, before.until_us) <= self.now
        self.free.pop(key, None)
        self.last[key] = got
        self.attempts.append(got)

    @rule(which=st.integers(0, 5), answer=st.integers())
    def complete(self, which: int, answer: int) -> None:
        if not self.attempts:
            return
        attempt = self.attempts[-1 - which % len(self.attempts)]
        self.forget(attempt.key)
        is_last = self.last.get(attempt.key) == attempt
        try:
            self.store.complete(attempt, answer, self.now)
        except LeaseOverError:
            assert not is_last
            return
        assert is_last
        self.done.setdefault(attempt.key, (answer, self.now))
        self.free.pop(attempt.key, None)

    @rule(which=st.integers(0, 5))
    def give_up(self, which: int) -> None:
        if not self.attempts:
            return
        attempt = self.attempts[-1 - which % len(self.attempts)]
        self.forget(attempt.key)
        is_last = self.last.get(attempt.key) == attempt
        try:
            self.store.give_up(attempt, self.now)
        except LeaseOverError:
            assert not is_last
        except ValueError:
            assert attempt.key in self.done
        else:
            assert is_last
            assert attempt.key not in self.done
            self.free[attempt.key] = self.now

    @invariant()
    def sound(self) -> None:
        self.store.check()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

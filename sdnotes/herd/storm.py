"""A service stands still for some seconds. Why does it stay down when it is back?

    clients --(tries)--> queue --> workers      a client waits timeout_ms, then
       ^                    |                   tries again: the old try stays in
       +---- too late ------+                   the queue, worked on for nobody

    before   35 requests/s, capacity 50/s       all answered
    trigger  5 s without work                   the queue fills; clients time out
    after    35 * 3 tries = 105/s offered       the queue stays longer than the
             capacity 50/s, spent on the late   clients' patience: nobody is served

The trigger is gone and the state remains: a **metastable** failure. It ends when the
tries fall below the capacity (fewer requests, or a retry budget), or when the service
stops working for those who have left (a short queue, newest first, a deadline, a queue
that is thrown away).

Source: Bronson, Aghayev, Charapko, Zhu 2021, "Metastable Failures in Distributed
Systems", HotOS.
Left out: several services, autoscaling, a client's own limit on calls under way.
Builds on: sdnotes.sim, sdnotes.herd.backoff, sdnotes.herd.budget.
Chapter: docs/chapters/herd/.
"""

import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from sdnotes.herd.backoff import full_jitter
from sdnotes.herd.budget import RetryBudget
from sdnotes.sim import World

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class StormSetting:
    """How the service and its clients behave.

    ``trigger_s`` is when the workers stand still. From ``relief_s`` on the load is
    ``relief_per_s``. ``queue_limit`` counts who waits; beyond it a try is refused. At
    ``clear_s`` the queue is thrown away, as by a restart that takes no time. With
    ``drop_late`` no work is done for who has left, with ``keep_deadline`` also none
    for who will have left when it is done. Each of
    the ``clients`` sends its share of the load, and has a retry budget of its own, if
    ``budget_percent`` says so: it begins with ``reserve`` retries.
    """

    load_per_s: float = 35.0
    capacity_per_s: int = 50
    timeout_ms: int = 1000
    tries: int = 3
    budget_percent: int | None = None
    reserve: int = 10
    clients: int = 1
    queue_limit: int = 100
    newest_first: bool = False
    drop_late: bool = False
    keep_deadline: bool = False
    trigger_s: tuple[int, int] = (10, 15)
    relief_s: int | None = None
    relief_per_s: float = 0.0
    clear_s: int | None = None
    seconds: int = 60
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.load_per_s < math.inf:
            raise ValueError(f"load_per_s={self.load_per_s!r} is not above 0")
        if not 0 <= self.relief_per_s < math.inf:
            raise ValueError(f"relief_per_s={self.relief_per_s!r} is not 0 or more")
        whole = ("capacity_per_s", "timeout_ms", "tries", "queue_limit", "seconds")
        for name in (*whole, "clients"):
            count = getattr(self, name)
            if count < 1:
                raise ValueError(f"{name}={count!r} is below 1")
        if _SECOND_US % self.capacity_per_s:
            raise ValueError(
                f"capacity_per_s={self.capacity_per_s!r} does not divide a million"
            )
        start_s, end_s = self.trigger_s
        if not 0 <= start_s <= end_s <= self.seconds:
            raise ValueError(
                f"trigger_s={self.trigger_s!r} is not a start and an end "
                f"between 0 and {self.seconds}"
            )


@dataclass(frozen=True, slots=True)
class StormRun:
    """What happened in each second, the first at place 0.

    ``requests`` that came, tries ``offered``, tries ``answered`` in time, tries worked
    on in vain (``wasted``), and of the requests how many were ``served`` in the end.
    """

    requests: tuple[int, ...]
    offered: tuple[int, ...]
    answered: tuple[int, ...]
    wasted: tuple[int, ...]
    served: tuple[int, ...]

    def share_served(self, from_s: int, to_s: int) -> float:
        """Return which share of the requests of these seconds was served."""
        asked = sum(self.requests[from_s:to_s])
        return round(sum(self.served[from_s:to_s]) / asked, 2) if asked else 1.0


@dataclass(slots=True, eq=False)
class _Request:
    second: int
    waits: Iterator[float]
    budget: RetryBudget | None
    tries: int = 0


@dataclass(slots=True, eq=False)
class _Try:
    """One try: ``over`` once it was answered, refused or given up."""

    request: _Request
    until_us: int
    over: bool = False


class _Play:
    def __init__(self, setting: StormSetting) -> None:
        self.setting = setting
        self.world = World(setting.seed)
        self.rng = self.world.chance("backoff").random
        self.pick = self.world.chance("client").random.random
        percent = setting.budget_percent
        self.budgets = [
            None
            if percent is None
            else RetryBudget(percent=percent, reserve=setting.reserve)
            for _ in range(setting.clients)
        ]
        self.queue: deque[_Try] = deque()
        self.busy = False
        self.counts: dict[str, Counter[int]] = {
            field: Counter() for field in StormRun.__slots__
        }

    def count(self, name: str) -> None:
        self.counts[name][self.world.now_us // _SECOND_US] += 1

    # Clients

    def arrive(self) -> None:
        setting, now_us = self.setting, self.world.now_us
        relief_s = setting.relief_s
        relieved = relief_s is not None and now_us >= relief_s * _SECOND_US
        load = setting.relief_per_s if relieved else setting.load_per_s
        if load <= 0:
            return
        gap_us = self.world.chance("arrivals").exponential_us(_SECOND_US / load)
        self.world.after(gap_us, self.arrive)
        if now_us:
            self.count("requests")
            budget = self.budgets[0]
            if len(self.budgets) > 1:
                budget = self.budgets[int(self.pick() * len(self.budgets))]
            if budget is not None:
                budget.note_request()
            waits = full_jitter(0.1, 1.0, self.rng)
            self.send(_Request(now_us // _SECOND_US, waits, budget))

    def send(self, request: _Request) -> None:
        self.count("offered")
        request.tries += 1
        wait_us = self.setting.timeout_ms * 1000
        attempt = _Try(request, self.world.now_us + wait_us)
        if len(self.queue) >= self.setting.queue_limit:
            self.fail(attempt)
            return
        self.world.after(wait_us, lambda: self.fail(attempt))
        self.queue.append(attempt)
        self.work()

    def fail(self, attempt: _Try) -> None:
        """End a try, refused or timed out; the client tries again if it may."""
        if attempt.over:
            return
        attempt.over = True
        request = attempt.request
        if request.tries >= self.setting.tries:
            return
        if request.budget is not None and not request.budget.may_retry():
            return
        delay_us = round(next(request.waits) * 1e6)
        self.world.after(delay_us, lambda: self.send(request))

    # The service

    def work(self) -> None:
        if self.busy or self.stands_still():
            return
        take = self.queue.pop if self.setting.newest_first else self.queue.popleft
        service_us = _SECOND_US // self.setting.capacity_per_s
        while self.queue:
            attempt = take()
            hopeless = attempt.until_us < self.world.now_us + service_us
            if not (
                (self.setting.drop_late and attempt.over)
                or (self.setting.keep_deadline and hopeless)
            ):
                self.busy = True
                self.world.after(service_us, partial(self.finish, attempt))
                return

    def finish(self, attempt: _Try) -> None:
        self.busy = False
        if attempt.over:
            self.count("wasted")
        else:
            attempt.over = True
            self.count("answered")
            self.counts["served"][attempt.request.second] += 1
        self.work()

    def stands_still(self) -> bool:
        start_s, end_s = self.setting.trigger_s
        return start_s * _SECOND_US <= self.world.now_us < end_s * _SECOND_US


def run_storm(setting: StormSetting = StormSetting()) -> StormRun:
    """Return what happened in each second of the storm.

    Costs about five events a try.

    Examples:
        >>> calm = run_storm(StormSetting(trigger_s=(10, 10)))
        >>> stuck = run_storm()
        >>> calm.share_served(45, 55), stuck.share_served(45, 55)
        (1.0, 0.0)
    """
    play = _Play(setting)
    play.arrive()
    play.world.at(setting.trigger_s[1] * _SECOND_US, play.work)
    if setting.clear_s is not None:
        play.world.at(setting.clear_s * _SECOND_US, play.queue.clear)
    play.world.run(until_us=setting.seconds * _SECOND_US)

    return StormRun(
        **{
            name: tuple(counted[second] for second in range(setting.seconds))
            for name, counted in play.counts.items()
        }
    )


def recovers(setting: StormSetting, *, relief_per_s: float, within_s: int = 30) -> bool:
    """Return whether it serves 9 of 10 again after the load has been lowered.

    The load falls 15 seconds after the trigger; of the time that is then watched, the
    10 seconds before the last 5 count.
    """
    relief_s = setting.trigger_s[1] + 15
    run = run_storm(
        replace(
            setting,
            relief_s=relief_s,
            relief_per_s=relief_per_s,
            seconds=relief_s + within_s,
        )
    )
    end_s = relief_s + within_s
    return run.share_served(end_s - 15, end_s - 5) >= 0.9

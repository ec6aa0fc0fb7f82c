"""A thousand clients wake at once. What do they break, and what keeps them apart?

    100 readers miss one key     100 calls to the origin, or 1      SingleFlight
    1000 clients failed at once  all back in the same moments, or
                                 spread over the time               full_jitter
    three layers retry           4 * 4 * 4 = 64 calls, or 1.3       RetryBudget
    a service stood still, 5 s   down for good, or back in 10 s     run_storm

A herd is many who do the same at the same time: woken by the kernel for one event,
missing the same key, trying again after the same failure, or started by the same
clock. What helps is to let one act for all, to spread them out, or to bound them.

Source: each module names its own. Left out: circuit breakers and load shedding, beyond
the queue. Chapter: docs/chapters/herd/.
"""

from sdnotes.herd.async_single_flight import (
    AsyncSingleFlight,
    CallCancelledError,
    CircularAwaitError,
)
from sdnotes.herd.backoff import (
    constant,
    decorrelated_jitter,
    equal_jitter,
    exponential,
    full_jitter,
)
from sdnotes.herd.balancer import BalancerRun, run_balancer
from sdnotes.herd.budget import RetryBudget
from sdnotes.herd.comeback import backoffs, busiest, reconnect_times_s, retry_times_s
from sdnotes.herd.contention import ContentionRun, run_contention
from sdnotes.herd.dam import DamRun, arrivals_us, backlog, in_vain_after_s, run_dam
from sdnotes.herd.early_expiry import refresh_now
from sdnotes.herd.layers import LayersRun, expected_calls, run_layers
from sdnotes.herd.refreshing import (
    Absent,
    Fresh,
    Miss,
    RefreshingCache,
    Stale,
    jittered_ttl_s,
)
from sdnotes.herd.retry_after import retry_after_s
from sdnotes.herd.retrying import Budget, DeadlinePassedError, retry, retry_async
from sdnotes.herd.schedule import (
    misses_by_second,
    offset_s,
    zipf_probabilities,
)
from sdnotes.herd.single_flight import (
    CircularWaitError,
    SingleFlight,
    StillFlyingError,
)
from sdnotes.herd.stampede import (
    STRATEGIES,
    StampedeRun,
    StampedeSetting,
    longest_waits_ms,
    poisson_us,
    run_stampede,
)
from sdnotes.herd.storm import StormRun, StormSetting, recovers, run_storm
from sdnotes.herd.three_misses import ThreeMissesRun, run_three_misses

__all__ = [
    "STRATEGIES",
    "Absent",
    "AsyncSingleFlight",
    "BalancerRun",
    "Budget",
    "CallCancelledError",
    "CircularAwaitError",
    "CircularWaitError",
    "ContentionRun",
    "DamRun",
    "DeadlinePassedError",
    "Fresh",
    "LayersRun",
    "Miss",
    "RefreshingCache",
    "RetryBudget",
    "SingleFlight",
    "Stale",
    "StampedeRun",
    "StampedeSetting",
    "StillFlyingError",
    "StormRun",
    "StormSetting",
    "ThreeMissesRun",
    "arrivals_us",
    "backlog",
    "backoffs",
    "busiest",
    "constant",
    "decorrelated_jitter",
    "equal_jitter",
    "expected_calls",
    "exponential",
    "full_jitter",
    "in_vain_after_s",
    "jittered_ttl_s",
    "longest_waits_ms",
    "misses_by_second",
    "offset_s",
    "poisson_us",
    "reconnect_times_s",
    "recovers",
    "refresh_now",
    "retry",
    "retry_after_s",
    "retry_async",
    "retry_times_s",
    "run_balancer",
    "run_contention",
    "run_dam",
    "run_layers",
    "run_stampede",
    "run_storm",
    "run_three_misses",
    "zipf_probabilities",
]

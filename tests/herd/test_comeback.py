"""Clients that come back: from a failure, from a contended row, through layers."""

import math
from functools import cache
from itertools import product

import pytest

from sdnotes.herd import (
    backoffs,
    busiest,
    contention,
    expected_calls,
    full_jitter,
    reconnect_times_s,
    retry_times_s,
    run_layers,
)
from sdnotes.herd.comeback import counts
from sdnotes.herd.contention import POLICIES

SEEDS = range(12)
run_contention = cache(contention.run_contention)  # 20 ms each, asked for repeatedly


class TestComeback:
    def test_without_jitter_all_come_back_in_the_same_moments(self) -> None:
        """HERD-04."""
        times = retry_times_s(backoffs()["exponential"], 100, down_s=1.0)
        assert [round(t, 9) for t in sorted(set(times))] == [0.1, 0.3, 0.7, 1.5]
        assert busiest(times, 0.01) == 100

    @pytest.mark.parametrize("name", ["equal", "full", "decorrelated"])
    @pytest.mark.parametrize("seed", SEEDS)
    def test_with_any_jitter_few_meet(self, name: str, seed: int) -> None:
        times = retry_times_s(backoffs()[name], 100, down_s=1.0, seed=seed)
        assert busiest(times, 0.01) < 45

    def test_each_client_stops_after_its_first_success(self) -> None:
        times = retry_times_s(backoffs()["full"], 50, down_s=1.0)
        assert sum(t >= 1.0 for t in times) == 50
        assert times == sorted(times)
        assert retry_times_s(backoffs()["exponential"], 3, down_s=0) == [0.1] * 3

    def test_windows_are_counted_from_0(self) -> None:
        assert counts([0.0, 0.99, 1.0, 3.5], 1.0) == {0: 2, 1: 1, 3: 1}
        assert busiest([]) == 0

    def test_a_window_spreads_connections_to_what_the_server_bears(self) -> None:
        times = reconnect_times_s(10_000, 50)
        assert len(times) == 10_000
        assert 200 <= busiest(times) < 280
        assert busiest(reconnect_times_s(10_000, 0)) == 10_000

    def test_nonsense_is_refused(self) -> None:
        with pytest.raises(ValueError, match="clients"):
            retry_times_s(backoffs()["full"], 0, down_s=1)
        with pytest.raises(ValueError, match="down_s"):
            retry_times_s(backoffs()["full"], 1, down_s=-1)
        with pytest.raises(ValueError, match="window_s"):
            busiest([1], 0)
        with pytest.raises(ValueError, match="clients"):
            reconnect_times_s(-1, 5)


class TestContention:
    @pytest.mark.parametrize("policy", POLICIES)
    def test_everybody_writes_once_in_the_end(self, policy: str) -> None:
        run = run_contention(policy, 30, seed=1)
        assert run.calls - run.refused == 30
        assert run.refused > 0

    def test_alone_it_is_one_call_and_four_messages(self) -> None:
        for policy, seed in product(POLICIES, SEEDS):
            run = run_contention(policy, 1, seed=seed)
            assert (run.calls, run.refused) == (1, 0)
            assert 20 < run.finish_ms < 60

    def test_calls_without_backoff_grow_with_the_square_of_the_clients(self) -> None:
        few, many = (
            math.fsum(run_contention("none", n, seed=s).calls for s in SEEDS)
            for n in (25, 100)
        )
        assert 10 < many / few < 20  # 16 if it were exactly the square

    @pytest.mark.parametrize("service_us", [0, 2000])
    def test_every_jitter_needs_fewer_calls_than_none_and_than_no_backoff(
        self, service_us: int
    ) -> None:
        """HERD-05. Calls, not time: pitfall 13."""
        calls = {
            policy: [
                run_contention(policy, 100, seed=s, service_us=service_us).calls
                for s in SEEDS
            ]
            for policy in ("none", "exponential", "equal", "full")
        }
        for jitter in ("equal", "full"):
            assert max(calls[jitter]) < min(calls["none"])
            assert math.fsum(calls[jitter]) < math.fsum(calls["exponential"])

    def test_who_finishes_first_depends_on_what_the_server_can_bear(self) -> None:
        """Without a limit not to back off is quickest; with one it is not."""

        def finish(policy: str, service_us: int) -> list[int]:
            return [
                run_contention(policy, 100, seed=s, service_us=service_us).finish_ms
                for s in SEEDS
            ]

        assert max(finish("none", 0)) < min(finish("full", 0))
        assert min(finish("none", 2000)) > max(finish("full", 2000))

    @pytest.mark.parametrize(
        ("service_us", "longer_is_better"),
        [(5_000, False), (20_000, True), (40_000, True)],
    )
    def test_a_cap_below_the_time_that_a_crowd_needs_keeps_the_server_crowded(
        self, service_us: int, longer_is_better: bool
    ) -> None:
        """A hundred clients, who need 1, 4 and 8 s; the first ceiling is 2 s."""

        def done_us(cap_s: float) -> int:
            return contention.run_contention(
                lambda rng: full_jitter(1, cap_s, rng, first_exponent=1),
                100,
                service_us=service_us,
            ).finish_us

        assert (done_us(2) > 2 * done_us(8)) == longer_is_better
        assert (done_us(2) < done_us(8)) != longer_is_better

    def test_a_policy_is_a_name_or_makes_the_waits(self) -> None:
        named = contention.run_contention("full", 20)
        made = contention.run_contention(contention.POLICIES["full"], 20)
        assert named == made

    def test_the_published_numbers_come_out(self) -> None:
        """The article's figures for 100 clients, read off: about these many calls."""
        for policy, expected in (("none", 2429), ("exponential", 1838), ("full", 797)):
            runs = [run_contention(policy, 100, seed=s).calls for s in SEEDS]
            assert math.fsum(runs) / len(runs) == pytest.approx(expected, rel=0.06)

    def test_nonsense_is_refused(self) -> None:
        for bad in ({"policy": "luck"}, {"clients": 0}, {"service_us": -1}):
            with pytest.raises(ValueError, match=next(iter(bad))):
                run_contention(**{"policy": "none", "clients": 1, **bad})  # type: ignore[arg-type]


class TestLayers:
    def test_three_layers_of_four_tries_are_sixty_four_calls(self) -> None:
        """HERD-05."""
        run = run_layers([4, 4, 4])
        assert (run.calls, run.failed) == (64, 1)
        assert run_layers([4, 1, 1]).calls == run_layers([1, 1, 4]).calls == 4
        assert run_layers([]).calls == 1

    @pytest.mark.parametrize("layers", range(5))
    def test_when_all_fails_the_tries_multiply(self, layers: int) -> None:
        for tries in product(range(1, 5), repeat=layers):
            expected = math.prod(tries)
            assert run_layers(tries).calls == expected == expected_calls(tries, 1.0)

    @pytest.mark.parametrize("failing", [0.0, 0.1, 0.5, 0.8])
    def test_the_mean_is_that_of_the_formula(self, failing: float) -> None:
        tries, requests = [3, 2, 3], 6000
        run = run_layers(tries, failing=failing, requests=requests)
        expected = expected_calls(tries, failing)
        assert run.calls / requests == pytest.approx(expected, rel=0.06)

    def test_a_budget_in_each_layer_bounds_the_product(self) -> None:
        run = run_layers([4, 4, 4], requests=5000, budget_percent=10)
        assert run.failed == 5000
        assert 1.3 < run.calls_per_request < 1.1**3 + 0.02

    def test_the_layers_above_hardly_notice_what_the_lowest_suffers(self) -> None:
        run = run_layers([3, 3, 3], failing=0.5, requests=2000)
        assert run.failed == 0
        assert run.calls_per_request > 1.9

    def test_nonsense_is_refused(self) -> None:
        for bad in ({"requests": 0}, {"failing": 1.1}, {"failing": -0.1}):
            with pytest.raises(ValueError, match=next(iter(bad))):
                run_layers([2], **bad)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="tries"):
            run_layers([0])

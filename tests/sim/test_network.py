"""Delay, loss, duplication, reordering and cuts; nothing is lost in silence."""

from collections import Counter
from itertools import permutations

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.sim import (
    Cut,
    CutMade,
    Delivered,
    ExponentialDelay,
    FixedDelay,
    Healed,
    Lost,
    Message,
    Network,
    Sent,
    Trace,
    UniformDelay,
    World,
)

NODES = ("a", "b", "c")


def stage(**options: object) -> tuple[World, Network, list[Message]]:
    world = World(seed=1)
    network = Network(world, **options)  # type: ignore[arg-type]
    got: list[Message] = []
    for name in NODES:
        network.attach(name, got.append)
    return world, network, got


def test_a_message_arrives_after_its_delay_with_its_payload() -> None:
    world, network, got = stage(delay=10_000)
    world.at(5_000, lambda: network.send("a", "b", {"x": 1}, "x=1"))
    world.run()
    assert world.now_us == 15_000
    assert [(m.sender, m.to, m.payload) for m in got] == [("a", "b", {"x": 1})]
    assert [e.what for e in world.trace] == ["-> b: x=1", "<- a: x=1"]


def test_a_link_cut_while_a_message_is_under_way_loses_it_then() -> None:
    world, network, got = stage(delay=10_000)
    network.send("a", "b", 1)
    world.at(4_000, lambda: network.cut("a", "b"))
    world.run()
    assert got == []
    (lost,) = [e for e in world.trace if isinstance(e, Lost)]
    assert (lost.at_us, lost.reason) == (4_000, "link cut")


def test_a_message_sent_into_a_cut_is_lost_even_if_it_heals_before_the_arrival() -> (
    None
):
    world, network, got = stage(delay=10_000)
    cut = network.cut("a", "b")
    network.send("a", "b", 1)
    world.at(1_000, cut.heal)
    world.run()
    assert got == []


def test_a_one_way_cut_leaves_the_other_way_open() -> None:
    world, network, got = stage()
    network.cut("a", "b")
    network.send("a", "b", "lost")
    network.send("b", "a", "arrives")
    world.run()
    assert [m.payload for m in got] == ["arrives"]
    assert network.is_cut("a", "b")
    assert not network.is_cut("b", "a")


def test_a_partition_parts_groups_and_nobody_within_one() -> None:
    world, network, got = stage()
    partition = network.partition(["a"], ["b", "c"])
    for sender, to in [("a", "b"), ("b", "a"), ("c", "a"), ("b", "c")]:
        network.send(sender, to, f"{sender}{to}")
    world.run()
    assert [m.payload for m in got] == ["bc"]
    partition.heal()
    network.send("a", "b", "again")
    world.run()
    assert [m.payload for m in got] == ["bc", "again"]
    kinds = [type(e) for e in world.trace if isinstance(e, CutMade | Healed)]
    assert kinds == [CutMade, Healed]


def test_of_two_cuts_of_a_link_healing_one_does_not_open_it() -> None:
    _, network, _ = stage()
    first, second = network.cut("a", "b"), network.partition("a", "b")
    first.heal()
    assert network.is_cut("a", "b")
    second.heal()
    assert not network.is_cut("a", "b")
    with pytest.raises(ValueError, match="healed already"):
        second.heal()


def test_in_order_links_never_let_a_message_overtake_and_others_do() -> None:
    for in_order in (True, False):
        world, network, got = stage(delay=UniformDelay(0, 50_000), in_order=in_order)
        for number in range(30):
            world.at(number * 1_000, lambda n=number: network.send("a", "b", n))
        world.run()
        arrived = [m.payload for m in got]
        assert sorted(arrived) == list(range(30))
        assert (arrived == list(range(30))) == in_order


def test_loss_and_duplication_have_their_probability() -> None:
    world, network, got = stage(loss=0.25, duplicate=0.5)
    for number in range(4_000):
        network.send("a", "b", number)
    world.run()
    copies = Counter(m.payload for m in got)
    lost = sum(isinstance(e, Lost) for e in world.trace)
    assert 0.23 < lost / (lost + len(got)) < 0.27
    # Both copies arrive with probability 0.5 * 0.75 * 0.75.
    assert 0.26 < sum(n == 2 for n in copies.values()) / 4_000 < 0.30


def test_one_link_may_be_configured_apart_from_the_others() -> None:
    world, network, got = stage(delay=1_000)
    network.configure("a", "b", loss=1.0)
    network.configure("a", "c", delay=FixedDelay(9_000), duplicate=1.0, in_order=False)
    for to in ("b", "c"):
        network.send("a", to, to)
    network.send("b", "a", "back")
    world.run()
    assert [m.payload for m in got] == ["back", "c", "c"]
    assert world.now_us == 9_000


@given(
    rows(
        range(101),
        ["send", "send", "send", "cut", "heal", "partition"],
        list(permutations(NODES)),
        max_size=30,
    ),
    st.sampled_from([0.0, 0.4]),
    st.sampled_from([0.0, 0.4]),
    st.booleans(),
)
def test_every_copy_is_delivered_or_lost_exactly_once_and_never_across_a_cut(
    steps: list[tuple[int, str, tuple[str, ...]]],
    loss: float,
    duplicate: float,
    in_order: bool,
) -> None:
    world, network, got = stage(
        delay=ExponentialDelay(5, 20), loss=loss, duplicate=duplicate, in_order=in_order
    )
    open_cuts: list = []  # type: ignore[type-arg]

    def act(kind: str, nodes: tuple[str, ...]) -> None:
        if kind == "send":
            network.send(nodes[0], nodes[1], None, "m")
        elif kind == "cut":
            open_cuts.append(network.cut(nodes[0], nodes[1]))
        elif kind == "partition":
            open_cuts.append(network.partition(nodes[:1], nodes[1:]))
        elif open_cuts:
            open_cuts.pop().heal()

    for at_us, kind, nodes in steps:
        world.at(at_us, lambda k=kind, n=nodes: act(k, n))
    world.run()

    sent = Counter(e.message for e in world.trace if isinstance(e, Sent))
    ended = Counter(e.message for e in world.trace if isinstance(e, Delivered | Lost))
    assert set(ended) == set(sent)
    assert all(count == 1 for count in sent.values())
    assert all(1 <= count <= 2 for count in ended.values())
    assert len(got) == sum(isinstance(e, Delivered) for e in world.trace)
    assert crossings(world.trace) == []


def crossings(trace: Trace) -> list[Delivered]:
    """Return deliveries over a link that was cut after the message was sent."""
    cut_links: dict[int, tuple[tuple[str, str], ...]] = {}
    doomed: set[int] = set()
    under_way: dict[int, tuple[str, str]] = {}
    wrong = []
    for event in trace:
        if isinstance(event, CutMade):
            cut_links[event.cut] = event.links
            doomed |= {m for m, link in under_way.items() if link in event.links}
        elif isinstance(event, Healed):
            del cut_links[event.cut]
        elif isinstance(event, Sent):
            under_way[event.message] = (event.who, event.to)
            if any((event.who, event.to) in links for links in cut_links.values()):
                doomed.add(event.message)
        elif isinstance(event, Delivered) and event.message in doomed:
            wrong.append(event)
    return wrong


def test_misuse_of_the_network_raises_at_once_with_the_value() -> None:
    _, network, _ = stage()
    with pytest.raises(ValueError, match="there is no node 'nobody'; attached are: a"):
        network.send("a", "nobody", 1)
    with pytest.raises(ValueError, match="'a' cannot send to itself"):
        network.send("a", "a", 1)
    with pytest.raises(ValueError, match="name='a' is taken"):
        network.attach("a", lambda message: None)
    with pytest.raises(ValueError, match="name='' is empty"):
        network.attach("", lambda message: None)
    with pytest.raises(ValueError, match="delay_us=-3 is negative"):
        network.configure("a", "b", delay=-3)
    with pytest.raises(ValueError, match=r"loss=1\.2 is not between"):
        network.configure("a", "b", loss=1.2)
    with pytest.raises(ValueError, match=r"duplicate=-0\.1"):
        Network(World(), duplicate=-0.1)
    with pytest.raises(ValueError, match="need two groups"):
        network.partition(["a"])
    with pytest.raises(ValueError, match="none empty"):
        network.partition(["a"], [])
    with pytest.raises(ValueError, match="stands in two groups"):
        network.partition(["a", "b"], ["b"])
    with pytest.raises(ValueError, match="high_us=3 is below 9, low"):
        UniformDelay(9, 3)
    with pytest.raises(ValueError, match="mean_rest_us=0"):
        ExponentialDelay(1, 0)


def test_a_copy_that_arrived_is_no_longer_lost_when_its_twin_is() -> None:
    world, network, got = stage(duplicate=1.0, in_order=False)
    delays = iter((30_000, 10_000))
    network.configure("a", "b", delay=lambda _: next(delays))
    network.send("a", "b", 1)
    world.at(20_000, lambda: network.cut("a", "b"))
    world.run()
    assert len(got) == 1
    assert sum(isinstance(e, Lost) for e in world.trace) == 1


def test_a_message_that_a_cut_has_lost_holds_up_nothing_after_it() -> None:
    world, network, got = stage()
    delays = iter((1_000_000, 5_000))
    network.configure("a", "b", delay=lambda _: next(delays))
    network.send("a", "b", "lost")
    cuts: list[Cut] = []
    world.at(10_000, lambda: cuts.append(network.cut("a", "b")))
    world.at(20_000, lambda: cuts[0].heal())
    world.at(30_000, lambda: network.send("a", "b", "quick"))
    world.run()
    assert [m.payload for m in got] == ["quick"]
    assert [e.at_us for e in world.trace if isinstance(e, Delivered)] == [35_000]


def test_a_partition_is_written_in_one_order_however_its_groups_were_given() -> None:
    traces = []
    for groups in ((("c", "b"), ["a"]), ({"b", "c"}, "a")):
        world, network, _ = stage()
        network.partition(*groups)
        traces.append(world.trace.to_json_lines())
    assert traces[0] == traces[1]
    assert "b c | a" in traces[0]


def test_two_networks_of_one_world_number_their_messages_apart() -> None:
    world, first, _ = stage()
    second = Network(world)
    for name in ("x", "y"):
        second.attach(name, lambda message: None)
    numbers = [first.send("a", "b", 1).number, second.send("x", "y", 1).number]
    assert numbers == [0, 1]

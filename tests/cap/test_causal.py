"""The boss and the photo in every arrival order; the inbox against happened-before."""

import random
from collections.abc import Callable
from itertools import permutations

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import CausalInbox, Change, Leaks, Stamped, VectorClock, count_leaks
from sdnotes.cap.causal import MOST_MESSAGES, could_see

REMOVE, POST = Change("remove", "boss"), Change("post", "photo")
NODES = ("Ann", "Bob", "Cy")


def bodies(messages: list[Stamped[str]]) -> list[str]:
    return [message.body for message in messages]


class TestBoss:
    def test_from_one_sender_one_order_of_two_leaks_and_causally_none(self) -> None:
        """CAP-09: first remove the boss, then post."""
        ann = CausalInbox[Change]("Ann")
        messages = [ann.stamp(REMOVE), ann.stamp(POST)]
        assert count_leaks(messages) == Leaks(orders=2, as_it_arrives=1, causal=0)
        assert count_leaks(messages[::-1]) == Leaks(2, 1, 0)

    def test_what_another_posts_after_it_heard_of_the_removal_waits_too(self) -> None:
        """Here an order by sender would not do: Ann removes, and Bob posts."""
        ann, bob = CausalInbox[Change]("Ann"), CausalInbox[Change]("Bob")
        removed = ann.stamp(REMOVE)
        bob.receive(removed)
        messages = [removed, bob.stamp(Change("post", "cat")), bob.stamp(POST)]
        # The photo comes before the removal in 3 of the 6 orders.
        assert count_leaks(messages) == Leaks(orders=6, as_it_arrives=3, causal=0)

    def test_what_is_posted_without_knowing_of_the_removal_may_leak_even_so(
        self,
    ) -> None:
        """What causal delivery does not give: the two are concurrent."""
        ann, bob = CausalInbox[Change]("Ann"), CausalInbox[Change]("Bob")
        messages = [ann.stamp(REMOVE), bob.stamp(POST)]
        assert count_leaks(messages) == Leaks(orders=2, as_it_arrives=1, causal=1)

    def test_duplicates_change_nothing_where_each_is_delivered_once(self) -> None:
        """Without, a second copy of an old admission lets the boss in again."""
        ann = CausalInbox[Change]("Ann")
        admit = ann.stamp(Change("admit", "boss"))
        remove, post = ann.stamp(REMOVE), ann.stamp(POST)
        assert count_leaks([admit, remove, post]).causal == 0
        doubled = count_leaks([admit, remove, post, admit, remove])
        assert doubled.orders == 120
        assert doubled.causal == 0
        assert could_see(
            [m.body for m in (admit, remove, post, admit)], viewer="boss", photo="photo"
        )

    def test_with_nothing_to_wait_for_every_order_shows_the_photo(self) -> None:
        ann = CausalInbox[Change]("Ann")
        messages = [ann.stamp(POST), ann.stamp(REMOVE)]
        assert count_leaks(messages) == Leaks(orders=2, as_it_arrives=1, causal=2)
        assert count_leaks([]) == Leaks(1, 0, 0)

    def test_who_may_see_what_is_the_callers_question(self) -> None:
        ann = CausalInbox[Change]("Ann")
        messages = [
            ann.stamp(REMOVE),
            ann.stamp(POST),
            ann.stamp(Change("post", "cat")),
        ]
        assert count_leaks(messages, viewer="friend").causal == 6
        assert count_leaks(messages, photo="cat") == Leaks(6, 3, 0)
        assert count_leaks(messages, photo="dog") == Leaks(6, 0, 0)
        assert count_leaks(messages, viewer="photo", photo="photo").causal == 6

    def test_the_viewer_looks_after_each_change(self) -> None:
        admit = Change("admit", "boss")

        def seen(*changes: Change) -> bool:
            return could_see(changes, viewer="boss", photo="photo")

        assert seen(POST, REMOVE)
        assert seen(REMOVE, POST, admit)
        assert seen(REMOVE, admit, POST)
        assert not seen(REMOVE, POST)
        assert not seen(REMOVE, admit, REMOVE, POST)
        assert not seen(REMOVE, admit)
        assert not seen(Change("admit", "photo"))  # a reader of that name

    @pytest.mark.parametrize("count", range(1, 6))
    def test_without_the_inbox_half_of_the_orders_leak_however_many_there_are(
        self, count: int
    ) -> None:
        """Photo before removal: in half of all orders, by symmetry."""
        ann = CausalInbox[Change]("Ann")
        cats = [ann.stamp(Change("post", f"cat {n}")) for n in range(count)]
        leaks = count_leaks([*cats, ann.stamp(REMOVE), ann.stamp(POST)])
        assert 2 * leaks.as_it_arrives == leaks.orders
        assert leaks.causal == 0


class TestInbox:
    def test_it_holds_back_and_then_delivers_in_order(self) -> None:
        ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        one, two, three = (ann.stamp(text) for text in ("1", "2", "3"))
        assert bob.receive(three) == []
        assert bob.receive(two) == []
        assert bob.held == (three, two)
        assert bodies(bob.receive(one)) == ["1", "2", "3"]
        assert bob.held == ()
        assert bob.clock == VectorClock({"Ann": 3})

    def test_what_does_not_depend_on_what_is_missing_does_not_wait(self) -> None:
        ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        _, later, cat = ann.stamp("lost"), ann.stamp("later"), bob.stamp("cat")
        cy = CausalInbox[str]("Cy")
        assert cy.receive(later) == []
        assert bodies(cy.receive(cat)) == ["cat"]

    def test_followers_of_a_lost_message_wait_for_ever(self) -> None:
        ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        ann.stamp("lost")
        for number in range(5):
            assert bob.receive(ann.stamp(str(number))) == []
        assert len(bob.held) == 5

    def test_a_message_is_delivered_once_however_often_it_comes(self) -> None:
        ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        one, two = ann.stamp("1"), ann.stamp("2")
        arriving = [two, two, one, one, two]
        assert [bodies(bob.receive(m)) for m in arriving] == [
            [],
            [],
            ["1", "2"],
            [],
            [],
        ]
        assert ann.receive(one) == []  # its own, back from somebody else

    @given(
        steps=rows(NODES, [False, True], range(10), max_size=16),
        rng=st.randoms(use_true_random=True),
    )
    def test_deliveries_respect_happened_before_and_leave_nothing_out(
        self, steps: list[tuple[str, bool, int]], rng: random.Random
    ) -> None:
        """The twin notes, for each message, the set of all that its sender knew of."""
        inboxes = {name: CausalInbox[int](name) for name in NODES}
        known: dict[str, list[int]] = {name: [] for name in NODES}
        causes: list[frozenset[int]] = []
        sent: list[Stamped[int]] = []
        for name, sends, pick in steps:
            if sends:
                causes.append(frozenset(known[name]))
                known[name].append(len(sent))
                sent.append(inboxes[name].stamp(len(sent)))
            elif sent:
                # Any message, also out of order, twice, or one's own.
                delivered = inboxes[name].receive(sent[pick % len(sent)])
                known[name] += [message.body for message in delivered]

        onlooker = CausalInbox[int]("onlooker")
        inboxes["onlooker"], known["onlooker"] = onlooker, []
        for name, inbox in inboxes.items():
            arriving = sent + rng.choices(sent, k=3) if sent else []
            rng.shuffle(arriving)
            for message in arriving:
                before = set(known[name]) | {m.body for m in inbox.held}
                new = [m.body for m in inbox.receive(message)]
                known[name] += new
                # Whatever may be delivered is: nothing that is held back could be.
                assert {*known[name], *(m.body for m in inbox.held)} == before | {
                    message.body
                }
                for held in inbox.held:
                    assert not causes[held.body] <= set(known[name])
            assert sorted(known[name]) == list(range(len(sent)))
            assert inbox.held == ()
            for place, number in enumerate(known[name]):
                assert causes[number] <= set(known[name][:place])

    def test_every_order_of_a_conversation_comes_out_as_it_was_held(self) -> None:
        ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        ask = ann.stamp("lunch?")
        bob.receive(ask)
        answer = bob.stamp("yes")
        ann.receive(answer)
        where = ann.stamp("where?")
        bob.receive(where)
        for order in permutations([ask, answer, where, bob.stamp("here")]):
            cy = CausalInbox[str]("Cy")
            told = [text for message in order for text in bodies(cy.receive(message))]
            assert told == ["lunch?", "yes", "where?", "here"]


def test_one_number_for_two_messages_is_refused_where_it_shows() -> None:
    bob = CausalInbox[str]("Bob")
    clock = VectorClock({"Ann": 2})
    bob.receive(Stamped("one", "Ann", clock))
    with pytest.raises(ValueError, match=r"body='two'.*has the number of.*body='one'"):
        bob.receive(Stamped("two", "Ann", clock))
    assert bodies(list(bob.held)) == ["one"]


def test_a_number_is_for_one_body_and_its_copies_from_elsewhere_are_that_body() -> None:
    bob = CausalInbox[object]("Bob")
    clock = VectorClock({"Ann": 2})
    bob.receive(Stamped(1, "Ann", clock))
    with pytest.raises(ValueError, match="has the number of"):
        bob.receive(Stamped(True, "Ann", clock))
    with pytest.raises(ValueError, match="has the number of"):
        bob.receive(Stamped(1, "Ann", clock.tick("Cy")))
    cy = CausalInbox[object]("Cy")
    for _ in range(2):
        assert cy.receive(Stamped(float("nan"), "Ann", clock)) == []


def test_an_inbox_that_has_forgotten_what_it_sent_says_so() -> None:
    ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
    bob.receive(ann.stamp("hello"))
    reply = bob.stamp("hi")
    with pytest.raises(ValueError, match=r"message=.*'hi'.* 'Ann' never sent"):
        CausalInbox[str]("Ann").receive(reply)
    with pytest.raises(ValueError, match="'Bob' never sent"):
        CausalInbox[str]("Bob").receive(reply)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: CausalInbox[str](""), "owner=''"),
        (
            lambda: Stamped("x", "Ann", VectorClock({"Bob": 1})),
            "clock={Bob:1} .* 'Ann'",
        ),
        (lambda: Change("share", "photo"), "action='share'"),
        (lambda: count_leaks(too_many()), "messages: 8 are more than 7"),
    ],
)
def test_bad_arguments_are_named_with_their_value(
    make: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make()


def too_many() -> list[Stamped[Change]]:
    ann = CausalInbox[Change]("Ann")
    return [ann.stamp(POST) for _ in range(MOST_MESSAGES + 1)]

"""The lines that stand open on the pages do what the package does, on random inputs."""

import contextlib
from itertools import permutations
from threading import Lock, Thread
from typing import Any

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import (
    CausalInbox,
    Escrow,
    FencedStore,
    ORSet,
    PNCounter,
    Register,
    StaleTokenError,
    VectorClock,
    always_meet,
    can_decide,
    judge,
    money_from_nowhere,
)
from sdnotes.cap.merge import RULES, Branch
from sdnotes.cap.replica import Reading, Stamp, Version
from sdnotes.sim import History, Operation, Outcome
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/cap/*.md",)


OF_PAGE = Snippets("cap")
lines, names = OF_PAGE.code, OF_PAGE.names

SPANS = [(begin, end) for begin in range(6) for end in range(begin + 1, 7)]
CALLS = rows(["write", "read"], range(3), SPANS, min_size=1, max_size=5)


@given(CALLS)
def test_some_order_explains_where_the_judge_finds_one(
    calls: list[tuple[str, int, tuple[int, int]]],
) -> None:
    explains = names("index", "register-order")["explains"]
    history = [(does, value, *span) for does, value, span in calls]
    judged = History(
        tuple(
            Operation(
                f"c{n}",
                does,
                value if does == "write" else None,
                asked,
                answered,
                Outcome.OK,
                value if does == "read" else None,
            )
            for n, (does, value, asked, answered) in enumerate(history)
        )
    )
    found = any(map(explains, permutations(history)))
    assert found == bool(judge(judged, Register(0)))


def test_the_six_programs_are_judged_as_the_table_says() -> None:
    printed = names("index", "all-programs")["printed"].splitlines()[1:]
    assert len(printed) == 6
    for row in printed:
        takes, says, available, consistent = row.replace("takes it", "takes").split()
        wrote = Outcome.OK if takes == "takes" else Outcome.FAILED
        told = Outcome.FAILED if says == "refuses" else Outcome.OK
        write = Operation("L", "write", "1", 0, 1, wrote)
        read = Operation("R", "read", None, 2, 3, told, says if told == "ok" else None)
        runs = History((write, read)), History((read,))
        assert consistent == str(all(judge(run, Register("0")) for run in runs))
        assert available == str(wrote == told == Outcome.OK)


@given(st.integers(0, 50), st.integers(0, 50))
def test_the_four_rules_are_those_of_the_package(first: int, second: int) -> None:
    code = lines("index", "merge-rules")
    paid = f'"ATM1": {first}, "ATM2": {second}'
    changed = code.replace('"ATM1": 10, "ATM2": 20', paid)
    assert (first, second) == (10, 20) or changed != code
    rules = names("index", "merge-rules", changed)["rules"]
    branches = [Branch("ATM1", first, 60_000), Branch("ATM2", second, 70_000)]
    assert rules == {name: rule(50, branches) for name, rule in RULES.items()}
    assert money_from_nowhere(50, branches, RULES["add the changes"]) == 0


TOTALS = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 9))


@given(TOTALS, TOTALS)
def test_merging_totals_is_the_pn_counter_s_merge(
    mine: dict[str, int], theirs: dict[str, int]
) -> None:
    merged = names("index", "pn-counter")["merge"](mine, theirs)
    assert merged == PNCounter({}, mine).merge(PNCounter({}, theirs)).taken


@given(rows(["ATM1", "ATM2"], range(30), max_size=8))
def test_shares_are_paid_from_as_by_escrow(requests: list[tuple[str, int]]) -> None:
    found = names("index", "escrow")
    found["shares"].update(ATM1=25, ATM2=25)
    escrow = Escrow({"ATM1": 25, "ATM2": 25})
    for machine, amount in requests:
        paid = found["pay"](machine, amount) == "paid"
        assert paid == escrow.spend(machine, amount)
    assert sum(found["shares"].values()) == escrow.left


@given(rows("abc", range(1, 30), max_size=12))
def test_a_named_request_acts_once_however_often_it_comes(
    calls: list[tuple[str, int]],
) -> None:
    account = names("index", "once")["Account"](100)
    first: dict[str, int] = {}
    for request, amount in calls:
        first.setdefault(request, amount)
        assert account.withdraw(request, amount) == f"paid {first[request]}"
    assert account.balance == 100 - sum(first.values())


@pytest.mark.parametrize("one_step", [True, False])
def test_a_retry_beside_the_first_attempt_pays_twice_unless_the_look_is_in_the_step(
    one_step: bool,
) -> None:
    class Done(dict[str, str]):
        """The look; a retry comes right after it, as far as the lock lets it."""

        def __contains__(self, request: object) -> bool:
            found = super().__contains__(request)
            if not self.retried:
                self.retried = True
                retry.start()
                retry.join(0.2)
            return found

        retried = False

    def ask() -> None:
        with step if one_step else contextlib.nullcontext():
            account.withdraw("card 7", 50)

    account, step = names("index", "once")["Account"](100), Lock()
    account.done = Done()
    retry = Thread(target=ask)
    ask()
    retry.join()
    assert account.balance == (50 if one_step else 0)


@pytest.mark.parametrize("sides", [(1, 1), (2, 1), (2, 2), (3, 2), (2, 2, 1), (5,)])
def test_more_than_half_is_the_package_s_majority(sides: tuple[int, ...]) -> None:
    may_go_on = names("index", "majorities")["may_go_on"]
    everybody = range(sum(sides))
    assert [may_go_on(range(side), everybody) for side in sides] == can_decide(*sides)


CHANGES = rows(["add", "remove", "merge"], range(2), "xy", max_size=9)


@given(CHANGES)
def test_a_set_of_tags_shows_what_the_or_set_shows(
    changes: list[tuple[str, int, str]],
) -> None:
    page = names("merging", "or-set-merge")
    pairs: list[Any] = [(set(), set()), (set(), set())]
    sets = [ORSet[str](), ORSet[str]()]
    for tag, (does, who, element) in enumerate(changes):
        if does == "add":
            pairs[who] = page["add"](pairs[who], element, tag)
            sets[who] = sets[who].add(element, tag=str(tag))
        elif does == "remove":
            pairs[who] = page["remove"](pairs[who], element)
            sets[who] = sets[who].remove(element)
        else:
            pairs[who] = page["merge"](*pairs)
            sets[who] = sets[0].merge(sets[1])
        assert page["shown"](pairs[who]) == sorted(sets[who].elements)


CLOCKS = st.dictionaries(st.sampled_from("AB"), st.integers(0, 2))


@given(CLOCKS, CLOCKS)
def test_counts_compare_as_vector_clocks(
    mine: dict[str, int], theirs: dict[str, int]
) -> None:
    said = names("merging", "vector-compare")["compare"](mine, theirs)
    assert said == VectorClock(mine).compare(VectorClock(theirs))


@given(rows(range(1, 5), "ab", max_size=9))
def test_the_store_admits_the_tokens_that_the_fenced_store_admits(
    writes: list[tuple[int, str]],
) -> None:
    store, fenced = names("leaders", "fencing-check")["Store"](), FencedStore("none")
    for token, value in writes:
        try:
            fenced.write(token, value)
            told = "stored"
        except StaleTokenError:
            told = f"too old, {token} is below {fenced.highest}"
        assert store.write(token, value) == f"{value}: {told}"
    assert store.value == (fenced.value if writes else None)


@given(rows(range(1, 5), "ab", max_size=9))
def test_a_member_takes_the_terms_that_a_fenced_store_takes_tokens(
    entries: list[tuple[int, str]],
) -> None:
    """A term is a fencing token for leaders, and a member has seen term 1."""
    member = names("leaders", "term-check")["Member"]()
    fenced = FencedStore("none")
    fenced.read(1)
    for term, entry in entries:
        told = member.take(term, entry)
        try:
            fenced.write(term, entry)
        except StaleTokenError:
            assert told == f"refused: I have seen term {fenced.highest}"
        else:
            assert (told, member.log[-1]) == ("stored", entry)
    assert member.term == fenced.highest


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_sets_meet_where_the_package_s_do(n: int) -> None:
    meet = names("quorums", "meeting")["meet"]
    for r in range(1, n + 1):
        for w in range(1, n + 1):
            assert meet(n, r, w) == always_meet(n, r, w) == (r + w > n)


@given(
    st.fixed_dictionaries({name: st.integers(0, 3) for name in "ABC"}),
    st.lists(st.sampled_from(["AB", "BC", "AC"]), min_size=1, max_size=5),
)
def test_readers_that_write_back_never_go_back_and_read_the_newest_reply(
    stamps: dict[str, int], asked: list[str]
) -> None:
    read = names("quorums", "write-back-lines")["read"]
    copies = {name: (stamp, stamp) for name, stamp in stamps.items()}
    reading = Reading(2)
    for name in asked[0]:
        reading.add(name, Version(Stamp(stamps[name], "w"), stamps[name]))
    seen = [read(copies, pair, write_back=True) for pair in asked]
    assert seen[0] == reading.newest.value
    assert seen == sorted(seen)


def test_writing_back_puts_no_old_value_over_a_newer_one() -> None:
    """A write that ends between a reader's look and its write-back stays."""

    class Copies(dict[str, tuple[int, str]]):
        def __getitem__(self, name: str) -> tuple[int, str]:
            held = super().__getitem__(name)
            if name == "B":  # right after the look at B, the write reaches B and C
                self.update(B=(2, "newer"), C=(2, "newer"))
            return held

    read = names("quorums", "write-back-lines")["read"]
    copies = Copies(A=(1, "new"), B=(0, "old"), C=(0, "old"))
    assert read(copies, "AB", write_back=True) == "new"
    assert copies == {"A": (1, "new"), "B": (2, "newer"), "C": (2, "newer")}


@given(st.lists(st.sampled_from(["ann", "bob"]), max_size=5), st.randoms())
def test_messages_are_shown_when_the_causal_inbox_delivers_them(
    senders: list[str], chance: Any
) -> None:
    receive = names("guarantees", "causal-delivery")["receive"]
    inboxes = {who: CausalInbox[int](who) for who in ("ann", "bob")}
    sent = []
    for body, who in enumerate(senders):
        message = inboxes[who].stamp(body)
        sent.append(message)
        other = inboxes["bob" if who == "ann" else "ann"]
        if chance.random() < 0.5:
            for earlier in sent:
                if earlier.sender != other.owner:
                    other.receive(earlier)
    sent += chance.sample(sent, len(sent) // 2)  # these come twice
    chance.shuffle(sent)
    copy = CausalInbox[int]("copy")
    seen: dict[str, int] = {}
    waiting: list[Any] = []
    for message in sent:
        shown = receive(
            seen, waiting, (message.sender, dict(message.clock.counts), message.body)
        )
        assert sorted(shown) == sorted(m.body for m in copy.receive(message))
    assert waiting == []

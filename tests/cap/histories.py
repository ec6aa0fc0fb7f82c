"""Random histories of one object whose values are distinct, most of them nearly right.

Somebody plays the object: operations take effect at a moment between their call and
their answer, some of them are never answered, and in most histories one or two answers
are then changed.
"""

import random
from dataclasses import replace

from sdnotes.sim import History, Operation, Outcome, Value

_Call = tuple[str, Value, Value]


def _times(rng: random.Random) -> list[tuple[str, int, int, bool, bool, float]]:
    """Return who, from, to, is it unknown, was it never answered, when it happened."""
    span = rng.choice([6, 15, 60])
    free: dict[str, int | None] = {f"p{n}": 0 for n in range(rng.randint(2, 4))}
    found = []
    for turn in range(rng.randint(2, 9)):
        ready = [who for who, at in free.items() if at is not None]
        if not ready:
            ready = [f"q{turn}"]
            free[ready[0]] = found[-1][1]
        who = rng.choice(ready)
        begin = (free[who] or 0) + rng.choice([0, 0, 1, 2, rng.randint(0, span // 3)])
        end = begin + rng.choice([0, 1, 2, rng.randint(0, span // 2)])
        unknown = rng.random() < 0.2
        silent = unknown and rng.random() < 0.7
        happened = begin + rng.uniform(0, span if unknown else end - begin)
        found.append((who, begin, end, unknown, silent, happened))
        free[who] = None if silent else end
    return found


def _register_call(state: list[Value], new: int, rng: random.Random) -> _Call:
    kind = rng.random()
    if kind < 0.45:
        return "read", None, state[0]
    if kind < 0.75:
        return "write", new, None
    old = state[0] if rng.random() < 0.6 else rng.randint(0, new)
    return "cas", (old, new), old == state[0]


def _queue_call(state: list[Value], new: int, rng: random.Random) -> _Call:
    if rng.random() < 0.55:
        return "enqueue", new, None
    return "dequeue", None, state[0] if state else None


def _act(state: list[Value], call: _Call) -> None:
    action, argument, result = call
    if action == "write":
        state[0] = argument
    elif action == "cas" and result:
        assert isinstance(argument, tuple)
        state[0] = argument[1]
    elif action == "enqueue":
        state.append(argument)
    elif action == "dequeue" and state:
        state.pop(0)


def drawn(kind: str, rng: random.Random) -> tuple[History, tuple[Value, ...]]:
    """Return a history of a "register" or "queue", and what was there at first."""
    first: tuple[Value, ...] = (0,)
    if kind == "queue":
        first = (100, 101) if rng.random() < 0.3 else ()
    state, times = list(first), _times(rng)
    operations: list[Operation] = [None] * len(times)  # type: ignore[list-item]
    for new, place in enumerate(sorted(range(len(times)), key=lambda i: times[i][5])):
        who, begin, end, unknown, silent, _ = times[place]
        draw = _register_call if kind == "register" else _queue_call
        call = draw(state, new + 1, rng)
        if not unknown or rng.random() < 0.6:
            _act(state, call)
        operations[place] = Operation(
            who,
            call[0],
            call[1],
            begin,
            None if silent else end,
            Outcome.UNKNOWN if unknown else Outcome.OK,
            None if unknown else call[2],
        )
    if rng.random() < 0.6:
        _spoil(operations, kind, rng)
    return History(tuple(operations)), first


def _spoil(operations: list[Operation], kind: str, rng: random.Random) -> None:
    """Exchange two answers, or change one."""
    answers = [
        place
        for place, o in enumerate(operations)
        if o.action in ("read", "dequeue") and o.outcome is Outcome.OK
    ]
    if len(answers) > 1 and rng.random() < 0.6:
        one, other = rng.sample(answers, 2)
        seen = operations[one].result, operations[other].result
        operations[one] = replace(operations[one], result=seen[1])
        operations[other] = replace(operations[other], result=seen[0])
    elif answers:
        place = rng.choice(answers)
        other = rng.randint(0, len(operations) + 1)
        nothing = kind == "queue" and rng.random() < 0.2
        operations[place] = replace(
            operations[place], result=None if nothing else other
        )

"""The stage on which every chapter plays: one clock, one source of chance, one trace.

    World ---- owns the clock (integer microseconds), chance and the trace
    Network -- carries messages: delay, loss, duplication, reordering, cuts
    Trace ---- the list of what happened; tables and diagrams are made from it
    History -- the operations in it, for a checker to judge

A run is a function of its seed: the same seed gives the same trace, to the byte, on
every Python and in the browser.

Left out: real time, sockets, threads. Nothing here sleeps.
"""

from sdnotes.sim.delay import Delay, ExponentialDelay, FixedDelay, UniformDelay
from sdnotes.sim.history import History, MalformedHistoryError, Operation, Outcome
from sdnotes.sim.network import Cut, Message, Network
from sdnotes.sim.trace import (
    Completed,
    CutMade,
    Delivered,
    Event,
    Healed,
    Invoked,
    Lost,
    Note,
    Sent,
    Trace,
    Value,
)
from sdnotes.sim.world import Chance, World

__all__ = [
    "Chance",
    "Completed",
    "Cut",
    "CutMade",
    "Delay",
    "Delivered",
    "Event",
    "ExponentialDelay",
    "FixedDelay",
    "Healed",
    "History",
    "Invoked",
    "Lost",
    "MalformedHistoryError",
    "Message",
    "Network",
    "Note",
    "Operation",
    "Outcome",
    "Sent",
    "Trace",
    "UniformDelay",
    "Value",
    "World",
]

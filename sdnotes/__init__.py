"""Reference implementations for system-design notes that a reader can run.

Each topic is a package of its own; its chapter on the site calls it:

    sdnotes.cap        two ATMs, one account, a cut cable

They share a stage, ``sdnotes.sim`` (clock, chance, network, trace, history), and
pictures, ``sdnotes.figures``. Cores do no I/O: time and chance are arguments, so that
a class can be lifted out and used.
"""

"""Reference implementations for system-design notes that a reader can run.

Each topic is a package of its own; its chapter on the site calls it:

    sdnotes.cap        two ATMs, one account, a cut cable
    sdnotes.caching    the room is full: what should be thrown out?
    sdnotes.herd       a thousand clients wake at once
    sdnotes.acid       what survives other people, and a power cut
    sdnotes.timezones  what a time means, and where it must be kept
    sdnotes.http_auth  401 or 403?
    sdnotes.access     who are you, and may you do this?

They share a stage and pictures:

    sdnotes.sim        clock, chance, network, trace, history
    sdnotes.figures    diagrams and charts of what happened, as SVG

Cores do no I/O: time and chance are arguments, so that a class can be lifted out and
used; its module says "To take away", and what stands with it in one folder works alone.

A simulator is a function ``run_x``, which plays a whole story by a clock of its own and
returns an ``XRun``; where its knobs are an object, that is an ``XSetting``, and is
passed as ``setting``.
"""

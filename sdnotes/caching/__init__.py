"""Caching: the room is full. What should be thrown out?

    requests 1 2 3 1 4 1 2 5 1 2, room for 3     misses
    FIFO, LRU, LFU, ...                           each its own
    the optimum, which knows the future           none misses less

    FIFOCache, LRUCache, MRUCache, LFUCache, RandomCache       the old ones
    ClockCache, SLRUCache, TwoQCache, ARCCache, LFUDACache     what a scan taught
    WTinyLFUCache, SieveCache, S3FIFOCache                     what came after
    OptimalCache                                               the line above all
    GDSFCache                                                  sizes and costs
    ExpiringCache, LeasedCache, WritingCache                   time, filling, writing
    replay, lru_hits, stack_distances                          counting
    zipf, loop, with_scan, beside_scan, shifting               traces to try

Left out: caches of processors, of several machines that must agree.
Chapter: docs/chapters/caching/.
"""

from sdnotes.caching.arc import ARCCache
from sdnotes.caching.cache import Cache
from sdnotes.caching.clock import ClockCache
from sdnotes.caching.expiring import ExpiringCache
from sdnotes.caching.fifo import FIFOCache
from sdnotes.caching.fill_race import FillRaceRun, run_fill_race
from sdnotes.caching.gdsf import GDSFCache
from sdnotes.caching.leases import Fill, Hit, LeasedCache, Wait
from sdnotes.caching.lfu import LFUCache
from sdnotes.caching.lfuda import LFUDACache
from sdnotes.caching.lru import LRUCache
from sdnotes.caching.mru import MRUCache
from sdnotes.caching.optimal import NotTheFutureError, OptimalCache
from sdnotes.caching.random_eviction import RandomCache
from sdnotes.caching.replay import Replay, lru_hits, replay, stack_distances
from sdnotes.caching.s3_fifo import S3FIFOCache
from sdnotes.caching.sieve import SieveCache
from sdnotes.caching.sketch import FrequencySketch, stable_hash
from sdnotes.caching.slru import SLRUCache
from sdnotes.caching.two_q import TwoQCache
from sdnotes.caching.w_tinylfu import WTinyLFUCache
from sdnotes.caching.workloads import beside_scan, loop, shifting, with_scan, zipf
from sdnotes.caching.writing import Origin, Writing, WritingCache

__all__ = [
    "ARCCache",
    "Cache",
    "ClockCache",
    "ExpiringCache",
    "FIFOCache",
    "Fill",
    "FillRaceRun",
    "FrequencySketch",
    "GDSFCache",
    "Hit",
    "LFUCache",
    "LFUDACache",
    "LRUCache",
    "LeasedCache",
    "MRUCache",
    "NotTheFutureError",
    "OptimalCache",
    "Origin",
    "RandomCache",
    "Replay",
    "S3FIFOCache",
    "SLRUCache",
    "SieveCache",
    "TwoQCache",
    "WTinyLFUCache",
    "Wait",
    "Writing",
    "WritingCache",
    "beside_scan",
    "loop",
    "lru_hits",
    "replay",
    "run_fill_race",
    "shifting",
    "stable_hash",
    "stack_distances",
    "with_scan",
    "zipf",
]

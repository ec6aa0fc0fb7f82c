"""Programs that use asyncio, for whatever has to run them as Python does.

Each expects that ``asyncio`` is imported.
"""

PROGRAMS = {
    "timers": """
async def say(word, after_s):
    await asyncio.sleep(after_s)
    print(word)
async def main():
    await asyncio.gather(say("later", 0.02), say("soon", 0.01), say("now", 0))
asyncio.run(main())
""",
    "what is left is cancelled": """
async def worker():
    try:
        await asyncio.sleep(3600)
    finally:
        print("worker: cleaned up")
async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    print("main: done", task.done())
asyncio.run(main())
""",
    "a generator that is left is closed": """
async def numbers():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        print("closed")
async def main():
    global kept
    kept = numbers()
    print(await anext(kept))
asyncio.run(main())
""",
    "a runner keeps its loop": """
async def where():
    return asyncio.get_running_loop()
with asyncio.Runner() as runner:
    print(runner.run(where()) is runner.run(where()) is runner.get_loop())
""",
    "a group, a queue and a timeout": """
async def fill(queue):
    for number in range(3):
        await queue.put(number)
        await asyncio.sleep(0)
async def main():
    queue = asyncio.Queue(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(fill(queue))
        print([await queue.get() for _ in range(3)])
    try:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
    except TimeoutError:
        print("timed out")
asyncio.run(main())
""",
    "an error of a task": """
async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(3600))
        group.create_task(asyncio.sleep(0, print("at work")))
        raise LookupError("not here")
try:
    asyncio.run(main())
except* LookupError as error:
    print(error.exceptions)
""",
    "a loop by hand": """
loop = asyncio.new_event_loop()
loop.call_later(0.01, loop.stop)
loop.call_soon(print, "soon")
loop.run_forever()
print(loop.run_until_complete(asyncio.sleep(0, "slept")))
loop.close()
""",
    "a run within a run": """
async def main():
    inner = asyncio.sleep(0)
    try:
        asyncio.run(inner)
    except RuntimeError as error:
        print(error)
    inner.close()
asyncio.run(main())
""",
}

LEFT = "what is left is cancelled"
LEFT_SAYS = "main: done False\nworker: cleaned up\n"

"""The pages' security policy, and what untrusted code can do under it: nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from selectolax.lexbor import LexborHTMLParser
from snippet import Snippet

from sitebuild import browser
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

SAME = r"Ran in \d+ ms\. Same as published\."
RUN = "import asyncio\nasync def main():\n{0}\nasyncio.run(main())"
# Each asks for {url} and prints what came of it.
WAYS = {
    "pyfetch": RUN.format(
        "    from pyodide.http import pyfetch\n"
        "    print((await pyfetch('{url}')).status)"
    ),
    "fetch": RUN.format(
        "    import js\n    print((await js.fetch('{url}', mode='no-cors')).status)"
    ),
    "open_url": "from pyodide.http import open_url\nprint(open_url('{url}') and 200)",
    "XMLHttpRequest": "import js\nask = js.XMLHttpRequest.new()\n"
    "ask.open('GET', '{url}', False)\nask.send()\nprint(ask.status)",
    "urllib": "import urllib.request as r\nprint(r.urlopen('{url}').status)",
    "a package": RUN.format(
        "    import pyodide_js\n"
        "    await pyodide_js.loadPackage('{url}x-1-py3-none-any.whl')\n"
        "    print('done')"
    ),
}
# A worker made by a snippet: code that is no Python, with a module to import.
MADE = """import asyncio, js
from pyodide.ffi import create_proxy, to_js
async def main():
    source = '''{source}'''
    options = to_js({{"type": "module"}}, dict_converter=js.Object.fromEntries)
    url = js.URL.createObjectURL(js.Blob.new(to_js([source]), to_js(
        {{"type": "text/javascript"}}, dict_converter=js.Object.fromEntries)))
    worker = js.Worker.new({made}, options)
    answer = asyncio.get_running_loop().create_future()
    def heard(event):
        told = getattr(event, "data", "error")
        if getattr(told, "kind", "ended") in ("ended", "failed") and not answer.done():
            answer.set_result(getattr(told, "message", told))
    worker.onmessage = worker.onerror = create_proxy(heard)
    {then}
    try:
        print("answer:", await asyncio.wait_for(answer, {seconds}))
    except TimeoutError:
        print("no answer")
    worker.terminate()
asyncio.run(main())
"""
INSIDE = {
    "a module": "import('{url}').then(() => postMessage('let through'),"
    "() => postMessage('refused'));",
    "a request": "fetch('{url}', {{mode: 'no-cors'}}).then("
    "() => postMessage('let through'), () => postMessage('refused'));",
    "a socket": "const s = new WebSocket('{url}'.replace('http', 'ws'));"
    "s.onerror = s.onclose = () => postMessage('refused');",
    "events": "const s = new EventSource('{url}');"
    "s.onerror = () => postMessage('refused');",
    "eval": "try {{ eval('1'); postMessage('let through'); }}"
    "catch {{ postMessage('refused'); }}",
}


@pytest.fixture
def other(host: Callable[[Path], hosting.Host], published: Any) -> hosting.Host:
    """Another host: it would answer, if only it were asked."""
    return host(published.folder)


@pytest.fixture
def guarded(story: Snippet) -> Any:
    """The first snippet; that the browser reports what it refuses is no fault here."""
    yield story
    story.restore()
    story.page.wrongs.clear()


def policies(folder: Path) -> dict[Path, list[str]]:
    def of(path: Path) -> list[str]:
        page = LexborHTMLParser(path.read_text("utf-8"))
        metas = page.css("meta[http-equiv=Content-Security-Policy]")
        return [str(meta.attributes["content"]) for meta in metas]

    return {path: of(path) for path in sorted(folder.rglob("*.html"))}


def test_every_page_carries_one_and_the_same_strict_policy(published: Any) -> None:
    found = policies(published.folder)
    assert len(found) >= 9
    (policy,) = {tuple(policy) for policy in found.values()}
    assert len(policy) == 1
    rules = dict(rule.split(" ", 1) for rule in policy[0].split("; "))
    scripts = set(rules["script-src"].split())
    hashes = {source for source in scripts if source.startswith("'sha256-")}
    assert scripts - hashes == {"'self'", "'wasm-unsafe-eval'"}
    assert rules["connect-src"] == "'self' blob:"
    assert rules["object-src"] == "'none'"
    assert rules["default-src"] == "'self'"


@pytest.mark.parametrize("way", WAYS)
def test_a_snippet_reaches_no_other_host(
    guarded: Snippet, other: hosting.Host, way: str
) -> None:
    printed = guarded.run_code(WAYS[way].replace("{url}", other.url))
    assert not printed.startswith("200")
    assert other.sent == []


@pytest.mark.parametrize("way", ["pyfetch", "fetch", "open_url", "XMLHttpRequest"])
def test_what_is_refused_for_other_hosts_works_for_the_own(
    story: Snippet, published: Any, way: str
) -> None:
    """The test above can fail: these ways do ask, where they may."""
    before = len(published.host.sent)
    url = f"{published.host.url}sitemap.xml?{way}"
    assert story.run_code(WAYS[way].replace("{url}", url)) == "200\n"
    assert published.host.sent[before].path == f"/sitemap.xml?{way}"


@pytest.mark.parametrize("inside", INSIDE)
def test_a_worker_that_a_snippet_makes_is_bound_by_the_policy_too(
    guarded: Snippet, other: hosting.Host, inside: str
) -> None:
    source = INSIDE[inside].format(url=f"{other.url}main.js")
    code = MADE.format(source=source, made="url", then="pass", seconds=5)
    printed = guarded.run_code(code)
    assert printed == "answer: refused\n"
    assert other.sent == []


def test_the_page_s_own_worker_serves_nobody_who_starts_it_without_the_policy(
    guarded: Snippet, other: hosting.Host, published: Any
) -> None:
    """Started by its address it would have no policy: it must refuse."""
    own = f"{published.host.url}{browser.assemble().address}/worker.js"
    ask = f"import js\\njs.fetch('{other.url}', mode='no-cors')"
    request = f'{{"run": 1, "code": "{ask}", "filename": "x", "published": True}}'
    then = f"worker.postMessage(to_js({request}, dict_converter=js.Object.fromEntries))"
    code = MADE.format(source="", made=f"'{own}'", then=then, seconds=12)
    printed = guarded.run_code(code)
    assert other.sent == []
    assert "runs only under the policy of a page" in printed


def test_a_snippet_cannot_evaluate_javascript(guarded: Snippet) -> None:
    assert "EvalError" in guarded.run_code("import js\njs.eval('1 + 1')")
    assert "EvalError" in guarded.run_code("import js\njs.Function.new('return 1')()")


@pytest.mark.parametrize("end", ["print(words)", "raise ValueError(words)"])
def test_markup_that_is_printed_or_raised_is_text(story: Snippet, end: str) -> None:
    words = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"
    printed = story.run_code(f"words = {words!r}\n{end}")
    assert words in printed
    assert story.live.locator("img, script, b").count() == 0
    assert story.status.locator("img, script, b").count() == 0


HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="bad()">
<title>T &lt;img src=x onerror=bad()&gt;</title><desc>D</desc>
<metadata>{{"columns": ["c"], "rows": [["&lt;img src=x onerror=bad()&gt;"]]}}</metadata>
<style>@import url({url}a.css); * {{{{ display: none !important }}}}
:host {{{{ position: fixed; inset: 0; background: url({url}b.png) }}}}
rect {{{{ fill: url({url}c.svg#x) }}}} .md-header, body {{{{ opacity: 0 !important }}}}
</style><script>bad()</script><rect width="9" height="9" onclick="bad()"/>
<a href="javascript:bad()"><text>press</text></a><image href="{url}d.png"/>
<use href="{url}e.svg#x"/><feImage href="{url}f.png"/>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="{url}"/>
<img src="{url}g.png" onerror="bad()"/><form action="{url}"><button>x</button></form>
</body></foreignObject><animate onbegin="bad()" attributeName="x" dur="1s"/>
<set attributeName="onmouseover" to="bad()"/></svg>"""


@pytest.mark.parametrize("name", ["the-story", "cut-cable"])
def test_a_hostile_picture_runs_loads_and_restyles_nothing(
    cap: Any, other: hosting.Host, name: str
) -> None:
    snippet = Snippet(cap, name)
    snippet.unfold()
    cap.evaluate("() => { window.bad = () => { window.harmed = true; }; }")
    around = cap.locator(".md-header, h1, #overdraft")
    places = [part.bounding_box() for part in around.all()]
    picture = HOSTILE.format(url=other.url).replace("{{", "{").replace("}}", "}")
    snippet.write(f"print({picture!r})")
    snippet.run()
    drawn = snippet.root.locator(".sd-redrawn")
    expect(drawn).to_have_count(1)
    assert drawn.locator("rect").count() == 1
    assert (
        drawn.locator("script, iframe, a, image, img, form, foreignObject").count() == 0
    )
    attributes = """e => [...e.shadowRoot.querySelectorAll("*")].flatMap(
      inside => [...inside.attributes].map(a => a.name))"""
    assert not [a for a in drawn.evaluate(attributes) if a.startswith(("on", "href"))]
    for part in around.all():
        part.scroll_into_view_if_needed()
        assert part.evaluate("e => getComputedStyle(e).opacity") == "1"
        assert part.is_visible()
    assert snippet.root.locator(".sd-numbers img, figcaption img").count() == 0
    box = snippet.root.locator(".sd-picture").bounding_box()
    assert box["height"] < 600
    snippet.restore()
    assert [part.bounding_box() is None for part in around.all()] == [
        place is None for place in places
    ]
    cap.evaluate(LATER)
    assert cap.evaluate("window.harmed") is None
    assert other.sent == []
    cap.wrongs.clear()


# Two frames on, and after an answer to a request: what the picture would have asked for
# was asked for before.
LATER = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  await fetch("?later");
}"""
FORGED = """import js
from pyodide.ffi import to_js
def say(**answer):
    js.postMessage(to_js(answer, dict_converter=js.Object.fromEntries))
js.postMessage(None)
js.postMessage("words")
for run in range(200):
    say(run=run, kind="printed", stream="out", text="<img src=x onerror=alert(1)>")
    say(run=run, kind="printed", stream="none", text=to_js([1]))
    say(run=run, kind="started")
    say(run=run, kind="unheard of")
    say(run=run, kind="ended", ok=True, ms=None, droppedChars="many")
"""


def test_a_message_that_a_snippet_forges_does_not_break_the_page(
    story: Snippet,
) -> None:
    story.write(FORGED)
    story.run()
    assert story.root.locator(".sd-live img, .sd-status img").count() == 0
    story.press("Reset")
    assert re.fullmatch(SAME, story.run())
    assert story.page.wrongs == []


def test_a_run_whose_end_was_made_up_does_not_keep_the_next_one_waiting(
    story: Snippet,
) -> None:
    story.write(f"{FORGED}while True:\n    pass")
    story.run()
    assert story.run_code("print('served')") == "served\n"
    assert story.page.wrongs == []

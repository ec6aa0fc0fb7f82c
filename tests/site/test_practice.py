"""An exercise as its reader uses it: judged, kept, forgotten, read without scripts."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe import violations
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, watched

from sitebuild import DOCS, fences

pytestmark = pytest.mark.slow

PRACTICE = "chapters/caching/practice/"
PARTS = [
    block
    for block in fences.scan(DOCS)
    if block.path == DOCS / "chapters" / "caching" / "practice.md"
]
STUB = next(block for block in PARTS if block.kind == "exercise")
SOLUTIONS, WRONGS = (
    [block for block in PARTS if (block.kind, block.name) == (kind, STUB.name)]
    for kind in ("solution", "wrong")
)
EXERCISES = sum(block.kind == "exercise" for block in PARTS)
KEY = f"sdnotes.exercise.caching.{STUB.name}"
SOLVED = "You have solved {} of {}. This is kept in this browser, and nowhere else."
STORED = "key => localStorage.getItem(key)"
LOOP = "print('before')\nwhile True:\n    pass"
REFUSES = """() => {
  for (const name of ["getItem", "setItem", "removeItem"]) {
    const real = Storage.prototype[name];
    Storage.prototype[name] = function (key, ...more) {
      if (key.startsWith("sdnotes.")) throw new DOMException("no", "SecurityError");
      return real.call(this, key, ...more);
    };
  }
}"""


class Exercise(Snippet):
    """The first exercise of a practice page."""

    def __init__(self, page: Any) -> None:
        super().__init__(page, STUB.name)
        self.mark = self.root.locator(".sd-mark")
        self.line = page.locator(".sd-progress")
        self.forget = page.get_by_role("button", name="Forget all")

    def judged(self, code: str | None = None) -> str:
        """Press Check, after other code was written; return what is said."""
        if code is not None:
            self.write(code)
        self.press("Check")
        expect(self.status).not_to_contain_text("…", timeout=WAIT_MS)
        return self.said

    def stored(self) -> Any:
        return json.loads(self.page.evaluate(STORED, KEY) or "null")

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_load_state("networkidle")


def visit(page: Any, url: str) -> Exercise:
    page.goto(f"{url}{PRACTICE}")
    page.wait_for_load_state("networkidle")
    return Exercise(page)


@pytest.fixture(scope="module")
def shared(browser: Any, address: str) -> Iterator[Any]:
    """A tab that tests share, so that they share an interpreter."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = watched(context.new_page(), address)
    visit(page, address)
    yield page
    context.close()


@pytest.fixture
def exercise(shared: Any) -> Iterator[Exercise]:
    """The exercise of a reader who has done nothing yet."""
    shared.evaluate("localStorage.clear()")
    shared.evaluate("dispatchEvent(new StorageEvent('storage'))")
    yield Exercise(shared)
    Exercise(shared).restore()
    assert shared.wrongs == []


def test_the_untouched_code_is_unfinished_and_the_focus_stays_on_check(
    exercise: Exercise,
) -> None:
    assert exercise.judged().startswith("Unfinished: the gap `...` in line ")
    expect(exercise.button("Check")).to_be_focused()
    assert exercise.mark.text_content() == ""
    assert exercise.stored() is None


def test_wrong_answers_get_their_recorded_words(exercise: Exercise) -> None:
    for wrong in WRONGS:
        assert exercise.judged(wrong.code) == f"Wrong: {wrong.recorded}"
        assert exercise.mark.text_content() == ""
        assert not exercise.stored()["passed"]


def test_each_solution_passes_and_the_exercise_is_marked_as_solved(
    exercise: Exercise,
) -> None:
    for solution in SOLUTIONS:
        assert exercise.judged(solution.code) == "Passed."
    assert exercise.mark.text_content() == "Solved"
    expect(exercise.line).to_contain_text(SOLVED.format(1, EXERCISES))
    kept = exercise.stored()
    assert kept.pop("of")
    assert kept == {"passed": True, "code": SOLUTIONS[-1].code}
    exercise.judged(WRONGS[0].code)
    assert exercise.mark.text_content() == "Solved"


def test_an_error_of_the_answer_is_told_with_its_line_and_as_text(
    exercise: Exercise,
) -> None:
    code = f"print('mine')\n{SOLUTIONS[0].code}\nraise ValueError('<b>bold</b>')"
    line = code.count("\n") + 1
    said = exercise.judged(code)
    assert said == f"Failed in line {line}: ValueError: <b>bold</b>"
    assert exercise.printed.startswith("mine\n")
    assert "Traceback (most recent call last):\n" in exercise.printed
    assert f'File "{STUB.name}.py", line {line}, in <module>' in exercise.printed
    said = exercise.judged(f"{SOLUTIONS[0].code}\nif:")
    assert said == f"Failed in line {line - 1}: SyntaxError: invalid syntax"


def test_run_runs_and_judges_nothing(exercise: Exercise) -> None:
    exercise.write("print('mine')")
    assert exercise.run().endswith(" ms.")
    assert exercise.printed == "mine\n"
    assert exercise.differing == []


def test_an_answer_that_never_ends_can_be_stopped_and_the_next_is_judged(
    exercise: Exercise,
) -> None:
    exercise.write(LOOP)
    exercise.press("Check")
    expect(exercise.live).to_have_text("before", timeout=WAIT_MS)
    expect(exercise.status).to_have_text("Checking…")
    exercise.press("Stop")
    expect(exercise.status).to_have_text("Stopped.")
    assert exercise.judged(SOLUTIONS[0].code) == "Passed."


def test_what_one_answer_spoils_does_not_count_against_the_next(
    exercise: Exercise,
) -> None:
    spoil = "import builtins, itertools, sdnotes.caching\n"
    spoil += "builtins.range = builtins.len = itertools.product = None\n"
    spoil += "sdnotes.caching.LRUCache = None\n1 / 0"
    assert exercise.judged(spoil).startswith("Failed in line 4: ZeroDivisionError")
    assert exercise.judged(SOLUTIONS[0].code) == "Passed."


def test_an_answer_is_judged_by_keyboard_alone(exercise: Exercise) -> None:
    keys = exercise.page.keyboard
    exercise.button("Edit").focus()
    keys.press("Enter")
    expect(exercise.editor).to_be_focused()
    keys.press("Control+a")
    keys.insert_text(SOLUTIONS[0].code)
    keys.press("Escape")
    for _ in range(2):
        keys.press("Tab")
    expect(exercise.button("Check")).to_be_focused()
    keys.press("Enter")
    expect(exercise.status).to_have_text("Passed.", timeout=WAIT_MS)
    expect(exercise.button("Check")).to_be_focused()


def test_a_reload_keeps_what_was_solved_and_written_and_runs_nothing(
    tab: Callable[..., Any], address: str
) -> None:
    exercise = Exercise(tab(f"{address}{PRACTICE}"))
    expect(exercise.line).to_contain_text(SOLVED.format(0, EXERCISES))
    expect(exercise.forget).to_have_count(0)
    exercise.judged(SOLUTIONS[0].code)
    exercise.reload()
    assert exercise.said == ""
    assert exercise.mark.text_content() == "Solved"
    assert not [w for w in exercise.page.workers if w.url.startswith("blob:")]
    said = exercise.judged()
    assert said.startswith("Unfinished: ")
    assert said.endswith(" What you wrote before is behind “Show my edit”.")
    exercise.press("Show my edit")
    expect(exercise.editor).to_be_focused()
    assert exercise.code == SOLUTIONS[0].code
    kept = {**exercise.stored(), "of": "another"}
    exercise.page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(kept)]
    )
    exercise.reload()
    assert exercise.mark.text_content() == "Changed since you solved it"
    expect(exercise.line).to_contain_text(SOLVED.format(0, EXERCISES))
    exercise.press("Show my edit")
    expect(exercise.editor).to_be_focused()
    assert exercise.code == SOLUTIONS[0].code
    assert exercise.page.wrongs == []


def test_what_is_solved_in_one_tab_is_told_in_another_until_all_is_forgotten(
    tab: Callable[..., Any], address: str
) -> None:
    here = Exercise(tab(f"{address}{PRACTICE}"))
    there = visit(watched(here.page.context.new_page(), address), address)
    here.judged(SOLUTIONS[0].code)
    expect(there.mark).to_have_text("Solved")
    asked: list[str] = []
    answers = ["dismiss", "accept"]

    def ask(dialog: Any) -> None:
        asked.append(dialog.message)
        getattr(dialog, answers[len(asked) - 1])()

    there.page.on("dialog", ask)
    there.forget.click()
    expect(there.mark).to_have_text("Solved")
    there.forget.click()
    expect(there.mark).to_have_text("")
    expect(there.forget).to_be_focused()
    expect(here.mark).to_have_text("")
    assert len(asked) == 2
    assert here.stored() is None
    assert here.page.wrongs == there.page.wrongs == []


def test_a_browser_that_refuses_to_keep_anything_is_told_and_judges_all_the_same(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(address)
    page.add_init_script(f"({REFUSES})()")
    exercise = visit(page, address)
    assert exercise.judged(SOLUTIONS[0].code) == "Passed."
    assert exercise.mark.text_content() == "Solved"
    expect(exercise.line).to_contain_text("not kept in this browser")
    exercise.reload()
    assert exercise.mark.text_content() == ""
    assert page.wrongs == []


def test_without_scripts_all_is_there_to_be_read_and_a_shell_can_judge(
    browser: Any, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    exercise = visit(page, address)
    expect(exercise.root.locator(".sd-shell")).to_contain_text(
        f"python -m sitebuild exercise {STUB.name} answer.py"
    )
    expect(exercise.bar).to_be_hidden()
    expect(exercise.line).to_be_hidden()
    judged = page.locator(f"[data-sd-check={STUB.name}]")
    judged.locator("summary").click()
    expect(judged.locator("code")).to_contain_text("def check(yours):")
    context.close()


def test_with_scripts_the_shell_is_not_spoken_of(exercise: Exercise) -> None:
    expect(exercise.root.locator(".sd-shell")).to_be_hidden()


SIZES = """() => [...document.querySelectorAll(
    ":is(.sd-exercise, .sd-progress) .sd-button, :is(.hint, .sd-fold) > summary"
  )].filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect())
  .map(box => Math.min(box.width, box.height))"""


@pytest.mark.parametrize(("touch", "least_px"), [(False, 24), (True, 44)])
def test_what_is_pressed_is_large_enough(
    tab: Callable[..., Any], address: str, touch: bool, least_px: int
) -> None:
    phone = {"has_touch": touch, "is_mobile": touch}
    exercise = Exercise(tab(f"{address}{PRACTICE}", 390, **phone))
    exercise.write(WRONGS[0].code)
    sizes = exercise.page.evaluate(SIZES)
    assert len(sizes) >= 10
    assert min(sizes) >= least_px


STATES = {
    "wrong": WRONGS[0].code,
    "failed": "print('before')\n1 / 0",
    "passed": SOLUTIONS[0].code,
}


@pytest.fixture(scope="module")
def open_all(browser: Any, address: str) -> Iterator[Exercise]:
    """A tab in which axe may change the page, with all unfolded."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    exercise = visit(watched(context.new_page(), address), address)
    unfold = (
        "() => document.querySelectorAll('details').forEach(d => { d.open = true; })"
    )
    exercise.page.evaluate(unfold)
    yield exercise
    context.close()


@pytest.mark.parametrize("state", ["untouched", "unfinished", *STATES])
def test_axe_finds_no_fault_in_any_state(open_all: Exercise, state: str) -> None:
    if state == "unfinished":
        open_all.judged()
    elif state in STATES:
        open_all.judged(STATES[state])
    width = 390 if state == "passed" else 1440
    open_all.page.set_viewport_size({"width": width, "height": 900})
    within = "html" if state == "untouched" else f"#{STUB.name}"
    assert violations(open_all.page, "light", within=within) == []
    assert violations(open_all.page, "dark", within=within) == []

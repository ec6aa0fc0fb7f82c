"""What axe-core finds on a page as it stands in a tab."""

from typing import Any

from playwright.sync_api import expect

from sitebuild.browser.node import WEB

# The theme names its own landmarks, some alike: a button's box in every block of code,
# a list of contents for each of two headings of one name, or for one that is called as
# the theme's search is. All else of a page counts.
_RUN = """async ([within, options]) => (await axe.run(within, options)).violations
  .flatMap(v => v.nodes.filter(n => v.id !== "landmark-unique" ||
    !document.querySelector(n.target[0])
      .matches(".md-code__nav, .md-nav, .md-search__options"))
  .map(n => `${v.id}: ${n.target} ${n.failureSummary.split("\\n")[1] ?? ""}`))"""
# A page has thousands of coloured words of code in some twenty colours: of those in
# one colour, on one ground, all stand or fall together, so that one of them is enough.
# So do blocks, rows and items on one ground that are alike in all but their words: two
# stay. Headings stay, whose order is judged.
_ONE_OF_EACH = """() => {
  const seen = new Map();
  const times = kind => (seen.set(kind, (seen.get(kind) ?? 0) + 1), seen.get(kind));
  const WORDS = ".highlight code span[class], .linenos span[class]";
  for (const word of document.querySelectorAll(WORDS)) {
    if (word.firstElementChild || word.closest(".sd-live, .cm-editor")) continue;
    const hold = [word.className];
    for (let up = word.parentElement; up; up = up.parentElement) {
      if (up.className) hold.push(up.className.toString());
      if (up.matches(".highlight")) break;
    }
    if (times(hold.join(" < ")) > 1) word.replaceWith(...word.childNodes);
  }
  document.body.normalize();
  const VALUES = new Set(["class", "role", "style", "type"]);
  const shapes = new Map();
  const shape = node => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "words" : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const has = [...node.attributes].filter(a => a.name !== "id").map(a =>
      a.name + (VALUES.has(a.name) ? a.value : a.value.trim() && "something"));
    const parts = [...node.childNodes].map(shape).filter(Boolean).join();
    const own = `<${node.tagName} ${has.sort().join(" ")}>${parts}</>`;
    shapes.set(node, own);
    return own;
  };
  shape(document.body);
  const thin = (node, ground) => {
    const below = `${ground} < ${node.tagName} ${node.getAttribute("class") ?? ""}`;
    for (const part of [...node.children]) {
      const around = `${below} ${shapes.get(part)}`;
      const whole = part.matches("li, tr, p, pre, div, details, figure") &&
        !part.querySelector("h1, h2, h3, h4, h5, h6, .sd-live, .cm-editor");
      if (whole && times(around) > 2) part.remove();
      else thin(part, below);
    }
  };
  thin(document.body, "");
}"""
_ALL_RULES = {"resultTypes": ["violations"]}
_COLOURS = _ALL_RULES | {"runOnly": ["color-contrast"]}


def show_in(page: Any, scheme: str) -> None:
    """Switch a page to light or dark, by hand as its reader does."""
    body = page.locator("body")
    wanted = "default" if scheme == "light" else "slate"
    if body.get_attribute("data-md-color-scheme") != wanted:
        page.locator(f"label[title={scheme.capitalize()}]").click()
    expect(body).to_have_attribute("data-md-color-scheme", wanted)
    page.locator("body:not([data-md-color-switching])").wait_for()


def violations(
    page: Any, scheme: str, *, thin: bool = False, within: str = "html"
) -> list[str]:
    """Return what axe finds in light, and what of the colours it finds in dark.

    A thinned page keeps one word of code of each colour, and two of what is alike: it
    is not used further. ``within`` is for a page that was looked at as a whole before.
    """
    page.emulate_media(reduced_motion="reduce")
    show_in(page, scheme)
    if not page.evaluate("'axe' in window"):
        axe = WEB / "node_modules" / "axe-core" / "axe.min.js"
        page.evaluate(axe.read_text("utf-8"))
        # What is out of sight keeps its old colours until seen; axe sees all of it.
        page.add_style_tag(content="*{content-visibility:visible !important}")
        if thin:
            page.evaluate(_ONE_OF_EACH)
    rules = _ALL_RULES if scheme == "light" else _COLOURS
    return list(page.evaluate(_RUN, [within, rules]))

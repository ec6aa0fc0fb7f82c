// What stands above code that came with a link, until the reader has decided.
import { button, make } from "./dom.ts";

const WORDS =
	"This code came with the link and is not what was published: read it before " +
	"you run it. It runs inside this page, and sends nothing anywhere.";

/** Return the notice; it is in focus itself, so that no key presses its buttons. */
export function noticeOf(run: () => void, back: () => void): HTMLElement {
	return make(
		"div",
		{
			class: "sd-notice",
			role: "group",
			tabindex: "-1",
			"aria-label": "Code from a link",
		},
		make("p", {}, WORDS),
		button("Run this code", "Run the code of the link", run),
		button("Show the published code", "Drop the code of the link", back),
	);
}

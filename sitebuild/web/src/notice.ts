// What stands above code when a link brings some, until the reader has decided.
import { button, make } from "./dom.ts";

const WORDS =
	"This code came with the link and is not what was published: read it before " +
	"you run it. It runs inside this page, and sends nothing anywhere.";

const ASKING =
	"You have changed this code, and the link that you followed holds other code for it. " +
	"To show the link's would undo your changes.";

/** A notice is in focus itself, so that no key presses its buttons. */
function noticed(name: string, words: string, ...buttons: HTMLElement[]): HTMLElement {
	const attributes = { role: "group", tabindex: "-1", "aria-label": name };
	return make(
		"div",
		{ class: "sd-notice", ...attributes },
		make("p", {}, words),
		...buttons,
	);
}

/** Return what stands above code that nobody has read, with what to do about it. */
export function noticeOf(run: () => void, back: () => void): HTMLElement {
	return noticed(
		"Code from a link",
		WORDS,
		button("Run this code", "Run the code of the link", run),
		button("Show the published code", "Drop the code of the link", back),
	);
}

/** Whether a link's code may take the place of what the reader wrote. */
export class Question {
	readonly element: HTMLElement;
	readonly answer: Promise<boolean>;
	#settle: (yes: boolean) => void = () => {};

	constructor() {
		this.answer = new Promise((resolve) => {
			this.#settle = resolve;
		});
		this.element = noticed(
			"Your code or the link's",
			ASKING,
			button("Keep mine", "Keep what you wrote", () => this.settle(false)),
			button("Show the link's", "Undo what you wrote", () => this.settle(true)),
		);
	}

	settle(yes: boolean): void {
		this.element.remove();
		this.#settle(yes);
	}
}

/** Open the details of a snippet or figure that its code may be in. */
export function unfold(element: HTMLElement): void {
	const details = element.querySelector<HTMLDetailsElement>("details:has(.sd-bar)");
	if (details) {
		details.open = true;
	}
}

/** Put a notice above the code of a snippet, and the reader before it. */
export function present(notice: HTMLElement, element: HTMLElement, code: Element): void {
	unfold(element);
	code.before(notice);
	element.scrollIntoView({ block: "start" });
	notice.focus({ preventScroll: true });
}

// Small pieces of the page, made from text and never from markup.

type Children = (Node | string)[];

/** Return an element with attributes (an empty string for a bare one) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	attributes: Record<string, string> = {},
	...children: Children
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		element.setAttribute(name, value);
	}
	element.append(...children);
	return element;
}

/** Return a button that does one thing. */
export function button(
	words: string,
	title: string,
	act: (click: MouseEvent) => void,
	kind = "",
): HTMLButtonElement {
	const made = make("button", {
		type: "button",
		class: `sd-button ${kind}`.trim(),
		title,
	});
	made.append(words);
	made.addEventListener("click", act);
	return made;
}

/** Let the browser save text as a file. */
export function save(text: string, type: string, name: string): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	make("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * Put text on the clipboard, and say `done` of it; where that is refused, show it in
 * `status` to be copied. Rejects when the text does not come.
 */
export async function copy(
	text: string | Promise<string>,
	status: HTMLElement,
	done: (text: string) => string,
): Promise<void> {
	const coming = Promise.resolve(text);
	try {
		// At once, with a text that is yet to come: after a wait, Safari no longer takes it
		// for something that the reader's click has asked for.
		const blob = coming.then((words) => new Blob([words], { type: "text/plain" }));
		blob.catch(() => {}); // it is told below
		await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
		status.textContent = done(await coming);
	} catch {
		const words = await coming;
		const field = make("input", { type: "text", readonly: "", "aria-label": "The link" });
		field.value = words;
		status.replaceChildren("Copy it from here: ", field);
		field.select();
	}
}

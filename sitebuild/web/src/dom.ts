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

/** Put text on the clipboard; where that is refused, show it in `status` to be copied. */
export async function copy(
	text: string,
	status: HTMLElement,
	done: string,
): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		status.textContent = done;
	} catch {
		const field = make("input", { type: "text", readonly: "", "aria-label": "The link" });
		field.value = text;
		status.replaceChildren("Copy it from here: ", field);
		field.select();
	}
}

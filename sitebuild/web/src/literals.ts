// The literals of the code that a page shows: changed in place, so that what is copied is
// what ran, and put back as they were.
import type { Knob } from "./settings.ts";

export class Literals {
	#code: Element;
	#shown: Map<string, string>;
	#before = new Map<Text, string>();

	constructor(code: Element, knobs: readonly Knob[]) {
		this.#code = code;
		this.#shown = new Map(knobs.map(({ name, published }) => [name, published]));
	}

	/** Show another literal in the place of a knob's. */
	put({ name, line, start }: Knob, value: string): void {
		const now = this.#shown.get(name) ?? "";
		const above = (this.#code.textContent ?? "").split("\n").slice(0, line - 1);
		const from = above.reduce((sum, text) => sum + text.length + 1, 0) + start;
		const to = from + now.length;
		let at = 0;
		const texts = document.createTreeWalker(this.#code, NodeFilter.SHOW_TEXT);
		for (let next = texts.nextNode(); next && at < to; next = texts.nextNode()) {
			const node = next as Text;
			const { data } = node;
			const end = at + data.length;
			if (end > from) {
				// A minus sign is a word of its own: the last word takes the whole literal.
				const tail = end < to ? "" : value + data.slice(to - at);
				this.#before.set(node, this.#before.get(node) ?? data);
				node.data = data.slice(0, Math.max(from - at, 0)) + tail;
			}
			at = end;
		}
		this.#shown.set(name, value);
	}

	/** Show the published literals again. */
	restore(knobs: readonly Knob[]): void {
		for (const [node, data] of this.#before) {
			node.data = data;
		}
		this.#before.clear();
		this.#shown = new Map(knobs.map(({ name, published }) => [name, published]));
	}
}

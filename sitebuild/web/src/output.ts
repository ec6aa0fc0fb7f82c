// What a run prints, as it comes and, at its end, beside what was published.
import { type Comparison, compared, type Line, normalised } from "./compare.ts";
import { make } from "./dom.ts";
import type { Stream } from "./protocol.ts";

/** Return lines as elements, one for each run of them: thousands take long to lay out. */
function marked(lines: Line[]): HTMLElement[] {
	const runs: { text: string; differs: boolean }[] = [];
	for (const { text, differs } of lines) {
		const last = runs.at(-1);
		if (last?.differs === differs) {
			last.text += `${text}\n`;
		} else {
			runs.push({ text: `${text}\n`, differs });
		}
	}
	return runs.map(({ text, differs }) =>
		make("span", { class: differs ? "sd-line sd-differs" : "sd-line" }, text),
	);
}

/** The box under a snippet in which a run's output appears. */
export class Output {
	readonly element: HTMLElement;
	#code = make("code", { tabindex: "0", role: "group", "aria-label": "Output" });
	#out = "";
	#err = "";
	/** Whether nothing of it is seen until it is whole. */
	readonly isCalm: boolean;

	constructor(isCalm = false) {
		this.isCalm = isCalm;
		const pre = make("pre", {}, this.#code);
		this.element = make("div", { class: "result sd-live" }, pre);
	}

	get out(): string {
		return this.#out;
	}

	get text(): string {
		return this.#out + this.#err;
	}

	print(stream: Stream, text: string): void {
		if (stream === "out") {
			this.#out += text;
			this.#code.append(text);
		} else {
			this.#err += text;
			this.#code.append(make("span", { class: "sd-err" }, text));
		}
	}

	/** Mark the printed lines that were not published, and return how they compare. */
	compare(published: string): Comparison {
		const result = compared(normalised(this.text), normalised(published));
		if (!result.same && this.#err === "") {
			this.#code.replaceChildren(...marked(result.lines));
		}
		return result;
	}

	/** Leave only what went to the error stream: the rest is shown as a picture. */
	keepErrors(): void {
		this.#code.replaceChildren(make("span", { class: "sd-err" }, this.#err));
		this.element.hidden = this.#err === "";
	}

	/** Show a picture instead of its text. */
	draw(picture: HTMLElement): void {
		this.keepErrors();
		this.element.hidden = false;
		this.element.prepend(make("div", { class: "sd-picture" }, picture));
		if (this.#err === "") {
			this.#code.parentElement?.remove();
		}
	}
}

// What a run prints, as it comes and, at its end, beside what was published.
import { type Comparison, compared, normalised } from "./compare.ts";
import { make } from "./dom.ts";
import type { Stream } from "./protocol.ts";

/** The box under a snippet in which a run's output appears. */
export class Output {
	readonly element: HTMLElement;
	#code = make("code", { tabindex: "0", role: "region", "aria-label": "Output" });
	#out = "";
	#err = "";

	constructor() {
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
			const lines = result.lines.map(({ text, differs }) =>
				make("span", { class: differs ? "sd-line sd-differs" : "sd-line" }, `${text}\n`),
			);
			this.#code.replaceChildren(...lines);
		}
		return result;
	}

	/** Show a picture instead of its text. */
	draw(picture: HTMLElement): void {
		this.element.replaceChildren(make("div", { class: "sd-picture" }, picture));
	}
}

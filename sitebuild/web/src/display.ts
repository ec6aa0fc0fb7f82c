// Where a snippet's output is shown: below its code, or in its figure.
import { comparisonInWords } from "./compare.ts";
import { figureIn, picture } from "./figure.ts";
import type { FigureView } from "./figureview.ts";
import type { Output } from "./output.ts";

export class Display {
	#bar: HTMLElement;
	#result: HTMLElement | null;
	#figure: FigureView | null;
	#published: string;
	#compares: boolean;
	#output: Output | null = null;

	/** Where nothing is compared, any output is as good as the published one. */
	constructor(
		element: HTMLElement,
		bar: HTMLElement,
		figure: FigureView | null,
		compares = true,
	) {
		this.#compares = compares;
		this.#bar = bar;
		this.#result = element.querySelector<HTMLElement>(".result");
		this.#figure = figure;
		this.#published = this.#result?.querySelector("code")?.textContent ?? "";
	}

	get hasOutput(): boolean {
		return this.#output !== null;
	}

	isAsPublished(output: Output): boolean {
		const drawn = figureIn(output.out);
		return this.#figure
			? drawn !== null && this.#figure.compare(drawn).same
			: output.compare(this.#published).same;
	}

	/** A run has begun: show its output as it comes, or the one before until its end. */
	begin(output: Output): void {
		if (output.isCalm) {
			this.#setBusy(true);
		} else {
			this.#show(output);
		}
	}

	/** A run has come to its end; return how its output compares, in words. */
	end(output: Output, ok: boolean): { verdict: string; spoken: string } {
		if (output.isCalm) {
			this.#swap(output);
		}
		output.element.hidden = output.text === "";
		const drawn = figureIn(output.out);
		const verdict = this.#verdict(output, ok);
		if (drawn && !this.#figure) {
			output.draw(picture(drawn.svg));
		}
		const spoken = drawn ? drawn.description : output.text.slice(0, 300);
		return { verdict, spoken: spoken || "none" };
	}

	#verdict(output: Output, ok: boolean): string {
		if (this.#figure) {
			return this.#figure.verdict(output, ok);
		}
		return this.#compares ? comparisonInWords(output.compare(this.#published)) : "";
	}

	/** A run has been broken off: show what it had printed, if that is anything. */
	breakOff(output: Output): void {
		if (output.isCalm && output.text === "") {
			this.#setBusy(false);
			return;
		}
		if (output.isCalm) {
			this.#swap(output);
		}
		output.element.hidden = output.text === "";
	}

	#setBusy(isBusy: boolean): void {
		const shown = this.#output?.element ?? this.#result;
		if (this.#figure) {
			this.#figure.setBusy(isBusy);
		} else if (shown) {
			shown.ariaBusy = isBusy ? "true" : null;
		}
	}

	/** Put a whole output in the place of another, which takes no less room than it. */
	#swap(output: Output): void {
		this.#setBusy(false);
		const before = this.#output?.element ?? this.#result;
		const height = before?.offsetHeight ?? 0;
		this.#figure?.holdHeight();
		this.#show(output);
		if (this.#figure === null) {
			output.element.style.minHeight = `${height}px`;
		}
	}

	#show(output: Output): void {
		this.#output?.element.remove();
		this.#output = output;
		if (this.#figure === null && this.#result) {
			this.#result.hidden = true;
		}
		(this.#result ?? this.#bar).after(output.element);
		output.element.hidden = this.#figure !== null;
	}

	/** Show the published output again. */
	reset(): void {
		this.#setBusy(false);
		this.#output?.element.remove();
		this.#output = null;
		if (this.#result) {
			this.#result.hidden = false;
		}
		this.#figure?.restore();
		this.#figure?.letGoOfHeight();
	}

	leave(): void {
		this.#figure?.leave();
	}
}

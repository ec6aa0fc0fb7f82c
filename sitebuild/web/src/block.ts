// One snippet on the page: its buttons, its editor, its runs.
import { inWords } from "./compare.ts";
import { button, copy, make } from "./dom.ts";
import type { Editor } from "./editor.ts";
import { figureIn, picture } from "./figure.ts";
import type { FigureView } from "./figureview.ts";
import { type End, LIMIT_S, renew, submit, waitsFor } from "./interpreter.ts";
import { Output } from "./output.ts";
import { fragmentOf, LinkError } from "./share.ts";

const STOPPED = {
	reader: "Stopped.",
	limit: `Stopped after ${LIMIT_S} s: what runs in a page must end by then.`,
	left: "Stopped, because the page was left.",
};

const NO_EDITOR = "The editor could not be fetched. Press Edit to try again.";

let attempts = 0;
let editorModule: Promise<typeof import("./editor.ts")> | null = null;

/** Fetch the editor; a failed download is asked for anew by the next call. */
function loadEditor(): Promise<typeof import("./editor.ts")> {
	const url = new URL(`editor.js?${attempts++}`, import.meta.url).href;
	editorModule ??= import(url).catch((error) => {
		editorModule = null;
		throw error;
	});
	return editorModule;
}

/** Return the address of a place on this page. */
export const linkTo = (fragment: string): string =>
	`${location.href.split("#")[0]}${fragment}`;

export class Block {
	readonly name: string;
	readonly element: HTMLElement;
	#bar: HTMLElement;
	#source: HTMLElement;
	#published: { code: string; output: string };
	#result: HTMLElement | null;
	#figure: FigureView | null;
	#output: Output | null = null;
	#editor: Editor | null = null;
	#notice: HTMLElement | null = null;
	#stop: (() => void) | null = null;
	#status = make("span", { class: "sd-status", role: "status" });
	#run = button("Run", "Run this code here", () => this.#runOrStop(), "sd-run");
	#edit = button("Edit", "Change this code here", () => void this.edit());
	#reset = button("Reset", "Show what was published again", () => this.reset());
	#share = button("Share", "Copy a link that holds this code", () => void this.#link());

	constructor(element: HTMLElement, bar: HTMLElement, figure: FigureView | null) {
		this.element = element;
		this.name = element.dataset.sdName ?? "";
		this.#bar = bar;
		this.#source =
			element.querySelector<HTMLElement>(".language-py.highlight") ?? element;
		this.#result = element.querySelector<HTMLElement>(".result");
		this.#figure = figure;
		const text = (inside: Element | null) =>
			inside?.querySelector("code")?.textContent ?? "";
		this.#published = { code: text(this.#source).trimEnd(), output: text(this.#result) };
		const link = button("Link", "Copy a link to this snippet", () => {
			void copy(linkTo(`#${element.id}`), this.#status, "Link copied.");
		});
		const left = make("span", { class: "sd-left" }, this.#run, this.#edit, this.#reset);
		const right = figure ? [this.#share] : [this.#share, link];
		bar.replaceChildren(
			left,
			make("span", { class: "sd-right" }, ...right),
			this.#status,
		);
		this.#arrange();
	}

	get code(): string {
		return (this.#editor?.code() ?? this.#published.code).trimEnd();
	}

	#arrange(): void {
		const running = this.#stop !== null;
		this.#run.textContent = running ? "Stop" : "Run";
		this.#run.title = running ? "Stop this run" : "Run this code here";
		this.#run.classList.toggle("sd-stop", running);
		this.#edit.hidden = this.#editor !== null;
		this.#reset.hidden = this.#editor === null && this.#output === null;
		this.#share.hidden = this.#editor === null;
	}

	#say(words: string, unseen = ""): void {
		this.#status.textContent = words;
		if (unseen !== "") {
			this.#status.append(make("span", { class: "sd-unseen" }, unseen));
		}
	}

	#runOrStop(): void {
		if (this.#stop) {
			this.#stop();
		} else {
			this.run();
		}
	}

	/** Run what the editor holds, or the published code. */
	run(): void {
		if (this.#stop) {
			return;
		}
		this.#dismiss();
		this.#start(this.code);
	}

	#start(code: string): void {
		const published = code === this.#published.code;
		const output = new Output();
		this.#stop = submit({
			code,
			published,
			filename: `${this.name}.py`,
			onStart: () => {
				this.#say("Running…");
				this.#show(output);
			},
			onPrint: (stream, text) => output.print(stream, text),
			onEnd: (end) => {
				this.#stop = null;
				const stale = end.kind === "ended" && !end.fresh;
				if (published && stale && !this.#isAsPublished(output, end)) {
					// Edited code ran in this interpreter before: judge in a fresh one, and
					// this very code, whatever the editor holds by now.
					renew();
					this.#start(code);
					return;
				}
				this.#ended(output, end);
				this.#arrange();
			},
		});
		this.#say(waitsFor());
		this.#arrange();
	}

	#isAsPublished(output: Output, end: End): boolean {
		return end.kind !== "ended" || (end.ok && this.#comparison(output).same);
	}

	#comparison(output: Output) {
		const drawn = figureIn(output.out);
		return this.#figure && drawn
			? this.#figure.compare(drawn)
			: output.compare(this.#published.output);
	}

	#show(output: Output): void {
		this.#output?.element.remove();
		this.#output = output;
		if (this.#figure === null && this.#result) {
			this.#result.hidden = true;
		}
		this.#bar.after(output.element);
		output.element.hidden = this.#figure !== null;
		this.#arrange();
	}

	#ended(output: Output, end: End): void {
		if (end.kind === "failed") {
			this.#say(`Python could not run: ${end.message}. Press Run to try again.`);
			return;
		}
		if (end.kind === "stopped") {
			output.element.hidden = output.text === "";
			this.#say(STOPPED[end.after]);
			return;
		}
		const words = [
			`${end.ok ? "Ran" : "Ended with an error"} in ${Math.ceil(end.ms)} ms.`,
		];
		const drawn = figureIn(output.out);
		if (drawn && this.#figure) {
			const comparison = this.#figure.draw(drawn);
			words.push(inWords(comparison, "row"));
		} else {
			output.element.hidden = output.text === "";
			const comparison = output.compare(this.#published.output);
			if (drawn) {
				output.draw(picture(drawn.svg));
			}
			if (end.ok && this.#figure) {
				words.push("It printed no figure.");
			} else if (end.ok) {
				words.push(inWords(comparison));
			}
		}
		if (end.droppedChars > 0) {
			words.push(
				`${end.droppedChars.toLocaleString("en")} more characters are not shown.`,
			);
		}
		const spoken = drawn ? drawn.description : output.text.slice(0, 300);
		this.#say(words.join(" "), ` Output: ${spoken || "none"}`);
	}

	/** Open the editor with the published code, or with other code. */
	async edit(code = this.code, label = `Code of ${this.name}`): Promise<boolean> {
		let module: typeof import("./editor.ts");
		try {
			module = await loadEditor();
		} catch {
			this.#say(NO_EDITOR);
			return false;
		}
		if (this.#status.textContent === NO_EDITOR) {
			this.#say("");
		}
		this.#editor?.element.remove();
		this.#editor?.destroy();
		const changed = () => this.#say("");
		this.#editor = module.openEditor(code, label, () => this.run(), changed);
		this.#source.hidden = true;
		this.#source.after(this.#editor.element);
		this.#arrange();
		this.#editor.focus();
		return true;
	}

	/** Show code that came with a link, and ask before it runs. */
	async offer(code: string): Promise<void> {
		// Nothing of an earlier run or link may stand beside code that nobody has read.
		this.reset();
		const details =
			this.element.querySelector<HTMLDetailsElement>("details:has(.sd-bar)");
		if (details) {
			details.open = true;
		}
		if (!(await this.edit(code, `Code from a link, for ${this.name}`))) {
			return;
		}
		const words =
			"This code came with the link and is not what was published: read it before " +
			"you run it. It runs inside this page, and sends nothing anywhere.";
		const run = button("Run this code", "Run the code of the link", () => {
			this.#run.focus();
			this.run();
		});
		const back = button("Show the published code", "Drop the code of the link", () =>
			this.reset(),
		);
		this.#notice = make(
			"div",
			{ class: "sd-notice", role: "group" },
			make("p", {}, words),
		);
		this.#notice.setAttribute("aria-label", "Code from a link");
		this.#notice.append(run, back);
		this.#source.before(this.#notice);
		this.element.scrollIntoView({ block: "start" });
		run.focus({ preventScroll: true });
	}

	#dismiss(): void {
		if (this.#notice?.contains(document.activeElement)) {
			this.#run.focus();
		}
		this.#notice?.remove();
		this.#notice = null;
	}

	/** Show the published code and output again. */
	reset(): void {
		this.#stop?.();
		this.#dismiss();
		this.#editor?.element.remove();
		this.#editor?.destroy();
		this.#editor = null;
		this.#source.hidden = false;
		this.#output?.element.remove();
		this.#output = null;
		if (this.#result) {
			this.#result.hidden = false;
		}
		this.#figure?.restore();
		this.#say("");
		this.#arrange();
		this.#edit.focus();
	}

	async #link(): Promise<void> {
		try {
			const fragment = await fragmentOf({ name: this.name, code: this.code });
			const done = `Link copied: ${fragment.length} characters that hold the code itself.`;
			await copy(linkTo(fragment), this.#status, done);
		} catch (error) {
			this.#say(error instanceof LinkError ? error.message : String(error));
		}
	}

	/** Let go of everything: the page has moved on. */
	leave(): void {
		this.#stop?.();
		this.#editor?.destroy();
		this.#figure?.leave();
	}
}

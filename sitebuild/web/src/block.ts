// One snippet on the page: its buttons, its editor, and what shows its runs.
import { Display } from "./display.ts";
import { copy } from "./dom.ts";
import type { Editor } from "./editor.ts";
import type { Exercise } from "./exercise.ts";
import type { FigureView } from "./figureview.ts";
import { type End, type Interpreter, STOPPED, sentences } from "./interpreter.ts";
import { jobsOf } from "./jobs.ts";
import { type Draft, draftOf } from "./kept.ts";
import { loadEditor, NO_EDITOR } from "./lazy.ts";
import { noticeOf, present, Question, unfold } from "./notice.ts";
import { Output } from "./output.ts";
import { isGone, RELOAD } from "./release.ts";
import { Runs } from "./runs.ts";
import { fragmentOf, LinkError, linkTo } from "./share.ts";
import { Toolbar } from "./toolbar.ts";
import { Turning } from "./turning.ts";

export class Block {
	readonly name: string;
	readonly element: HTMLElement;
	#source: HTMLElement;
	#published: string;
	#display: Display;
	#exercise: Exercise | null;
	#draft: Draft;
	#editor: Editor | null = null;
	#notice: HTMLElement | null = null;
	#question: Question | null = null;
	/** What a link brought last: as it came, it is nobody's work. */
	#linked = "";
	#runs: Runs<Output>;
	#opening = false;
	#tools: Toolbar;
	/** What turns its knobs, if it has any. */
	readonly knobs: Turning | null;

	constructor(
		element: HTMLElement,
		bar: HTMLElement,
		figure: FigureView | null,
		interpreter: Interpreter,
		exercise: Exercise | null = null,
	) {
		this.element = element;
		this.name = element.dataset.sdName ?? "";
		this.#source =
			element.querySelector<HTMLElement>(".language-py.highlight") ?? element;
		this.#exercise = exercise;
		this.#draft = exercise?.draft ?? draftOf(this.name);
		// What an exercise begins with is there to be changed, and so is what it prints.
		this.#display = new Display(element, bar, figure, exercise === null);
		const code = this.#source.querySelector("code");
		this.#published = (code?.textContent ?? "").trimEnd();
		this.knobs = this.#turning(code, interpreter);
		this.#runs = new Runs(
			interpreter,
			this.name,
			this.#published,
			{
				open: () => new Output(this.#isCalm),
				say: (words) => this.#say(words),
				show: (output) => this.#display.begin(output),
				passed: (output) => output.isCalm && this.#display.end(output, true),
				ended: (output, end) => this.#ended(output, end),
				isAsPublished: (output) => this.#display.isAsPublished(output),
				changed: () => this.#arrange(),
			},
			jobsOf(element, this.#published),
		);
		const id = figure ? null : element.id;
		this.#tools = new Toolbar(bar, id, {
			runOrStop: () => (this.#runs.areUnderWay ? this.#runs.stop() : this.run()),
			check: exercise && (() => this.run(exercise.check)),
			edit: () => (this.#opening ? undefined : void this.edit()),
			showMine: () => void this.edit(this.#draft.kept() ?? this.code),
			reset: () => this.reset(),
			share: () => void this.#link(),
		});
		this.#arrange();
	}

	#turning(code: Element | null, interpreter: Interpreter): Turning | null {
		const host = this.element.querySelector<HTMLElement>(".sd-knobs");
		if (host === null || code === null) {
			return null;
		}
		return new Turning(host, {
			name: this.name,
			published: this.#published,
			source: code,
			editor: () => this.#editor,
			run: () => {
				this.#tools.say(""); // it was said of another output
				this.#runs.start(this.code, { isOurs: !this.isEdited });
			},
			reset: () => this.reset(),
			isReady: () => interpreter.isReady,
		});
	}

	/** Whether nothing of a run is shown until it is whole; edited code may be endless. */
	get #isCalm(): boolean {
		return this.knobs !== null && (this.knobs.speaks || !this.isEdited);
	}

	get isEdited(): boolean {
		return this.#editor !== null;
	}

	get code(): string {
		const shown = this.knobs?.code ?? this.#published;
		return (this.#editor?.code() ?? shown).trimEnd();
	}

	#arrange(): void {
		this.#tools.arrange({
			running: this.#runs.areUnderWay,
			edited: this.isEdited,
			hasMine: this.#draft.kept() !== null,
			hasOutput: this.#display.hasOutput,
		});
	}

	#say(words: string, unseen = ""): void {
		(this.knobs?.speaks ? this.knobs : this.#tools).say(words, unseen);
	}

	/** Say what could not be had, and what to do about it. */
	#lacks(words: string): void {
		this.#say(words);
		void isGone().then((gone) => {
			if (gone && (this.knobs?.speaks || this.#tools.said === words)) {
				this.#say(RELOAD);
			}
		});
	}

	/** Run what the editor holds, or the published code; or have it judged by a check. */
	run(check?: string): void {
		this.#dismiss();
		this.knobs?.started(this.code);
		this.#runs.start(this.code, { isOurs: !this.isEdited, check });
	}

	#ended(output: Output, end: Exclude<End, { kind: "replaced" }>): void {
		if (end.kind === "ended") {
			const { verdict, spoken } = this.#display.end(output, end.ok);
			this.knobs?.ran(end.ms);
			this.#say(sentences(end, verdict), ` Output: ${spoken}`);
			return;
		}
		this.#display.breakOff(output);
		this.knobs?.broke();
		if (end.kind === "graded") {
			this.#say(this.#exercise?.told(end, this.isEdited) ?? "");
		} else if (end.kind === "stopped") {
			this.#say(STOPPED[end.after]);
		} else if (end.byCode) {
			this.#say(`Ended with an error: ${end.message}.`);
		} else {
			this.#lacks(`Python could not run: ${end.message}. Press Run to try again.`);
		}
	}

	/** Open the editor with the published code, or with other code. */
	async edit(code = this.code, from: "page" | "link" = "page"): Promise<boolean> {
		let module: typeof import("./editor.ts");
		this.#opening = true;
		try {
			module = await loadEditor();
		} catch {
			this.#lacks(NO_EDITOR);
			return false;
		} finally {
			this.#opening = false;
		}
		if (this.#tools.said === NO_EDITOR) {
			this.#say("");
		}
		this.#editor?.element.remove();
		this.#editor?.destroy();
		const changed = () => {
			this.#say("");
			this.#draft.keep(this.code === this.#published ? null : this.code);
			this.knobs?.edited(this.code, this.#notice !== null);
		};
		const label = `Code ${from === "link" ? "from a link, for" : "of"} ${this.name}`;
		const wrap = from === "link"; // nothing of what was not read may stand aside
		this.#editor = module.openEditor({
			code,
			label,
			wrap,
			changed,
			run: () => this.run(),
		});
		this.#source.hidden = true;
		this.#source.after(this.#editor.element);
		this.#arrange();
		this.#editor.focus();
		this.knobs?.edited(this.code, from === "link");
		return true;
	}

	/** Tell whether a link's code may be shown: asked where that undoes the reader's. */
	async yieldsTo(code: string): Promise<boolean> {
		this.#question?.settle(false);
		if ([code.trimEnd(), this.#linked, this.#published].includes(this.code)) {
			return true;
		}
		const question = new Question();
		this.#question = question;
		present(question.element, this.element, this.#source);
		const yes = await question.answer;
		if (!yes && this.#question === question) {
			this.#editor?.focus();
		}
		return yes;
	}

	/** Show code that came with a link, and ask before it runs. */
	async offer(code: string): Promise<void> {
		// Nothing of an earlier run or link may stand beside code that nobody has read.
		this.reset();
		unfold(this.element);
		if (!(await this.edit(code, "link"))) {
			return;
		}
		this.#linked = code.trimEnd();
		this.#notice = noticeOf(
			() => {
				this.#tools.run.focus();
				this.run();
			},
			() => this.reset(),
		);
		present(this.#notice, this.element, this.#source);
	}

	#dismiss(): void {
		if (this.#notice?.contains(document.activeElement)) {
			this.#tools.run.focus();
		}
		this.#notice?.remove();
		this.#notice = null;
		if (this.isEdited) {
			this.knobs?.edited(this.code);
		}
	}

	/** Show the published code and output again. */
	reset(): void {
		this.#runs.stop();
		this.#dismiss();
		this.#question?.settle(false);
		this.#editor?.element.remove();
		this.#editor?.destroy();
		this.#editor = null;
		this.#source.hidden = false;
		this.#display.reset();
		this.knobs?.reset();
		this.#say("");
		this.#arrange();
		this.#tools.edit.focus();
	}

	async #link(): Promise<void> {
		try {
			const link = fragmentOf({ name: this.name, code: this.code }).then(linkTo);
			await copy(link, this.#tools.status, (text) => {
				const { length } = new URL(text).hash;
				return `Link copied: ${length} characters that hold the code itself.`;
			});
		} catch (error) {
			this.#say(error instanceof LinkError ? error.message : String(error));
		}
	}

	/** Let go of everything: the page has moved on. */
	leave(): void {
		this.#runs.stop();
		this.#editor?.destroy();
		this.#display.leave();
		this.knobs?.leave();
	}
}

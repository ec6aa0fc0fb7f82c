// The runs of one snippet: what was asked for last runs next, and is judged fairly.
import type { End, Interpreter, Job } from "./interpreter.ts";
import type { Origin, Stream } from "./protocol.ts";

interface Printed {
	print(stream: Stream, text: string): void;
}

/** What shows the runs: the page, in terms of its own kind of output. */
export interface Face<Output extends Printed> {
	/** Return where a run is to print. */
	open(): Output;
	say(words: string): void;
	/** The run has begun. */
	show(output: Output): void;
	/** A run is over, and none that was asked for later is under way. */
	ended(output: Output, end: Exclude<End, { kind: "replaced" }>): void;
	/** A run came to its end, and one that was asked for later is under way. */
	passed(output: Output): void;
	/** Tell whether what was printed is what was published. */
	isAsPublished(output: Output): boolean;
	/** The number of those under way has changed. */
	changed(): void;
}

interface How {
	/** It is the published code with values that its author allows. */
	isOurs?: boolean;
	/** It is an answer to be judged by this check. */
	check?: string | undefined;
}

export class Runs<Output extends Printed> {
	#interpreter: Interpreter;
	#name: string;
	#published: string;
	#face: Face<Output>;
	#jobOf: (code: string) => Pick<Job, "code" | "instead">;
	/** What was asked for last: code, and what is to judge it. */
	#newest: { code: string; check?: string | undefined } = { code: "" };
	/** What stops each run under way, oldest first. */
	#stops = new Map<symbol, () => void>();

	constructor(
		interpreter: Interpreter,
		name: string,
		published: string,
		face: Face<Output>,
		jobOf: (code: string) => Pick<Job, "code" | "instead"> = (code) => ({ code }),
	) {
		this.#jobOf = jobOf;
		this.#interpreter = interpreter;
		this.#name = name;
		this.#published = published;
		this.#face = face;
	}

	get areUnderWay(): boolean {
		return this.#stops.size > 0;
	}

	/**
	 * Run this code, or have it judged by a check: after the run under way, and instead
	 * of any other that waits.
	 */
	start(code: string, { isOurs = false, check }: How = {}): void {
		const newest = this.#newest;
		if (this.areUnderWay && code === newest.code && check === newest.check) {
			return; // asked for twice, and answered once
		}
		this.#newest = { code, check };
		const run = Symbol();
		const output = this.#face.open();
		const stop = this.#interpreter.submit({
			key: this.#name,
			...this.#jobOf(code),
			origin: this.#originOf(code, isOurs, check),
			check,
			filename: `${this.#name}.py`,
			onWait: (words) => this.#face.say(words),
			onStart: () => {
				this.#face.say(check === undefined ? "Running…" : "Checking…");
				this.#face.show(output);
			},
			onPrint: (stream, text) => output.print(stream, text),
			onEnd: (end) => {
				this.#stops.delete(run);
				this.#ended(code, check, output, end);
			},
		});
		this.#stops.set(run, stop);
		this.#face.say(this.#interpreter.waitsFor());
		this.#face.changed();
	}

	#ended(code: string, check: string | undefined, output: Output, end: End): void {
		if (end.kind !== "replaced" && !this.areUnderWay) {
			if (this.#isUnfair(code, output, end)) {
				// Other code ran in this interpreter before: judge in a fresh one, and this very
				// code, whatever the editor holds by now.
				this.#interpreter.renew();
				this.start(code, { check });
				return;
			}
			this.#face.ended(output, end);
		} else if (end.kind === "ended" && end.ok) {
			this.#face.passed(output);
		}
		this.#face.changed();
	}

	#originOf(code: string, isOurs: boolean, check: string | undefined): Origin {
		if (code === this.#published && check === undefined) {
			return "page";
		}
		return isOurs && check === undefined ? "settings" : "edited";
	}

	/** Tell whether it is perhaps for what ran before that code of ours went wrong. */
	#isUnfair(code: string, output: Output, end: End): boolean {
		if (end.kind === "graded") {
			return end.verdict === "broken" && !end.fresh;
		}
		const isStale = end.kind === "ended" && !end.fresh && code === this.#published;
		return isStale && !(end.ok && this.#face.isAsPublished(output));
	}

	/** Stop what is under way, the newest first, so that no other begins in between. */
	stop(): void {
		for (const stop of [...this.#stops.values()].reverse()) {
			stop();
		}
	}
}

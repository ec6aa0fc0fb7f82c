// The runs of one snippet: what was asked for last runs next, and is judged fairly.
import type { End, Interpreter } from "./interpreter.ts";
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

export class Runs<Output extends Printed> {
	#interpreter: Interpreter;
	#name: string;
	#published: string;
	#face: Face<Output>;
	/** The code that was asked for last. */
	#newest = "";
	/** What stops each run under way, oldest first. */
	#stops = new Map<symbol, () => void>();

	constructor(
		interpreter: Interpreter,
		name: string,
		published: string,
		face: Face<Output>,
	) {
		this.#interpreter = interpreter;
		this.#name = name;
		this.#published = published;
		this.#face = face;
	}

	get areUnderWay(): boolean {
		return this.#stops.size > 0;
	}

	/**
	 * Run this code: after the run under way, and instead of any other that waits.
	 * `isOurs` tells that it is the published code with values that its author allows.
	 */
	start(code: string, isOurs = false): void {
		if (this.areUnderWay && code === this.#newest) {
			return; // asked for twice, and answered once
		}
		this.#newest = code;
		const run = Symbol();
		const ours: Origin = isOurs ? "settings" : "edited";
		const output = this.#face.open();
		const stop = this.#interpreter.submit({
			key: this.#name,
			code,
			origin: code === this.#published ? "page" : ours,
			filename: `${this.#name}.py`,
			onWait: (words) => this.#face.say(words),
			onStart: () => {
				this.#face.say("Running…");
				this.#face.show(output);
			},
			onPrint: (stream, text) => output.print(stream, text),
			onEnd: (end) => {
				this.#stops.delete(run);
				this.#ended(code, output, end);
			},
		});
		this.#stops.set(run, stop);
		this.#face.say(this.#interpreter.waitsFor());
		this.#face.changed();
	}

	#ended(code: string, output: Output, end: End): void {
		if (end.kind !== "replaced" && !this.areUnderWay) {
			if (code === this.#published && this.#isUnfair(output, end)) {
				// Other code ran in this interpreter before: judge in a fresh one, and this very
				// code, whatever the editor holds by now.
				this.#interpreter.renew();
				this.start(code);
				return;
			}
			this.#face.ended(output, end);
		} else if (end.kind === "ended" && end.ok) {
			this.#face.passed(output);
		}
		this.#face.changed();
	}

	/** Tell whether published code differs, perhaps for what ran before it. */
	#isUnfair(output: Output, end: End): boolean {
		const isStale = end.kind === "ended" && !end.fresh;
		return isStale && !(end.ok && this.#face.isAsPublished(output));
	}

	/** Stop what is under way, the newest first, so that no other begins in between. */
	stop(): void {
		for (const stop of [...this.#stops.values()].reverse()) {
			stop();
		}
	}
}

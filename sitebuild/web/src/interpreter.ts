// An interpreter: a worker that runs snippets in turn and can be stopped. It is made when
// it is first needed, and replaced after a stop. A page has one (pageworker.ts).
import {
	type Answer,
	type Graded,
	graded,
	type Instead,
	type Origin,
	type Request,
	type Stream,
} from "./protocol.ts";

const LIMIT_S = 20;
/** For a run that a newer one of its own waits for: a new worker takes about as long. */
const OVERTAKEN_S = 1;
// A snippet shares its worker's scope with the worker's own code, so it can send made-up
// messages, and no secret would stay one: the page may believe that a run has ended which
// goes on for ever. (What a run left behind, like a timer, may go on for ever as well.)
// So a worker in which a snippet has run must show in time that it is free; one that does
// not is replaced, and the job is put to the new one. No snippet has run there, so
// nothing is made up, and it may take as long as its downloads do.
const TAKE_S = 5;
/** For wheels, of which none has a megabyte; made-up messages can win no more than this. */
const FETCH_S = 120;

export interface Job {
	/** Whose run it is: of those who wait, each has one, which is the newest. */
	key: string;
	code: string;
	filename: string;
	origin: Origin;
	/** What stands in the place of one of the package's objects while it runs. */
	instead?: Instead | undefined;
	/** An exercise's check, where the code is to be judged by it. */
	check?: string | undefined;
	/** What it waits for has changed: in words. */
	onWait(words: string): void;
	/** The interpreter is ready and runs this one now. */
	onStart(): void;
	onPrint(stream: Stream, text: string): void;
	onEnd(end: End): void;
}

/**
 * How a run ended; `fresh` tells that nothing had run there before. One is
 * replaced when a newer one of the same key comes before it has begun, or is at its end.
 */
export type End =
	| { kind: "ended"; ok: boolean; ms: number; droppedChars: number; fresh: boolean }
	| ({ kind: "graded"; fresh: boolean } & Graded)
	| { kind: "stopped"; after: "reader" | "limit" | "left" }
	| { kind: "replaced" }
	| { kind: "failed"; byCode: boolean; message: string };

const STARTING = "Starting Python…";

/** What is said of a run that was stopped. */
export const STOPPED = {
	reader: "Stopped.",
	limit: `Stopped after ${LIMIT_S} s: what runs in a page must end by then.`,
	left: "Stopped, because the page was left.",
};

/** What is said of a run that came to an end, with how its output compares. */
export function sentences(
	{ ok, ms, droppedChars }: Extract<End, { kind: "ended" }>,
	verdict: string,
): string {
	const words = [`${ok ? "Ran" : "Ended with an error"} in ${Math.ceil(ms)} ms.`];
	if (ok && verdict !== "") {
		words.push(verdict);
	}
	if (droppedChars > 0) {
		words.push(`${droppedChars.toLocaleString("en")} more characters are not shown.`);
	}
	return words.join(" ");
}

/** What the interpreter needs of a worker. */
export interface Servant {
	onmessage: ((event: MessageEvent<Answer>) => void) | null;
	onerror: ((event: ErrorEvent) => void) | null;
	postMessage(request: Request): void;
	terminate(): void;
}

export class Interpreter {
	#make: () => Servant;
	#worker: Servant | null = null;
	/** Whether anything has run in this worker: a run may set what the next one meets. */
	#touched = false;
	/** Jobs in their order; the first of them runs when `#running` is set. */
	#queue: Job[] = [];
	#running = false;
	#fetched = false;
	#ready = false;
	#fresh = true;
	#run = 0;
	/** How far the present run has got, as its worker says; it cannot go back. */
	#stage: "asked" | "taken" | "started" = "asked";
	#limit: ReturnType<typeof setTimeout> | undefined;

	/** Take what makes a worker each time that one is needed. */
	constructor(make: () => Servant) {
		this.#make = make;
	}

	/** Run a job when those before it have ended; return a function that stops it. */
	submit(job: Job): () => void {
		this.#enqueue(job);
		this.#next();
		return () => {
			if (this.#queue[0] === job) {
				this.#end({ kind: "stopped", after: "reader" });
				// The reader will want to run again: have an interpreter ready.
				this.#worker ??= this.#started();
			} else if (this.#queue.includes(job)) {
				this.#queue = this.#queue.filter((other) => other !== job);
				job.onEnd({ kind: "stopped", after: "reader" });
			}
		};
	}

	/** Whether a run would begin at once, but for those that are under way. */
	get isReady(): boolean {
		return this.#ready;
	}

	/** Say what the job that was submitted last waits for. */
	waitsFor(): string {
		if (this.#queue.length > 1) {
			return "Waiting for another run to end…";
		}
		if (this.#ready) {
			return "Starting…";
		}
		return this.#fetched ? STARTING : "Fetching Python: up to 8 MB, once…";
	}

	/** Take a new worker for the next run. */
	renew(): void {
		this.#worker?.terminate();
		this.#worker = null;
		this.#fetched = this.#ready = false;
	}

	/** Let the worker go before the browser puts the page to sleep. */
	sleep(): void {
		const left = this.#queue;
		this.#queue = [];
		this.#running = false;
		clearTimeout(this.#limit);
		this.renew();
		for (const job of left) {
			job.onEnd({ kind: "stopped", after: "left" });
		}
	}

	#started(): Servant {
		const made = this.#make();
		this.#touched = false;
		made.onmessage = (event: MessageEvent<Answer>) => this.#heard(event.data);
		made.onerror = (event) => {
			event.preventDefault();
			if (made === this.#worker && this.#ready) {
				// Firefox hands up what goes wrong in a worker that a snippet has made.
				console.info("Went wrong in the interpreter:", event.message);
				return;
			}
			this.renew();
			this.#finish({
				kind: "failed",
				byCode: false,
				message: event.message || "its files could not be fetched",
			});
		};
		return made;
	}

	#heard(answer: Answer): void {
		const job = this.#queue[0];
		if (answer?.kind === "fetched") {
			this.#fetched = true;
			if (this.#running && this.#stage !== "started") {
				job?.onWait(STARTING);
			}
			return;
		}
		// Of a run that was stopped, or made up by a snippet, which can post what it likes.
		if (job === undefined || !this.#running || answer?.run !== this.#run) {
			return;
		}
		if (answer.kind === "taken" && this.#stage === "asked") {
			this.#stage = "taken";
			this.#giveTime(FETCH_S);
		} else if (answer.kind === "started" && this.#stage !== "started") {
			this.#stage = "started";
			this.#ready = true;
			this.#limitRun(this.#isOvertaken(job));
			job.onStart();
		} else if (answer.kind === "failed") {
			this.renew(); // whatever broke it, the next run begins with a new one
			const { byCode, message } = answer;
			this.#finish({ kind: "failed", byCode: byCode === true, message: String(message) });
		} else if (this.#stage === "started") {
			this.#heardOfRun(answer, job);
		}
	}

	/** Hear of a run that has begun what it prints, and its end. */
	#heardOfRun(answer: Answer, job: Job): void {
		if (answer.kind === "printed") {
			job.onPrint(answer.stream, answer.text);
		} else if (answer.kind === "ended") {
			this.#finish({ ...answer, fresh: this.#fresh });
		} else if (answer.kind === "graded") {
			this.#finish({ kind: "graded", fresh: this.#fresh, ...graded(answer) });
		}
	}

	/** Tell whether a newer job of the same key waits. */
	#isOvertaken({ key }: Job): boolean {
		return this.#queue.some((other, place) => place > 0 && other.key === key);
	}

	#limitRun(overtaken: boolean): void {
		clearTimeout(this.#limit);
		const how: End = overtaken
			? { kind: "replaced" }
			: { kind: "stopped", after: "limit" };
		const seconds = overtaken ? OVERTAKEN_S : LIMIT_S;
		this.#limit = setTimeout(() => this.#end(how), seconds * 1000);
	}

	/** Replace a worker that has run snippets, unless it gets further within this time. */
	#giveTime(seconds: number): void {
		clearTimeout(this.#limit);
		if (this.#ready) {
			this.#limit = setTimeout(() => {
				this.renew();
				this.#running = false;
				this.#next();
			}, seconds * 1000);
		}
	}

	#finish(result: End): void {
		clearTimeout(this.#limit);
		this.#running = false;
		try {
			this.#queue.shift()?.onEnd(result);
		} finally {
			this.#next(); // whatever showing one result came to, the others have their turn
		}
	}

	#next(): void {
		const job = this.#queue[0];
		if (job === undefined || this.#running) {
			return;
		}
		this.#worker ??= this.#started();
		const { code, filename, origin, instead, check } = job;
		this.#fresh = !this.#touched;
		this.#touched ||= origin !== "settings";
		this.#running = true;
		this.#run += 1;
		this.#stage = "asked";
		const request: Request = {
			run: this.#run,
			code,
			filename,
			origin,
			...(instead !== undefined && { instead }),
			...(check !== undefined && { check }),
		};
		this.#worker.postMessage(request);
		this.#giveTime(TAKE_S);
	}

	#end(how: End): void {
		this.renew();
		this.#finish(how);
	}

	/** Put a job into the queue, in the place of an older one of its key that waits. */
	#enqueue(job: Job): void {
		const waits = (at: number) => at > 0 || !this.#running;
		const place = this.#queue.findIndex(({ key }, at) => key === job.key && waits(at));
		const older = this.#queue[place];
		if (older) {
			this.#queue[place] = job;
			older.onEnd({ kind: "replaced" });
			return;
		}
		this.#queue.push(job);
		if (this.#running && this.#stage === "started" && this.#queue[0]?.key === job.key) {
			this.#limitRun(true);
		}
	}
}

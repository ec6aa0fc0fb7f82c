// The page's one interpreter: a worker that runs snippets in turn and can be stopped.
// It starts on the first run, outlives navigation, and is replaced after a stop.
import type { Answer, Request, Stream } from "./protocol.ts";

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
	published: boolean;
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
	if (ok) {
		words.push(verdict);
	}
	if (droppedChars > 0) {
		words.push(`${droppedChars.toLocaleString("en")} more characters are not shown.`);
	}
	return words.join(" ");
}

const base = new URL(".", import.meta.url);
let worker: Worker | null = null;
let starts = 0;
/** Whether anything has run in this interpreter: a run may set what the next one meets. */
let touched = false;
/** Jobs in their order; the first of them runs when `running` is set. */
let queue: Job[] = [];
let running = false;
let fetched = false;
let ready = false;
let fresh = true;
let run = 0;
/** How far the present run has got, as its worker says; it cannot go back. */
let stage: "asked" | "taken" | "started" = "asked";
let limit: ReturnType<typeof setTimeout> | undefined;

function started(): Worker {
	// A worker made from a blob inherits the page's security policy, one made from an
	// address does not. The number asks again for a file that could not be fetched.
	const source = `import ${JSON.stringify(new URL(`worker.js?${starts++}`, base).href)};`;
	const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
	const made = new Worker(url, { type: "module" });
	touched = false;
	made.onmessage = (event: MessageEvent<Answer>) => heard(event.data);
	made.onerror = (event) => {
		event.preventDefault();
		if (made === worker && ready) {
			// Firefox hands up what goes wrong in a worker that a snippet has made.
			console.info("Went wrong in the interpreter:", event.message);
			return;
		}
		drop();
		finish({
			kind: "failed",
			byCode: false,
			message: event.message || "its files could not be fetched",
		});
	};
	return made;
}

function drop(): void {
	worker?.terminate();
	worker = null;
	fetched = ready = false;
}

function heard(answer: Answer): void {
	const job = queue[0];
	if (answer?.kind === "fetched") {
		fetched = true;
		if (running && stage !== "started") {
			job?.onWait(STARTING);
		}
		return;
	}
	// Of a run that was stopped, or made up by a snippet, which can post what it likes.
	if (job === undefined || !running || answer?.run !== run) {
		return;
	}
	if (answer.kind === "taken" && stage === "asked") {
		stage = "taken";
		giveTime(FETCH_S);
	} else if (answer.kind === "started" && stage !== "started") {
		stage = "started";
		ready = true;
		limitRun(isOvertaken(job));
		job.onStart();
	} else if (answer.kind === "printed" && stage === "started") {
		job.onPrint(answer.stream, answer.text);
	} else if (answer.kind === "ended" && stage === "started") {
		finish({ ...answer, fresh });
	} else if (answer.kind === "failed") {
		drop(); // whatever broke it, the next run begins with a new one
		const { byCode, message } = answer;
		finish({ kind: "failed", byCode: byCode === true, message: String(message) });
	}
}

/** Tell whether a newer job of the same key waits. */
const isOvertaken = ({ key }: Job): boolean =>
	queue.some((other, place) => place > 0 && other.key === key);

function limitRun(overtaken: boolean): void {
	clearTimeout(limit);
	const how: End = overtaken ? { kind: "replaced" } : { kind: "stopped", after: "limit" };
	limit = setTimeout(() => end(how), (overtaken ? OVERTAKEN_S : LIMIT_S) * 1000);
}

/** Replace a worker that has run snippets, unless it gets further within this time. */
function giveTime(seconds: number): void {
	clearTimeout(limit);
	if (ready) {
		limit = setTimeout(() => {
			drop();
			running = false;
			next();
		}, seconds * 1000);
	}
}

function finish(result: End): void {
	clearTimeout(limit);
	running = false;
	try {
		queue.shift()?.onEnd(result);
	} finally {
		next(); // whatever showing one result came to, the others have their turn
	}
}

function next(): void {
	const job = queue[0];
	if (job === undefined || running) {
		return;
	}
	worker ??= started();
	const { code, filename, published } = job;
	fresh = !touched;
	touched = true;
	running = true;
	run += 1;
	stage = "asked";
	worker.postMessage({ run, code, filename, published } satisfies Request);
	giveTime(TAKE_S);
}

function end(how: End): void {
	drop();
	finish(how);
}

/** Put a job into the queue, in the place of an older one of its key that waits. */
function enqueue(job: Job): void {
	const waits = (at: number) => at > 0 || !running;
	const place = queue.findIndex(({ key }, at) => key === job.key && waits(at));
	const older = queue[place];
	if (older) {
		queue[place] = job;
		older.onEnd({ kind: "replaced" });
		return;
	}
	queue.push(job);
	if (running && stage === "started" && queue[0]?.key === job.key) {
		limitRun(true);
	}
}

/** Run a job when those before it have ended; return a function that stops it. */
export function submit(job: Job): () => void {
	enqueue(job);
	next();
	return () => {
		if (queue[0] === job) {
			end({ kind: "stopped", after: "reader" });
			// The reader will want to run again: have an interpreter ready.
			worker ??= started();
		} else if (queue.includes(job)) {
			queue = queue.filter((other) => other !== job);
			job.onEnd({ kind: "stopped", after: "reader" });
		}
	};
}

/** Say what the job that was submitted last waits for. */
export function waitsFor(): string {
	if (queue.length > 1) {
		return "Waiting for another run to end…";
	}
	if (ready) {
		return "Starting…";
	}
	return fetched ? STARTING : "Fetching Python: up to 8 MB, once…";
}

/** Take a new interpreter for the next run. */
export const renew = drop;

/** Let the interpreter go before the browser puts the page to sleep. */
export function sleep(): void {
	const left = queue;
	queue = [];
	running = false;
	clearTimeout(limit);
	drop();
	for (const job of left) {
		job.onEnd({ kind: "stopped", after: "left" });
	}
}

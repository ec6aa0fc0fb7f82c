// What the page and its worker say to each other. Plain data only.

/** Another source for an object of the package, by the object's whole name. */
export interface Instead {
	object: string;
	source: string;
}

/**
 * Whose code it is: the page's own; the page's with values that its author allows; or
 * anybody's, which may change what a later run meets.
 */
export type Origin = "page" | "settings" | "edited";

/** A snippet to run. */
export interface Request {
	run: number;
	code: string;
	filename: string;
	origin: Origin;
	instead?: Instead;
	/** An exercise's check: the code is an answer to be judged by it. */
	check?: string;
}

export const VERDICTS = ["passed", "wrong", "unfinished", "failed", "broken"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What came of an answer to an exercise; `line` is the answer's. */
export interface Graded {
	verdict: Verdict;
	message: string;
	line?: number;
	droppedChars: number;
}

/** Return a verdict as it should be, since a snippet can post what it likes. */
export function graded({ verdict, message, line, droppedChars }: Graded): Graded {
	return {
		verdict: VERDICTS.includes(verdict) ? verdict : "broken",
		message: String(message),
		droppedChars: Number(droppedChars),
		...(line !== undefined && { line: Number(line) }),
	};
}

export type Stream = "out" | "err";
export type Emit = (stream: Stream, text: string) => void;

export type Answer =
	/** All that starts the interpreter has been fetched; of no run. */
	| { kind: "fetched"; run: 0 }
	/** The request has arrived; what the snippet imports may have to be fetched. */
	| { kind: "taken"; run: number }
	| { kind: "started"; run: number }
	| { kind: "printed"; run: number; stream: Stream; text: string }
	| { kind: "ended"; run: number; ok: boolean; ms: number; droppedChars: number }
	/** The end of an answer that was judged. */
	| ({ kind: "graded"; run: number } & Graded)
	/** What broke the interpreter: the snippet's own code, or something around it. */
	| { kind: "failed"; run: number; byCode: boolean; message: string };

// What the page and its worker say to each other. Plain data only.

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
	/** What broke the interpreter: the snippet's own code, or something around it. */
	| { kind: "failed"; run: number; byCode: boolean; message: string };

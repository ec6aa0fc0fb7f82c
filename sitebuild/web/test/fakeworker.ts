// Workers that say only what a test lets them say.
import assert from "node:assert/strict";
import { Interpreter } from "../src/interpreter.ts";
import type { Answer, Request } from "../src/protocol.ts";

export class FakeWorker {
	static all: FakeWorker[] = [];
	onmessage: ((event: MessageEvent<Answer>) => void) | null = null;
	onerror: ((event: ErrorEvent) => void) | null = null;
	asked: Request[] = [];
	ended = false;

	constructor() {
		FakeWorker.all.push(this);
	}
	postMessage(request: Request): void {
		this.asked.push(request);
	}
	terminate(): void {
		this.ended = true;
	}
	say(
		kind: Answer["kind"],
		run = this.asked.at(-1)?.run ?? 0,
		more: Record<string, unknown> = {},
	): void {
		const printed = { stream: "out", text: "x" };
		const graded = { verdict: "passed", message: "" };
		const rest = { ...printed, ok: true, ms: 1, droppedChars: 0, ...graded, ...more };
		this.onmessage?.(
			new MessageEvent("message", { data: { ...rest, kind, run } as Answer }),
		);
	}
	/** Answer as a worker does that has nothing else to do. */
	serve(): void {
		for (const kind of ["taken", "started", "printed", "ended"] as const) {
			this.say(kind);
		}
	}
	/** Answer as a worker does that judges an answer so. */
	grade(verdict: string, message = ""): void {
		this.say("taken");
		this.say("started");
		this.say("graded", undefined, { verdict, message });
	}
	/** Return the code of all that it was asked to run. */
	get codes(): string[] {
		return this.asked.map(({ code }) => code);
	}
}

/** Return the only worker that lives. */
export function living(): FakeWorker {
	const [worker, ...others] = FakeWorker.all.filter(({ ended }) => !ended);
	assert.equal(others.length, 0);
	assert(worker);
	return worker;
}

/** Return an interpreter whose workers they are. */
export const faked = (): Interpreter => new Interpreter(() => new FakeWorker());

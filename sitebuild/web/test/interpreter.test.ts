// The page's side of its worker, with workers that say only what a test lets them say.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { End } from "../src/interpreter.ts";
import type { Answer, Request } from "../src/protocol.ts";

class FakeWorker {
	static all: FakeWorker[] = [];
	onmessage: ((event: { data: Answer }) => void) | null = null;
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
	say(kind: Answer["kind"], run = this.asked.at(-1)?.run ?? 0): void {
		const rest = { stream: "out", text: "x", ok: true, ms: 1, droppedChars: 0 };
		this.onmessage?.({ data: { ...rest, kind, run } as Answer });
	}
	/** Answer as a worker does that has nothing else to do. */
	serve(): void {
		for (const kind of ["taken", "started", "printed", "ended"] as const) {
			this.say(kind);
		}
	}
}

Object.assign(globalThis, { Worker: FakeWorker });
const { sleep, submit, waitsFor } = await import("../src/interpreter.ts");

/** Submit a job; return what becomes of it. */
function submitted(code = "print('x')"): { told: string[]; end: () => End | undefined } {
	const told: string[] = [];
	let end: End | undefined;
	submit({
		code,
		filename: "a.py",
		published: false,
		onWait: (words) => told.push(words),
		onStart: () => told.push("started"),
		onPrint: (_, text) => told.push(text),
		onEnd: (how) => {
			end = how;
			told.push(how.kind);
		},
	});
	return { told, end: () => end };
}

const pass = (seconds: number): void => mock.timers.tick(seconds * 1000);

/** Return the only worker that lives. */
function living(): FakeWorker {
	const [worker, ...others] = FakeWorker.all.filter(({ ended }) => !ended);
	assert.equal(others.length, 0);
	assert(worker);
	return worker;
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
	sleep();
	mock.timers.reset();
});

test("while Python starts it is said what is waited for", () => {
	const { told } = submitted();
	assert.equal(waitsFor(), "Fetching Python: up to 8 MB, once…");
	living().say("fetched", 0);
	assert.deepEqual(told, ["Starting Python…"]);
	assert.equal(waitsFor(), "Starting Python…");
	living().say("started");
	living().say("fetched", 0); // made up: it runs
	assert.deepEqual(told, ["Starting Python…", "started"]);
	assert.equal(waitsFor(), "Starting…");
});

test("jobs run in turn, in one worker", () => {
	const jobs = [submitted(), submitted()];
	living().serve();
	living().serve();
	for (const { told } of jobs) {
		assert.deepEqual(told, ["started", "x", "ended"]);
	}
	assert.equal(living().asked.length, 2);
});

test("a run that never ends is ended at its limit, however often it says that it starts", () => {
	const job = submitted();
	living().say("started");
	for (let second = 0; second < 19; second += 1) {
		pass(1);
		living().say("started");
	}
	assert.deepEqual(job.told, ["started"]);
	pass(1);
	assert.deepEqual(job.end(), { kind: "stopped", after: "limit" });
});

test("a worker that goes on after its run's end was made up is replaced, and the next run served", () => {
	submitted();
	const first = living();
	first.serve(); // it says so itself, and goes on
	const next = submitted("print('next')");
	pass(4.9);
	assert(!first.ended);
	pass(0.2);
	assert(first.ended);
	const second = living();
	assert.deepEqual(
		second.asked.map(({ code }) => code),
		["print('next')"],
	);
	assert.deepEqual(next.told, []);
	pass(1000); // it fetches Python
	second.serve();
	assert.deepEqual(next.told, ["started", "x", "ended"]);
});

test("made-up messages cannot keep the next run waiting without end", () => {
	submitted();
	const first = living();
	first.serve();
	submitted();
	for (let second = 0; second < 120; second += 1) {
		first.say("taken");
		pass(1);
	}
	assert(first.ended);
});

test("the first start and what it fetches may take any time", () => {
	const job = submitted();
	pass(10_000);
	living().say("taken");
	pass(10_000);
	living().serve();
	assert.deepEqual(job.told, ["started", "x", "ended"]);
	assert.equal(FakeWorker.all.filter(({ ended }) => !ended).length, 1);
});

test("a snippet's packages may take two minutes, and when cut are fetched without a limit", () => {
	submitted();
	const first = living();
	first.serve();
	const slow = submitted("import pygal");
	pass(2);
	first.say("taken");
	pass(119);
	assert(!first.ended);
	pass(1);
	living().say("taken");
	pass(10_000);
	living().serve();
	assert.deepEqual(slow.told, ["started", "x", "ended"]);
});

test("nothing is printed and nothing ends before it has started", () => {
	const job = submitted();
	living().say("printed");
	living().say("ended");
	assert.deepEqual(job.told, []);
	living().serve();
	assert.deepEqual(job.told, ["started", "x", "ended"]);
});

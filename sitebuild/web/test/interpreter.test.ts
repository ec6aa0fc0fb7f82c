// The page's side of its worker, with workers that say only what a test lets them say.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { End } from "../src/interpreter.ts";
import { FakeWorker, faked, living } from "./fakeworker.ts";

const interpreter = faked();

/** Submit a job; return what becomes of it. */
function submitted(
	code = "print('x')",
	key = `${code} of another`,
	then = (): void => {},
): { told: string[]; end: () => End | undefined; stop: () => void } {
	const told: string[] = [];
	let end: End | undefined;
	const stop = interpreter.submit({
		key,
		code,
		filename: "a.py",
		origin: "edited",
		onWait: (words) => told.push(words),
		onStart: () => told.push("started"),
		onPrint: (_, text) => told.push(text),
		onEnd: (how) => {
			end = how;
			told.push(how.kind);
			then();
		},
	});
	return { told, end: () => end, stop };
}

const pass = (seconds: number): void => mock.timers.tick(seconds * 1000);

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
	interpreter.sleep();
	mock.timers.reset();
});

test("while Python starts it is said what is waited for", () => {
	const { told } = submitted();
	assert.equal(interpreter.waitsFor(), "Fetching Python: up to 8 MB, once…");
	living().say("fetched", 0);
	assert.deepEqual(told, ["Starting Python…"]);
	assert.equal(interpreter.waitsFor(), "Starting Python…");
	living().say("started");
	living().say("fetched", 0); // made up: it runs
	assert.deepEqual(told, ["Starting Python…", "started"]);
	assert.equal(interpreter.waitsFor(), "Starting…");
});

test("jobs run in turn, in one worker", () => {
	const jobs = [submitted(), submitted("print('y')")];
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
	assert.deepEqual(second.codes, ["print('next')"]);
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

test("of the jobs of one key that wait, the newest runs, in the place of the oldest", () => {
	const running = submitted("1", "a");
	living().say("started");
	const older = submitted("2", "a");
	const other = submitted("3", "b");
	const newest = submitted("4", "a");
	assert.deepEqual(older.told, ["replaced"]);
	living().say("ended");
	living().serve();
	living().serve();
	assert.deepEqual(living().codes, ["1", "4", "3"]);
	assert.deepEqual(running.told, ["started", "ended"]);
	for (const { told } of [newest, other]) {
		assert.deepEqual(told, ["started", "x", "ended"]);
	}
});

test("a run that a newer one of its key waits for is ended a second later", () => {
	const endless = submitted("while True: pass", "a");
	const first = living();
	submitted("2", "b");
	first.say("started");
	pass(15);
	const newer = submitted("3", "a");
	pass(0.9);
	submitted("4", "a"); // gives it no more time
	assert.equal(endless.end(), undefined);
	pass(0.1);
	assert.deepEqual(endless.end(), { kind: "replaced" });
	assert.deepEqual(newer.told, ["replaced"]);
	assert(first.ended);
	assert.deepEqual(living().codes, ["2"]);
});

test("a run that is overtaken before it has started has a second from its start", () => {
	const slow = submitted("1", "a");
	submitted("2", "a");
	pass(100); // Python is fetched
	living().say("started");
	pass(0.9);
	assert.equal(slow.end(), undefined);
	pass(0.1);
	assert.deepEqual(slow.end(), { kind: "replaced" });
});

test("what is submitted at the end of another replaces what waits, too", () => {
	submitted("1", "a", () => submitted("3", "a"));
	const waiting = submitted("2", "a");
	living().say("started");
	living().say("ended");
	assert.deepEqual(waiting.told, ["replaced"]);
	assert.deepEqual(living().codes, ["1", "3"]);
});

test("what waits can be stopped, and nobody else is", () => {
	const running = submitted("1", "a");
	const waiting = submitted("2", "a");
	living().say("started");
	waiting.stop();
	assert.deepEqual(waiting.end(), { kind: "stopped", after: "reader" });
	living().say("ended");
	assert.deepEqual(running.told, ["started", "ended"]);
});

test("answers of a run that was ended are refused", () => {
	const endless = submitted("1", "a");
	living().say("started");
	const old = living();
	endless.stop();
	const next = submitted("2", "a");
	living().say("started");
	old.say("printed");
	old.say("ended");
	assert.deepEqual(endless.told, ["started", "stopped"]);
	assert.deepEqual(next.told, ["started"]);
});

// The runs of one snippet, without a page: what is shown of them, and what is refused.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { type Face, Runs } from "../src/runs.ts";
import { faked, living } from "./fakeworker.ts";

const interpreter = faked();

class Printed {
	readonly number: number;
	text = "";

	constructor(number: number) {
		this.number = number;
	}
	print(_: unknown, text: string): void {
		this.text += text;
	}
}

const PUBLISHED = "published";

/** Return the runs of a snippet, with a note of all that the page was told to show. */
function runsOf(): { runs: Runs<Printed>; shown: string[] } {
	const shown: string[] = [];
	let opened = 0;
	const face: Face<Printed> = {
		open: () => new Printed(++opened),
		say: () => {},
		show: ({ number }) => shown.push(`shows ${number}`),
		ended: ({ number, text }, end) => {
			const verdict = end.kind === "graded" ? ` ${end.verdict}` : "";
			shown.push(`${number}: ${text} ${end.kind}${verdict}`);
		},
		passed: ({ number }) => shown.push(`${number} passed`),
		isAsPublished: () => false,
		changed: () => {},
	};
	return { runs: new Runs(interpreter, "a", PUBLISHED, face), shown };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
	interpreter.sleep();
	mock.timers.reset();
});

test("what is asked for while a run is under way runs next, and only the newest", () => {
	const { runs, shown } = runsOf();
	runs.start("first");
	living().say("started");
	runs.start("second");
	runs.start("third");
	living().say("ended");
	living().serve();
	assert.deepEqual(living().codes, ["first", "third"]);
	assert.deepEqual(shown, ["shows 1", "1 passed", "shows 3", "3: x ended"]);
	assert(!runs.areUnderWay);
});

test("the same code, asked for twice, runs once", () => {
	const { runs, shown } = runsOf();
	runs.start("first");
	runs.start("first");
	living().serve();
	assert.deepEqual(shown, ["shows 1", "1: x ended"]);
	assert(!runs.areUnderWay);
	runs.start("first");
	living().serve();
	assert.deepEqual(living().codes, ["first", "first"]);
});

test("to stop ends the run under way and the one that waits", () => {
	const { runs, shown } = runsOf();
	runs.start("first");
	living().say("started");
	runs.start("second");
	runs.stop();
	assert.deepEqual(shown, ["shows 1", "1:  stopped"]);
	assert(!runs.areUnderWay);
	assert.deepEqual(living().codes, []);
});

for (const [before, code] of [
	["edited code", "edited"],
	["another snippet", PUBLISHED],
] as const) {
	test(`published code is judged in a fresh interpreter where ${before} ran before`, () => {
		runsOf().runs.start(code);
		living().serve();
		const touched = living();
		const { runs, shown } = runsOf();
		runs.start(PUBLISHED);
		touched.serve();
		assert(touched.ended);
		assert(runs.areUnderWay);
		living().serve();
		assert.deepEqual(shown, ["shows 1", "shows 2", "2: x ended"]);
	});
}

test("no judgement is made that a newer run waits for", () => {
	const { runs, shown } = runsOf();
	runs.start("edited");
	living().serve();
	runs.start(PUBLISHED);
	living().say("started");
	runs.start("newer");
	living().say("ended");
	living().serve();
	assert.deepEqual(living().codes, ["edited", PUBLISHED, "newer"]);
	assert.deepEqual(shown.slice(2), ["shows 2", "2 passed", "shows 3", "3: x ended"]);
});

test("many settings in a row: the newest is shown last, each whole one on the way", () => {
	const { runs, shown } = runsOf();
	runs.start("set 0", { isOurs: true });
	living().say("started");
	for (let step = 1; step <= 9; step += 1) {
		runs.start(`set ${step}`, { isOurs: true });
	}
	living().say("printed");
	living().say("ended");
	living().serve();
	assert.deepEqual(living().codes, ["set 0", "set 9"]);
	assert.deepEqual(shown, ["shows 1", "1 passed", "shows 10", "10: x ended"]);
});

test("settings are told from edited code, and leave nothing to judge anew", () => {
	const { runs } = runsOf();
	for (const [code, isOurs] of [
		["set", true],
		[PUBLISHED, true],
	] as const) {
		runs.start(code, { isOurs });
		living().serve();
	}
	runs.start("edited");
	living().serve();
	const origins = living().asked.map(({ origin }) => origin);
	assert.deepEqual(origins, ["settings", "page", "edited"]);
	assert(!runs.areUnderWay);
});

test("an answer is judged by its check, as edited code, and its verdict is shown", () => {
	const { runs, shown } = runsOf();
	runs.start(PUBLISHED, { check: "check" });
	const [asked] = living().asked;
	assert.deepEqual([asked?.code, asked?.check], [PUBLISHED, "check"]);
	assert.equal(asked?.origin, "edited");
	living().grade("wrong", "why");
	assert.deepEqual(shown, ["shows 1", "1:  graded wrong"]);
	assert(!runs.areUnderWay);
});

test("a run and a check of the same code are two, and the newest of them follows", () => {
	const { runs, shown } = runsOf();
	runs.start("mine");
	living().say("started");
	runs.start("mine", { check: "check" });
	runs.start("mine", { check: "check" });
	living().say("ended");
	living().grade("passed");
	assert.deepEqual(living().codes, ["mine", "mine"]);
	assert.deepEqual(shown, ["shows 1", "1 passed", "shows 2", "2:  graded passed"]);
});

test("a check that fails where other code ran before is tried in a fresh interpreter", () => {
	runsOf().runs.start("spoils");
	living().serve();
	const touched = living();
	const { runs, shown } = runsOf();
	runs.start("mine", { check: "check" });
	touched.grade("broken");
	assert(touched.ended);
	assert(runs.areUnderWay);
	living().grade("broken");
	assert.deepEqual(shown, ["shows 1", "shows 2", "2:  graded broken"]);
	assert(!runs.areUnderWay);
});

test("a verdict that no check can give is none of the answer's", () => {
	const { runs, shown } = runsOf();
	runs.start("posts it", { check: "check" });
	living().grade("<b>solved</b>");
	assert.equal(shown.at(-1), "1:  graded broken");
});

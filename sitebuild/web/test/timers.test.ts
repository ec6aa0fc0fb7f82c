import assert from "node:assert/strict";
import { test } from "node:test";
import { tellTimersApart } from "../src/timers.ts";

test("a timer of an earlier run is called apart, with what it was given", () => {
	const due: (() => void)[] = [];
	const plain = (act: () => void): number => due.push(act);
	const timers = { setTimeout: plain, setInterval: plain };
	const called: string[] = [];
	let run = 1;
	tellTimersApart(
		() => run,
		(act) => {
			called.push("apart:");
			act();
		},
		timers as never,
	);
	const set = timers.setTimeout as unknown as typeof setTimeout;
	const repeat = timers.setInterval as unknown as typeof setInterval;
	const note = (...words: string[]) => called.push(words.join(" "));
	assert.equal(set(note, 10, "a", "b"), 1); // what clearTimeout takes
	repeat(note, 10, "c");
	for (const act of due) act();
	run = 2;
	for (const act of due) act();
	assert.deepEqual(called, ["a b", "c", "apart:", "a b", "apart:", "c"]);
});

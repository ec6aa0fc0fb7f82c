import assert from "node:assert/strict";
import { test } from "node:test";
import { Descriptors } from "../src/descriptors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what is written during a run is shown, a character in two pieces too", () => {
	const shown: string[] = [];
	const stray: string[] = [];
	const descriptors = new Descriptors(
		(stream, text) => shown.push(stream, text),
		(text) => stray.push(text),
	);
	const write = descriptors.writing("err");
	write(bytes("before"));
	descriptors.begin();
	const whole = bytes("∑");
	assert.equal(write(whole.slice(0, 2)), 2);
	assert.equal(write(whole.slice(2)), 1);
	descriptors.end();
	write(bytes("after"));
	assert.deepEqual(shown, ["err", "∑"]);
	assert.deepEqual(stray, ["before", "after"]);
});

test("past the limit it is counted and not shown, in every run anew", () => {
	let chars = 0;
	const descriptors = new Descriptors(
		(_, text) => {
			chars += text.length;
		},
		() => {},
	);
	const write = descriptors.writing("out");
	for (let run = 1; run <= 2; run += 1) {
		descriptors.begin();
		for (let part = 0; part < 10; part += 1) {
			write(bytes("x".repeat(10_000)));
		}
		assert.equal(descriptors.droppedChars, 100_000 - 65_536);
		assert.equal(chars, run * 65_536);
	}
});

// The arithmetic of playing: what is shown when, and how far down.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	after,
	countAt,
	eventInWords,
	later,
	type Moment,
	ms,
	paceOf,
	placed,
	played,
	type State,
	stepped,
	timeAt,
	valueFor,
	wholeOf,
	wordsFor,
	yAt,
} from "../src/moments.ts";

const at = (atUs: number, y: number, says: string): Moment => ({
	atUs,
	y,
	says,
});
const EVENTS = [
	at(0, 50, "a asked"),
	at(0, 50, "a sends to b: x"),
	at(10_000, 80, "b gets from a: x"),
	at(70_000, 140, "b answers"),
];
const WHOLE = wholeOf(EVENTS);
const TIMES = Array.from({ length: 71 }, (_, place) => place * 1000);

function walk(from: State, by: 1 | -1, steps: number): State[] {
	const states = [from];
	for (let step = 0; step < steps; step += 1) {
		states.push(stepped(EVENTS, states.at(-1) ?? from, by));
	}
	return states;
}

test("at a time, all events of that time and before have happened", () => {
	assert.equal(countAt(EVENTS, -1), 0);
	assert.equal(countAt(EVENTS, 0), 2);
	assert.equal(countAt(EVENTS, 9_999), 2);
	assert.equal(countAt(EVENTS, 10_000), 3);
	assert.equal(countAt(EVENTS, 70_000), 4);
});

test("between two events, time and height grow evenly", () => {
	assert.equal(yAt(EVENTS, 0), 50);
	assert.equal(yAt(EVENTS, 5_000), 65);
	assert.equal(yAt(EVENTS, 10_000), 80);
	assert.equal(yAt(EVENTS, 40_000), 110);
});

test("outside the diagram, its first and its last height hold", () => {
	assert.equal(yAt(EVENTS, -5), 50);
	assert.equal(yAt(EVENTS, 99_000), 140);
	assert.equal(timeAt(EVENTS, 0), 0);
	assert.equal(timeAt(EVENTS, 999), 70_000);
	assert.equal(yAt([], 5), 0);
});

test("a height leads back to its time", () => {
	for (const time of TIMES) {
		const back = timeAt(EVENTS, yAt(EVENTS, time));
		assert.ok(Math.abs(back - time) < 1e-6);
	}
});

test("a step shows one event more, also where two share a time", () => {
	const states = walk(after(EVENTS, 0), 1, 5);
	assert.deepEqual(
		states.map((state) => state.count),
		[0, 1, 2, 3, 4, 4],
	);
	assert.deepEqual(
		states.map((state) => state.nowUs),
		[0, 0, 0, 10_000, 70_000, 70_000],
	);
});

test("back undoes a step exactly", () => {
	const there = walk(after(EVENTS, 0), 1, 4);
	const back = walk(after(EVENTS, 4), -1, 4);
	assert.deepEqual(back.reverse(), there);
	assert.equal(stepped(EVENTS, after(EVENTS, 0), -1).count, 0);
});

test("from the whole picture, a step begins anew and back takes the last event", () => {
	assert.deepEqual(stepped(EVENTS, WHOLE, 1), after(EVENTS, 1));
	assert.deepEqual(stepped(EVENTS, WHOLE, -1), after(EVENTS, 3));
});

test("between two events, back takes the last one away and a step adds the next", () => {
	const flying = { count: 2, nowUs: 5_000, whole: false };
	assert.deepEqual(stepped(EVENTS, flying, -1), after(EVENTS, 1));
	assert.deepEqual(stepped(EVENTS, flying, 1), after(EVENTS, 3));
});

test("playing rests at an event, then moves down evenly", () => {
	const pace = { pxPerMs: 0.1, restMs: 200 };
	const start = { count: 2, y: 50, restMs: 200 };
	assert.deepEqual(later(EVENTS, start, 150, pace), { ...start, restMs: 50 });
	assert.deepEqual(later(EVENTS, start, 300, pace), {
		count: 2,
		y: 60,
		restMs: 0,
	});
	assert.deepEqual(later(EVENTS, start, 550, pace), {
		count: 3,
		y: 80,
		restMs: 150,
	});
});

test("playing shows an event when its time has come, never before", () => {
	let now = { state: after(EVENTS, 0), restMs: 0 };
	let frames = 0;
	for (; now.state.count < EVENTS.length; frames += 1) {
		const before = now.state;
		now = played(EVENTS, now.state, now.restMs, 16);
		assert.ok(now.state.nowUs >= before.nowUs - 1e-6);
		const happened = countAt(EVENTS, now.state.nowUs);
		assert.ok(now.state.count <= happened);
	}
	assert.deepEqual(now.state, after(EVENTS, EVENTS.length));
	assert.ok(frames * 16 > 3_000);
});

test("a diagram of usual size plays for 6 to 20 seconds", () => {
	for (const count of [6, 21, 27, 60]) {
		const events = Array.from({ length: count }, (_, place) =>
			at(place * 1000, 50 + 20 * place, "x"),
		);
		const pace = paceOf(events);
		const travelMs = (20 * (count - 1)) / pace.pxPerMs;
		const totalMs = travelMs + count * pace.restMs;
		assert.ok(totalMs >= 6_000 && totalMs <= 20_001, `${totalMs}`);
	}
});

test("events that all happen at once are played too", () => {
	const events = [at(5_000, 50, "x"), at(5_000, 50, "y")];
	let now = { state: after(events, 0), restMs: 0 };
	for (let frame = 0; frame < 200; frame += 1) {
		now = played(events, now.state, now.restMs, 16);
	}
	assert.deepEqual(now.state, after(events, 2));
	assert.equal(
		wordsFor(events, wholeOf(events)),
		"2 events at 5 ms. Play them one by one.",
	);
});

test("a time is never said before it is reached", () => {
	assert.equal(ms(39_999), "39.9 ms");
	assert.equal(ms(40_000), "40 ms");
	assert.equal(ms(1_500), "1.5 ms");
});

test("the signs for a message become words", () => {
	assert.equal(eventInWords("a -> b: -50"), "a sends to b: -50");
	assert.equal(eventInWords("b <- a: -50"), "b gets from a: -50");
	assert.equal(
		eventInWords("a -x b: -50 (link cut)"),
		"Lost on the way from a to b: -50 (link cut)",
	);
	assert.equal(eventInWords("a wrote x -> y: done"), "a wrote x -> y: done");
});

test("words name the last event, its time and its place", () => {
	assert.equal(wordsFor(EVENTS, WHOLE), "4 events in 70 ms. Play them one by one.");
	assert.equal(
		wordsFor(EVENTS, after(EVENTS, 0)),
		"0 ms · nothing has happened yet · 0 of 4",
	);
	assert.equal(
		wordsFor(EVENTS, { count: 3, nowUs: 40_000, whole: false }),
		"10 ms · b gets from a: x · 3 of 4",
	);
});

test("the slider says the time, the last event and its place", () => {
	assert.equal(valueFor(EVENTS, WHOLE), "whole picture, 4 events");
	assert.equal(
		valueFor(EVENTS, { count: 3, nowUs: 40_000, whole: false }),
		"40 ms: b gets from a: x, 3 of 4",
	);
});

test("a picture that is drawn anew is shown at the time where the one before was", () => {
	assert.deepEqual(placed(EVENTS, 40_000), { count: 3, nowUs: 40_000, whole: false });
	assert.deepEqual(placed(EVENTS, 90_000), { count: 4, nowUs: 70_000, whole: false });
	assert.deepEqual(placed(EVENTS, -1), { count: 2, nowUs: 0, whole: false });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MARGIN_PX, placeOf } from "../src/termcard.ts";

const CARD = { width: 200, height: 60 };
const VIEW = { width: 390, height: 800 };

test("a card stands below its word, and begins where the word does", () => {
	const word = { left: 40, top: 100, bottom: 120 };
	assert.deepEqual(placeOf(word, CARD, VIEW), { left: 40, top: 120 });
});

test("a card of a word at an edge stays within the window", () => {
	const right = { left: 380, top: 100, bottom: 120 };
	assert.equal(placeOf(right, CARD, VIEW).left, 390 - 200 - MARGIN_PX);
	assert.equal(placeOf({ ...right, left: -5 }, CARD, VIEW).left, MARGIN_PX);
});

test("a card stands above a word at the window's foot, if there is room", () => {
	const low = { left: 40, top: 760, bottom: 780 };
	assert.equal(placeOf(low, CARD, VIEW).top, 700);
	assert.equal(placeOf(low, CARD, { width: 390, height: 790 }).top, 700);
	const squeezed = { left: 40, top: 20, bottom: 40 };
	assert.equal(placeOf(squeezed, CARD, { width: 390, height: 50 }).top, 40);
});

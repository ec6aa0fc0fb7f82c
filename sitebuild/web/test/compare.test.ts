import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { compared, comparisonInWords, normalised } from "../src/compare.ts";
import { csv } from "../src/figure.ts";

// The same examples at every run.
fc.configureGlobal({ seed: 7 });

const lines: fc.Arbitrary<string[]> = fc.array(fc.constantFrom("a", "b", "c", ""), {
	maxLength: 12,
});

test("blanks at the ends of lines and of the text do not count", () => {
	assert.deepEqual(normalised("a  \nb\n\n \n"), ["a", "b"]);
	assert.deepEqual(normalised(""), []);
});

test("equal texts are the same, others are not", () => {
	fc.assert(
		fc.property(lines, lines, (one, other) => {
			assert.equal(compared(one, other).same, isDeepStrictEqual(one, other));
		}),
	);
});

test("what is not marked was published, in that order", () => {
	fc.assert(
		fc.property(lines, lines, (printed, published) => {
			const result = compared(printed, published);
			assert.deepEqual(
				result.lines.map((line) => line.text),
				printed,
			);
			const kept = result.lines.filter((line) => !line.differs);
			let at = 0;
			for (const { text } of kept) {
				at = published.indexOf(text, at) + 1;
				assert.notEqual(at, 0);
			}
			assert.equal(result.gone, published.length - kept.length);
		}),
	);
});

test("a changed line among equal ones is the only one that is marked", () => {
	const result = compared(["a", "B", "c"], ["a", "b", "c"]);
	assert.deepEqual(
		result.lines.map((line) => line.differs),
		[false, true, false],
	);
	assert.equal(
		comparisonInWords(result),
		"1 of 3 lines differs from what was published.",
	);
});

test("of two long texts what comes after the first difference differs", () => {
	const many = Array.from({ length: 2000 }, (_, number) => String(number));
	const longer = compared(["a", "b", ...many], ["a", "B"]);
	assert.equal(longer.lines.length, 2002);
	assert.equal(longer.lines.filter((line) => line.differs).length, 2001);
	assert.equal(longer.gone, 1);
	assert.equal(
		comparisonInWords(compared(["0"], many)),
		"1999 lines less than published.",
	);
});

test("a comparison is said in words", () => {
	assert.equal(comparisonInWords(compared(["a"], ["a"])), "Same as published.");
	assert.equal(
		comparisonInWords(compared([], ["a", "b"])),
		"2 lines less than published.",
	);
	assert.equal(
		comparisonInWords(compared(["x", "y"], []), "row"),
		"2 of 2 rows differ from what was published.",
	);
});

test("numbers are written as RFC 4180 has them", () => {
	assert.equal(csv([["a", 'b"c', "d,e", "f\ng"]]), 'a,"b""c","d,e","f\ng"\r\n');
});

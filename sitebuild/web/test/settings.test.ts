// What settings do to code and to links, held to the cases that pytest reads too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
	allowed,
	gridOf,
	inLink,
	isSettings,
	type Knob,
	knobsOf,
	labelOf,
	placeOf,
	readSettings,
	settingsFragment,
	withValues,
} from "../src/settings.ts";

interface Case {
	says: string;
	code: string[];
	knobs: (Knob & { links: string[] })[];
}

const cases: Case[] = JSON.parse(
	readFileSync(new URL("../../../tests/site/cases/knobs.json", import.meta.url), "utf-8"),
);
const told = (knobs: Case["knobs"]): Knob[] =>
	knobsOf(
		JSON.stringify(knobs.map(({ kind: _, positions: __, links: ___, ...rest }) => rest)),
	);

for (const { says, code, knobs } of cases) {
	test(`as the build reads it: ${says}`, () => {
		const text = code.join("\n");
		const read = told(knobs);
		for (const [place, knob] of read.entries()) {
			const { links, ...rest } = knobs[place] as Case["knobs"][number];
			assert.deepEqual(knob, rest);
			assert.deepEqual(knob.positions.map(inLink), links);
			const lineAt = code.slice(0, knob.line - 1).join("\n").length;
			const from = lineAt + (knob.line > 1 ? 1 : 0) + knob.start;
			const to = from + knob.published.length;
			assert.deepEqual(placeOf(text, knob), { from, to, value: knob.published });
		}
		assert.equal(withValues(text, read, new Map()), text);
	});
}

const [policy, careful] = told(cases[3]?.knobs ?? []) as [Knob, Knob];
const code = (cases[3]?.code ?? []).join("\n");

test("turned knobs change their literals and nothing else", () => {
	const turned = withValues(code, [policy, careful], new Map([["policy", '"nothing"']]));
	assert.equal(turned, code.replace('policy="lease, stale"', 'policy="nothing"'));
});

test("a line that was edited away, or stands there twice, is a knob's no longer", () => {
	assert.equal(placeOf(code.replace("careful=False", "careful=maybe()"), careful), null);
	assert.equal(placeOf(code.replace("knob: True | False", "a switch"), careful), null);
	assert.equal(placeOf(`${code}\n${code}`, careful), null);
	const typed = placeOf(code.replace("careful=False", "careful = 37"), careful);
	assert.equal(typed?.value, "37");
	assert.equal(placeOf(code.replace("careful=", "is_careful="), careful), null);
});

test("a link holds what differs from what was published", () => {
	const values = new Map([
		["policy", '"a->b"'],
		["careful", "False"],
	]);
	const link = settingsFragment("two-atms", [policy, careful], values);
	assert.equal(link, "#set=two-atms~policy~a--b");
	assert.match(link, /^#set=[A-Za-z0-9._~-]+$/);
});

test("a link is read back, whatever was done to it on its way", () => {
	const asked = [["timeout_ms", "15"]];
	for (const link of [
		"#set=two-atms~timeout_ms~15",
		"#SET=two-atms~timeout_ms~15.",
		"#set%3Dtwo-atms%7Etimeout_ms%7e15",
		"#set=two-atms~timeout_ms~15)",
	]) {
		assert(isSettings(link));
		assert.deepEqual(readSettings(link), { block: "two-atms", asked });
	}
	assert(!isSettings("#two-atms"));
	assert(!isSettings("#run=two-atms.abc"));
});

test("what does not fit is named, and the rest is taken", () => {
	const asked: [string, string][] = [
		["policy", "nothing"],
		["careful", "perhaps"],
		["speed", "3"],
	];
	assert.deepEqual(allowed([policy, careful], asked), {
		values: new Map([["policy", '"nothing"']]),
		refused: ["careful = perhaps", "speed = 3"],
	});
});

test("a name tells its unit", () => {
	assert.deepEqual(labelOf("timeout_ms"), { label: "timeout", unit: "ms" });
	assert.deepEqual(labelOf("LOAD_PER_S"), { label: "load", unit: "a second" });
	assert.deepEqual(labelOf("write_back"), { label: "write back", unit: "" });
	assert.deepEqual(labelOf("R"), { label: "R", unit: "" });
});

test("a range is even, reaches both its ends, and survives a link", () => {
	const settings = fc.record({
		low: fc.integer({ min: -50, max: 50 }),
		by: fc.integer({ min: 1, max: 40 }),
		steps: fc.integer({ min: 1, max: 60 }),
		places: fc.integer({ min: 0, max: 3 }),
		pick: fc.nat(),
	});
	fc.assert(
		fc.property(settings, ({ low, by, steps, places, pick }) => {
			const text = (n: number) => {
				const fixed = (n / 10 ** places).toFixed(places);
				return Number(fixed) === 0 ? fixed.replace("-", "") : fixed;
			};
			const expected = Array.from({ length: steps + 1 }, (_, n) => text(low + n * by));
			const comment = `# knob: ${expected[0]}..${expected.at(-1)} step ${text(by)}`;
			const published = expected[0] as string;
			const grid = gridOf(comment, published);
			assert.deepEqual(grid, { kind: "range", positions: expected });
			const where = { name: "ab", shared: false, line: 1, start: 3, published, comment };
			const knob: Knob = { ...where, ...grid };
			const value = expected[pick % expected.length] as string;
			const values = new Map([["ab", value]]);
			const line = `ab=${published}  ${comment}`;
			const turned = withValues(line, [knob], values);
			assert.equal(placeOf(turned, knob)?.value, value);
			const { asked } = readSettings(settingsFragment("x", [knob], values));
			const back = allowed([knob], asked).values;
			assert.equal(back.get("ab") ?? published, value);
		}),
	);
});

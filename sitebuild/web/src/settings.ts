// What a reader may turn in a snippet: positions, places in the code, and the link that
// carries them; nothing here knows of a page. sitebuild/knobs.py reads the same comments
// and refuses wrong ones; tests/site/cases/knobs.json keeps the two alike.
//   #set=<snippet's name>~<knob>~<position>~<knob>~<position>

/** What the build says of a knob. */
interface Told {
	name: string;
	/** Whether all blocks of the page that have it move together. */
	shared: boolean;
	/** Where its literal stands: the line from 1, the column from 0. */
	line: number;
	start: number;
	published: string;
	comment: string;
}

export interface Knob extends Told {
	kind: "range" | "choice" | "switch";
	/** The texts of the literals that may stand there. */
	positions: string[];
}

/** The text of a literal for the name of each knob. */
export type Values = ReadonlyMap<string, string>;

const MARK = "#set=";
const RANGE = /^(-?[\d.]+?)\.\.(-?[\d.]+)(?: step ([\d.]+))?$/;
const LITERAL = String.raw`-?\d+(?:\.\d+)?|"[^"\\]*"|True|False`;

/** Return the positions of a range, counted in whole numbers of the last decimal. */
function range(low: string, high: string, step = "1"): string[] {
	const decimals = (text: string) => text.split(".")[1]?.length ?? 0;
	const places = Math.max(...[low, high, step].map(decimals));
	const whole = (text: string) => {
		const [units = "", rest = ""] = text.split(".");
		return Number(units + rest.padEnd(places, "0"));
	};
	const written = (number: number) => {
		const digits = `${Math.abs(number)}`.padStart(places + 1, "0");
		const point = digits.length - places;
		const fraction = places > 0 ? `.${digits.slice(point)}` : "";
		return `${number < 0 ? "-" : ""}${digits.slice(0, point)}${fraction}`;
	};
	const [first, last, by] = [whole(low), whole(high), whole(step)];
	const count = Math.floor((last - first) / by) + 1;
	return Array.from({ length: count }, (_, n) => written(first + n * by));
}

/** Return what a comment allows in the place of a literal. */
export function gridOf(
	comment: string,
	published: string,
): Pick<Knob, "kind" | "positions"> {
	const grid = comment.replace(/^[^:]*: /, "");
	const [, low, high, step] = RANGE.exec(grid) ?? [];
	if (low !== undefined && high !== undefined) {
		return { kind: "range", positions: range(low, high, step) };
	}
	if (published === "True" || published === "False") {
		return { kind: "switch", positions: ["False", "True"] };
	}
	const quote = published.startsWith('"') ? '"' : "";
	const positions = grid.split(" | ").map((text) => quote + text + quote);
	return { kind: "choice", positions };
}

/** Return the knobs that the build has told of. */
export const knobsOf = (told: string): Knob[] =>
	(JSON.parse(told) as Told[]).map((knob) => ({
		...knob,
		...gridOf(knob.comment, knob.published),
	}));

/** Return the published code with its knobs turned. */
export function withValues(code: string, knobs: readonly Knob[], values: Values): string {
	const lines = code.split("\n");
	for (const { name, line, start, published } of knobs) {
		const text = lines[line - 1] ?? "";
		const rest = text.slice(start + published.length);
		lines[line - 1] = text.slice(0, start) + (values.get(name) ?? published) + rest;
	}
	return lines.join("\n");
}

export interface Place {
	from: number;
	to: number;
	value: string;
}

/** Return where a knob's literal stands in code that was edited, or null: it is gone. */
export function placeOf(code: string, { name, comment }: Knob): Place | null {
	const pattern = new RegExp(
		`(?<![\\w.])${name}(?:\\s*:[^=\\n]*)?\\s*=\\s*(${LITERAL})(?=[\\s,)])`,
		"dg",
	);
	let at = 0;
	const found: Place[] = [];
	for (const line of code.split("\n")) {
		const end = line.trimEnd().endsWith(comment) ? line.lastIndexOf(comment) : 0;
		for (const { indices } of line.slice(0, end).matchAll(pattern)) {
			const [from = 0, to = 0] = indices?.[1] ?? [];
			found.push({ from: at + from, to: at + to, value: line.slice(from, to) });
		}
		at += line.length + 1;
	}
	return found.length === 1 ? (found[0] ?? null) : null;
}

/** Return a position as links carry it: no quotes, unreserved characters alone. */
export const inLink = (position: string): string =>
	position.replace(/^"|"$/g, "").replace(/[^A-Za-z0-9._-]/gu, "-");

/** Return the fragment for what is not at its published value. */
export function settingsFragment(
	block: string,
	knobs: readonly Knob[],
	values: Values,
): string {
	const parts = [block];
	for (const { name, published } of knobs) {
		const value = values.get(name) ?? published;
		if (value !== published) {
			parts.push(name, inLink(value));
		}
	}
	return MARK + parts.join("~");
}

/** Undo what programs do to links on their way: escapes, capitals, punctuation behind. */
function restored(fragment: string): string {
	const plain = fragment.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return plain.replace(/^#set=/i, MARK).replace(/[^\w-]+$/, "");
}

export const isSettings = (fragment: string): boolean =>
	restored(fragment).startsWith(MARK);

/** Return the block that a fragment is for, and its names and positions as they came. */
export function readSettings(fragment: string): {
	block: string;
	asked: [string, string][];
} {
	const [block = "", ...parts] = restored(fragment).slice(MARK.length).split("~");
	const asked: [string, string][] = [];
	for (let at = 0; at < parts.length; at += 2) {
		asked.push([parts[at] ?? "", parts[at + 1] ?? ""]);
	}
	return { block, asked };
}

/** Return what a link asks for that these knobs can do, and in words what they cannot. */
export function allowed(
	knobs: readonly Knob[],
	asked: readonly [string, string][],
): { values: Map<string, string>; refused: string[] } {
	const values = new Map<string, string>();
	const refused: string[] = [];
	for (const [name, value] of asked) {
		const knob = knobs.find((candidate) => candidate.name === name);
		const position = knob?.positions.find((text) => inLink(text) === value);
		if (position === undefined) {
			refused.push(`${name} = ${value}`);
		} else {
			values.set(name, position);
		}
	}
	return { values, refused };
}

const UNITS: Record<string, string> = {
	...{ us: "µs", ms: "ms", s: "s", percent: "%", bytes: "bytes", per_s: "a second" },
};

/** Return a knob's name as words, and its unit: "timeout_ms" is a timeout in ms. */
export function labelOf(name: string): { label: string; unit: string } {
	const [, stem = name.toLowerCase(), suffix = ""] =
		/^(.+?)_(us|ms|per_s|s|percent|bytes)$/.exec(name.toLowerCase()) ?? [];
	return {
		label: name.length === 1 ? name : stem.replaceAll("_", " ").trim(),
		unit: UNITS[suffix] ?? "",
	};
}

/** Return a literal as it is read: a text without its quotes. */
export const spoken = (position: string): string => position.replace(/^"|"$/g, "");

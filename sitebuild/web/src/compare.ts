// Compare what a run printed with what the page printed when it was built.
import { diffArrays } from "diff";

export interface Line {
	text: string;
	differs: boolean;
}

export interface Comparison {
	lines: Line[];
	/** How many published lines are not there any more. */
	gone: number;
	same: boolean;
}

/** Return the text as the build records it: no blanks at the ends of lines. */
export function normalised(text: string): string[] {
	const lines = text.split("\n").map((line) => line.trimEnd());
	while (lines.length > 0 && lines.at(-1) === "") {
		lines.pop();
	}
	return lines;
}

/** Beyond this many differences a diff takes longer than a reader can learn from it. */
const MOST_EDITS = 500;

interface Change {
	value: string[];
	added?: boolean;
	removed?: boolean;
}

function changes(from: string[], to: string[]): Change[] {
	const found = diffArrays(from, to, { maxEditLength: MOST_EDITS });
	if (found) {
		return found;
	}
	const different = to.findIndex((line, place) => line !== from[place]);
	const same = to.slice(0, different < 0 ? to.length : different);
	return [
		{ value: same },
		{ value: from.slice(same.length), removed: true },
		{ value: to.slice(same.length), added: true },
	];
}

/** Return the lines that were printed, each marked if it was not published. */
export function compared(printed: string[], published: string[]): Comparison {
	const lines: Line[] = [];
	let gone = 0;
	for (const { value, added = false, removed } of changes(published, printed)) {
		if (removed) {
			gone += value.length;
		} else {
			lines.push(...value.map((text) => ({ text, differs: added })));
		}
	}
	return { lines, gone, same: gone === 0 && !lines.some((line) => line.differs) };
}

/** Say a comparison in words, for the status line. */
export function comparisonInWords(
	{ lines, gone, same }: Comparison,
	what = "line",
): string {
	if (same) {
		return "Same as published.";
	}
	const fresh = lines.filter((line) => line.differs).length;
	const count = (n: number) => `${n} ${what}${n === 1 ? "" : "s"}`;
	if (fresh === 0) {
		return `${count(gone)} less than published.`;
	}
	const differ = fresh === 1 ? "differs" : "differ";
	return `${fresh} of ${count(lines.length)} ${differ} from what was published.`;
}

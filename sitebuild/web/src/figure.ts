// A figure that a run printed: its words, its numbers, its picture made safe.
import { cleaned } from "./lazy.ts";

export interface Drawn {
	title: string;
	description: string;
	columns: string[];
	rows: string[][];
	svg: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isRow = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every(isText);

/** Return the figure that was printed, or null where the text is no figure of ours. */
export function figureIn(printed: string): Drawn | null {
	const svg = printed.trim();
	if (!svg.startsWith("<svg") || !svg.endsWith("</svg>")) {
		return null;
	}
	const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
	const words = (tag: string): string =>
		[...root.children].find((child) => child.localName === tag)?.textContent ?? "";
	try {
		const { columns, rows } = JSON.parse(words("metadata"));
		if (!isRow(columns) || !Array.isArray(rows) || !rows.every(isRow)) {
			return null;
		}
		return { title: words("title"), description: words("desc"), columns, rows, svg };
	} catch {
		return null;
	}
}

/** Return the picture without anything that could run, load or reach out of its box. */
export function picture(svg: string): HTMLElement {
	const host = document.createElement("div");
	host.className = "sd-redrawn";
	// A root of its own keeps the picture's style sheet from the rest of the page.
	const shadow = host.attachShadow({ mode: "open" });
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(
		"svg{display:block;width:100%;max-width:27rem;height:auto;margin:0 auto}",
	);
	shadow.adoptedStyleSheets = [sheet];
	shadow.append(cleaned(svg));
	return host;
}

const quoted = (cell: string): string =>
	/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** Return rows as CSV (RFC 4180). */
export const csv = (rows: string[][]): string =>
	rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");

/** Return the cells of a table on the page, its head first. */
export const cells = (table: HTMLTableElement): string[][] =>
	[...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent ?? ""));

/** Return a table for the page; rows that differ are marked. */
export function table(columns: string[], rows: { row: string[]; differs: boolean }[]) {
	const made = document.createElement("table");
	made.className = "sd-table";
	const head = made.createTHead().insertRow();
	for (const column of columns) {
		const cell = document.createElement("th");
		cell.textContent = column;
		head.append(cell);
	}
	const body = made.createTBody();
	for (const { row, differs } of rows) {
		const line = body.insertRow();
		line.classList.toggle("sd-differs", differs);
		for (const cell of row) {
			line.insertCell().textContent = cell;
		}
	}
	return made;
}

// A figure on the page: its tools, its player, and the picture that a run drew anew.
import { type Comparison, compared, comparisonInWords } from "./compare.ts";
import { button, copy, make, save } from "./dom.ts";
import { cells, csv, type Drawn, figureIn, picture, table } from "./figure.ts";
import type { Output } from "./output.ts";
import { mountPlayer, type Place } from "./player.ts";

// Under other columns no row is the same.
const asLines = ([columns = [], ...rows]: string[][]): string[] =>
	rows.map((row) => [...columns, ...row].join("\u001f"));

/** Return a picture as the page would write it. */
function asWritten(svg: string): string {
	const holder = document.createElement("template");
	holder.innerHTML = svg; // inert there: nothing of it runs or loads
	return holder.innerHTML.trim();
}

/** How a figure compares: row by row, and as a whole. */
export interface FigureComparison {
	rows: Comparison;
	same: boolean;
}

const STANDALONE = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Put a row of quiet buttons under a figure or a record. */
export function mountTools(element: HTMLElement, link: string): void {
	const tools = element.querySelector<HTMLElement>(".sd-tools");
	if (tools === null) {
		return;
	}
	const name = element.id;
	const status = make("span", { class: "sd-status", role: "status" });
	const buttons = [
		button("Copy link", "Copy a link to this place", () => {
			void copy(link, status, () => "Copied.");
		}),
	];
	const svg = () => shownPicture(element);
	if (svg()) {
		buttons.push(
			button("Save SVG", "Save this figure as a file", () => {
				const text = new XMLSerializer().serializeToString(whole(svg()));
				save(STANDALONE + text, "image/svg+xml", `${name}.svg`);
			}),
		);
	}
	const numbers = () =>
		element.querySelector<HTMLTableElement>(".sd-numbers table:not([hidden])");
	buttons.push(
		button("Save CSV", "Save the numbers as a file", () => {
			const shown = numbers();
			save(shown ? csv(cells(shown)) : "", "text/csv", `${name}.csv`);
		}),
	);
	tools.replaceChildren(...buttons, status);
}

/** Return the picture that stands there now: the published one, or one drawn anew. */
function shownPicture(element: HTMLElement): SVGSVGElement | null {
	const redrawn = element.querySelector(".sd-picture .sd-redrawn")?.shadowRoot;
	return (
		redrawn?.querySelector("svg") ?? element.querySelector(".sd-picture > svg") ?? null
	);
}

/** Return a copy of a picture with all that a player may have hidden. */
function whole(svg: SVGSVGElement | null): SVGSVGElement {
	const copied = (svg as SVGSVGElement).cloneNode(true) as SVGSVGElement;
	for (const shape of copied.querySelectorAll<SVGElement>("[clip-path],[style]")) {
		shape.removeAttribute("clip-path");
		shape.style.removeProperty("visibility");
	}
	for (const made of copied.querySelectorAll(".sd-now,clipPath")) {
		made.remove();
	}
	return copied;
}

export class FigureView {
	#element: HTMLElement;
	#picture: HTMLElement;
	#caption: HTMLElement | null;
	#words: Node[];
	#svg: SVGSVGElement | null;
	#written: string;
	#table: HTMLTableElement | null;
	#redrawn: HTMLElement | null = null;
	#stopPlayer: (() => Place | null) | null = null;

	constructor(element: HTMLElement, box: HTMLElement) {
		this.#element = element;
		this.#picture = box;
		this.#caption = element.querySelector("figcaption");
		this.#words = [...(this.#caption?.childNodes ?? [])];
		this.#svg = shownPicture(element);
		this.#written = this.#svg?.outerHTML ?? "";
		this.#table = element.querySelector(".sd-numbers table");
		this.#mountPlayer();
	}

	#mountPlayer(): void {
		const place = this.#stopPlayer?.() ?? null; // it keeps its simulated time
		this.#stopPlayer = null;
		const host = this.#element.querySelector<HTMLElement>(".sd-player");
		const svg = shownPicture(this.#element);
		if (host && svg) {
			host.hidden = svg.querySelector(".sd-event") === null; // a chart has no steps
			this.#stopPlayer = mountPlayer(host, svg, place);
		}
	}

	compare(drawn: Drawn): FigureComparison {
		const published = this.#table ? cells(this.#table) : [];
		const rows = compared(asLines([drawn.columns, ...drawn.rows]), asLines(published));
		return { rows, same: rows.same && asWritten(drawn.svg) === this.#written };
	}

	/** Put the figure that a run printed in its place; return how it compares, in words. */
	verdict(output: Output, ok: boolean): string {
		const drawn = figureIn(output.out);
		if (drawn) {
			output.keepErrors();
		}
		if (drawn === null || !ok) {
			this.restore();
			return "It printed no figure.";
		}
		const { rows, same } = this.draw(drawn);
		return rows.same && !same
			? "Same numbers as published, in another picture."
			: comparisonInWords(rows, "row");
	}

	/** Put the new figure in place of the old; return how it compares. */
	draw(drawn: Drawn): FigureComparison {
		this.#takeBack();
		const result = this.compare(drawn);
		this.#redrawn = picture(drawn.svg);
		this.#svg?.remove();
		this.#picture.append(this.#redrawn);
		const title = make(
			"strong",
			{},
			`${drawn.title}${/[?!.]$/.test(drawn.title) ? "" : "."}`,
		);
		this.#caption?.replaceChildren(title, ` ${drawn.description}`);
		const rows = drawn.rows.map((row, place) => ({
			row,
			differs: result.rows.lines[place]?.differs ?? false,
		}));
		if (this.#table) {
			this.#table.hidden = true;
			this.#table.after(table(drawn.columns, rows));
		}
		this.#mountPlayer();
		return result;
	}

	/** Show the published figure again. */
	restore(): void {
		if (this.#redrawn) {
			this.#takeBack();
			this.#mountPlayer();
		}
	}

	/** Let the picture take no less room than it has, while it is drawn again and again. */
	holdHeight(): void {
		this.#picture.style.minHeight = `${this.#picture.offsetHeight}px`;
	}

	letGoOfHeight(): void {
		this.#picture.style.removeProperty("min-height");
	}

	/** Tell whoever cannot see it that the picture is about to change. */
	setBusy(isBusy: boolean): void {
		this.#picture.ariaBusy = isBusy ? "true" : null;
	}

	#takeBack(): void {
		if (this.#redrawn === null) {
			return;
		}
		this.#redrawn.remove();
		this.#redrawn = null;
		if (this.#svg) {
			this.#picture.append(this.#svg);
		}
		this.#caption?.replaceChildren(...this.#words);
		if (this.#table) {
			this.#table.nextElementSibling?.remove();
			this.#table.hidden = false;
		}
	}

	leave(): void {
		this.#stopPlayer?.();
	}
}

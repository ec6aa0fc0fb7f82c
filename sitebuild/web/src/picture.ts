// The diagram itself while it is played: what of it is seen, and how far.
//
// A group of an event is seen once the event has happened. What takes time (a message,
// a cut) is drawn down to the present until the step that ends it. Heads, lifelines and
// times stay: they are the axes.

import { inWords, type Moment, type State, wholeOf, yAt } from "./moments.ts";

const SVG = "http://www.w3.org/2000/svg";
const GUTTER_PX = 36; // where the times stand

/** Return a new element of an SVG. */
export function drawn(
	kind: string,
	attributes: Record<string, string | number>,
): SVGElement {
	const element = document.createElementNS(SVG, kind);
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, `${value}`);
	return element;
}

/** A message's line or a cut's band, which can be drawn in part. */
class Shape {
	readonly until: number;
	private readonly element: SVGElement;
	private readonly full: Record<string, number> = {};

	constructor(element: SVGElement) {
		this.element = element;
		this.until = Number(element.dataset.until);
		for (const name of ["x1", "y1", "x2", "y2", "y", "height"])
			this.full[name] = Number(element.getAttribute(name));
	}

	/** Draw the shape down to a height. */
	reach(down: number): void {
		const { x1 = 0, y1 = 0, x2 = 0, y2 = 0, y = 0, height = 0 } = this.full;
		if (this.element.localName === "rect") {
			const part = Math.min(Math.max(down - y, 0), height);
			this.element.setAttribute("height", `${part}`);
			return;
		}
		const share = (down - y1) / (y2 - y1 || 1);
		const part = Math.min(Math.max(share, 0), 1);
		this.element.setAttribute("x2", `${x1 + part * (x2 - x1)}`);
		this.element.setAttribute("y2", `${y1 + part * (y2 - y1)}`);
	}
}

export class Picture {
	readonly events: Moment[] = [];
	private readonly groups: SVGElement[];
	private readonly shapes: Shape[];
	private readonly now: SVGElement;

	constructor(svg: SVGSVGElement) {
		this.groups = [...svg.querySelectorAll<SVGElement>(".sd-event")];
		const shapes = svg.querySelectorAll<SVGElement>("[data-until]");
		this.shapes = [...shapes].map((element) => new Shape(element));
		for (const { dataset } of this.groups) {
			const { step, atUs, y, says = "" } = dataset;
			this.events[Number(step)] = {
				atUs: Number(atUs),
				y: Number(y),
				says: inWords(says),
			};
		}
		const x2 = svg.viewBox.baseVal.width;
		this.now = drawn("line", { class: "now", x1: GUTTER_PX, x2 });
		this.now.style.stroke = "var(--sd-series-2, #b4431f)";
		// Below all else, so that words stay legible.
		svg.insertBefore(this.now, svg.querySelector("g, text"));
	}

	show({ count, nowUs, whole }: State): void {
		const y = yAt(this.events, nowUs);
		this.now.style.display = whole ? "none" : "";
		for (const end of ["y1", "y2"]) this.now.setAttribute(end, `${y}`);
		for (const group of this.groups) {
			const happened = Number(group.dataset.step) < count;
			group.style.visibility = happened ? "" : "hidden";
		}
		// At the end nothing more will come: what is still on its way is drawn as it is.
		const over = count === this.events.length;
		for (const shape of this.shapes)
			shape.reach(over || shape.until < count ? Infinity : y);
	}

	restore(): void {
		this.show(wholeOf(this.events));
		this.now.remove();
	}
}

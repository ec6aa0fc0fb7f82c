// The diagram itself while it is played: what of it is seen, and how far.
//
// A group of an event is seen once the event has happened. What takes time (a message,
// a cut) is cut off at the height of the present until the step that ends it. Heads,
// lifelines and times stay: they are the axes.

import { eventInWords, type Moment, type State, wholeOf, yAt } from "./moments.ts";

const SVG = "http://www.w3.org/2000/svg";
const HALF_STROKE_PX = 0.8; // else the upper half of a flat line runs ahead
/** What a player can play: a picture that a run printed may hold anything. */
export const EVENTS = ".sd-event[data-step][data-at-us][data-y]";
let pictures = 0;

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

/** What takes time and fills a height of its own: it grows, and needs no clip. */
interface Band {
	shape: SVGElement;
	top: number;
	height: number;
}

export class Picture {
	readonly events: Moment[] = [];
	private readonly bands: Band[] = [];
	private readonly groups: SVGElement[];
	private readonly shapes: SVGElement[];
	private readonly now: SVGElement;
	private readonly past: SVGElement;
	private readonly clip: SVGElement;

	constructor(svg: SVGSVGElement) {
		this.groups = [...svg.querySelectorAll<SVGElement>(EVENTS)];
		const lasting = [...svg.querySelectorAll<SVGElement>("[data-until]")];
		this.shapes = lasting.filter((shape) => !shape.matches("rect.band"));
		for (const shape of lasting.filter((each) => each.matches("rect.band"))) {
			const number = (name: string) => Number(shape.getAttribute(name));
			this.bands.push({ shape, top: number("y"), height: number("height") });
		}
		// In their order, with no gap: a picture that a run printed may leave steps out.
		const steps = new Set(this.groups.map(({ dataset }) => Number(dataset.step)));
		const order = [...steps].sort((a, b) => a - b);
		for (const { dataset } of this.groups) {
			const { step, atUs, y, says = "" } = dataset;
			this.events[order.indexOf(Number(step))] = {
				atUs: Number(atUs),
				y: Number(y),
				says: eventInWords(says),
			};
		}
		const { width } = svg.viewBox.baseVal;
		pictures += 1;
		this.clip = drawn("clipPath", { id: `sd-past-${pictures}` });
		this.past = drawn("rect", { width });
		this.clip.append(this.past);
		// Between the lifelines: outside them it would cross out the words of the moment.
		const lives = [...svg.querySelectorAll(".life")];
		const xs = lives.map((life) => Number(life.getAttribute("x1")));
		const [x1, x2] = xs.length > 1 ? [Math.min(...xs), Math.max(...xs)] : [0, width];
		this.now = drawn("line", { class: "sd-now", x1, x2 });
		this.now.style.stroke = "var(--sd-series-2, #b4431f)";
		this.now.style.strokeOpacity = "0.6";
		// Below all else, so that words stay legible.
		svg.insertBefore(this.now, svg.querySelector("g, text"));
		svg.append(this.clip);
	}

	show({ count, nowUs, whole }: State): void {
		const y = yAt(this.events, nowUs);
		this.now.style.display = whole ? "none" : "";
		for (const end of ["y1", "y2"]) this.now.setAttribute(end, `${y}`);
		this.past.setAttribute("height", `${y - HALF_STROKE_PX}`);
		for (const group of this.groups) {
			const happened = Number(group.dataset.step) < count;
			group.style.visibility = happened ? "" : "hidden";
		}
		// At the end nothing more will come: what is still on its way is drawn as it is.
		const over = count === this.events.length;
		for (const shape of this.shapes) {
			if (over || Number(shape.dataset.until) < count) shape.removeAttribute("clip-path");
			else shape.setAttribute("clip-path", `url(#${this.clip.id})`);
		}
		// Safari does not paint anew what a clip has hidden wholly.
		for (const { shape, top, height } of this.bands) {
			const ended = over || Number(shape.dataset.until) < count;
			const until = ended ? height : Math.min(Math.max(y - top, 0), height);
			shape.setAttribute("height", `${until}`);
		}
	}

	/** Leave the picture as it was found. */
	restore(): void {
		this.show(wholeOf(this.events));
		for (const group of this.groups) group.removeAttribute("style");
		this.now.remove();
		this.clip.remove();
	}
}

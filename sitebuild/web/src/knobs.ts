// The controls of a snippet's knobs: native ones, made once and kept.
import { button, make } from "./dom.ts";
import { type Knob, labelOf, spoken } from "./settings.ts";

/** What a reader does with them. */
interface Hands {
	/** A knob moves; `settled` tells that it has been let go. */
	turned(name: string, position: string, settled: boolean): void;
	run(): void;
	share(): void;
	reset(): void;
}

/** One control, whatever its kind. */
interface Control {
	knob: Knob;
	row: HTMLElement;
	input: HTMLInputElement | HTMLSelectElement;
	shown: HTMLElement;
	unit: string;
}

/** Return the element that a reader moves, at no position yet. */
function inputFor({ kind, positions }: Knob): Control["input"] {
	if (kind === "range") {
		// It counts positions, whose texts are no floats.
		const max = `${positions.length - 1}`;
		return make("input", { type: "range", min: "0", max, step: "1" });
	}
	if (kind === "switch") {
		return make("input", { type: "checkbox" });
	}
	const options = positions.map((text) => make("option", { value: text }, spoken(text)));
	return make("select", {}, ...options);
}

function read({ knob, input }: Control): string {
	if (knob.kind === "range") {
		return knob.positions[Number(input.value)] ?? knob.published;
	}
	if (knob.kind === "switch") {
		return input instanceof HTMLInputElement && input.checked ? "True" : "False";
	}
	return input.value;
}

/** Scroll the page where a browser would turn the control that is in focus. */
function scrollOver(wheel: Event): void {
	if (wheel instanceof WheelEvent && wheel.currentTarget === document.activeElement) {
		wheel.preventDefault();
		const lines = wheel.deltaMode === WheelEvent.DOM_DELTA_LINE;
		scrollBy(0, wheel.deltaY * (lines ? 16 : 1));
	}
}

export class Panel {
	#controls = new Map<string, Control>();
	#status = make("span", { class: "sd-status", role: "status" });
	#run: HTMLButtonElement;
	#share: HTMLButtonElement;
	#reset: HTMLButtonElement;
	#hands: Hands;

	constructor(host: HTMLElement, block: string, knobs: readonly Knob[], hands: Hands) {
		this.#hands = hands;
		const run = "Run the code with these settings";
		this.#run = button("Run settings", run, hands.run, "sd-run");
		const share = "Copy a link that holds these settings";
		this.#share = button("Share settings", share, hands.share);
		const reset = "Go back to what was published";
		this.#reset = button("Reset settings", reset, hands.reset);
		const rows = knobs.map((knob) => this.#rowFor(block, knob));
		const legend = make("legend", { class: "sd-unseen" }, `Settings of ${block}`);
		const buttons = [this.#run, this.#share, this.#reset];
		host.replaceChildren(
			make("fieldset", {}, legend, ...rows),
			make(
				"div",
				{ class: "sd-knobs-foot" },
				this.#status,
				make("span", { class: "sd-right" }, ...buttons),
			),
		);
		this.arrange({ turned: false, waiting: false });
	}

	#rowFor(block: string, knob: Knob): HTMLElement {
		const { label, unit } = labelOf(knob.name);
		const input = inputFor(knob);
		input.id = `${block}-knob-${knob.name}`;
		const words = unit === "" ? label : `${label}, ${unit}`;
		const shown = make("span", { class: "sd-knob-value", "aria-hidden": "true" });
		const named = make("label", { for: input.id }, words);
		const row = make("div", { class: `sd-knob sd-knob-${knob.kind}` }, named, input);
		row.append(shown);
		const control = { knob, row, input, shown, unit };
		this.#controls.set(knob.name, control);
		const turned = (settled: boolean) => () => {
			const position = read(control);
			this.show(knob.name, position);
			this.#hands.turned(knob.name, position, settled);
		};
		if (knob.kind === "range") {
			input.addEventListener("input", turned(false));
		}
		input.addEventListener("change", turned(true));
		input.addEventListener("wheel", scrollOver, { passive: false });
		this.show(knob.name, knob.published);
		return row;
	}

	/** Put a control to a position; to a text that is none, its words alone. */
	show(name: string, value: string): void {
		const control = this.#controls.get(name);
		if (control === undefined) {
			return;
		}
		const { knob, row, input, shown, unit } = control;
		const place = knob.positions.indexOf(value);
		const isPlaced = place >= 0 && read(control) !== value;
		if (isPlaced && input instanceof HTMLInputElement) {
			input.value = knob.kind === "range" ? `${place}` : input.value;
			input.checked = knob.kind === "switch" && value === "True";
		} else if (isPlaced) {
			input.value = value;
		}
		const words = spoken(value);
		if (knob.kind === "range") {
			shown.textContent = words;
			input.setAttribute("aria-valuetext", unit === "" ? words : `${words} ${unit}`);
		} else {
			shown.textContent = place < 0 ? words : "";
		}
		row.classList.toggle("sd-turned", value !== knob.published);
	}

	/** Let a control rest, and say why; with no words it can be moved again. */
	rest(name: string, why: string): void {
		const control = this.#controls.get(name);
		if (control) {
			control.input.disabled = why !== "";
			control.shown.textContent = why || control.shown.textContent;
		}
	}

	/** Show what can be done: `waiting` tells that these settings have not run. */
	arrange({ turned, waiting }: { turned: boolean; waiting: boolean }): void {
		this.#run.hidden = !waiting;
		this.#share.hidden = !turned;
		this.#reset.hidden = !turned;
	}

	focus(): void {
		this.#controls.values().next().value?.input.focus();
	}

	get status(): HTMLElement {
		return this.#status;
	}

	/** Say a sentence, with one more that only those hear who do not see the output. */
	say(words: string, unseen = ""): void {
		this.#status.textContent = words;
		if (unseen !== "") {
			this.#status.append(make("span", { class: "sd-unseen" }, unseen));
		}
	}
}

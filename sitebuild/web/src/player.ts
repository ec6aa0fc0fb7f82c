// Play a space-time diagram: show only what has happened so far, and say it in words.
//
//   |<  <|  play  |>  >|   ----o--------------   34 ms
//   10 ms · ATM2 gets from ATM1: -50 · 4 of 21

import {
	after,
	countAt,
	type Moment,
	ms,
	placed,
	played,
	type State,
	stepped,
	valueFor,
	wholeOf,
	wordsFor,
} from "./moments.ts";
import { drawn, EVENTS, Picture } from "./picture.ts";

const ICONS = {
	start: "M6 6h2v12H6zM19 6v12l-9-6z",
	back: "M15 6v12l-9-6zM16.5 6h2v12h-2z",
	play: "M8 5v14l11-7z",
	pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
	step: "M9 6v12l9-6zM5.5 6h2v12h-2z",
	whole: "M5 6v12l9-6zM16 6h2v12h-2z",
};
const LABELS = {
	start: "To the start",
	back: "Back one event",
	play: "Play",
	step: "Forward one event",
	whole: "Whole picture",
};
type Action = keyof typeof LABELS;
const CALM_MS = 1200;
let playing: Player | null = null; // one at a time on a page

function made<K extends keyof HTMLElementTagNameMap>(
	kind: K,
	className: string,
): HTMLElementTagNameMap[K] {
	const element = document.createElement(kind);
	element.className = className;
	return element;
}

/** Give a button its picture and its name; nothing is done while that stays the same. */
function dress(button: HTMLButtonElement, icon: keyof typeof ICONS, label: string): void {
	if (button.title === label) return;
	const picture = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
	picture.append(drawn("path", { d: ICONS[icon] }));
	button.replaceChildren(picture);
	button.title = label;
	button.setAttribute("aria-label", label);
}

/** Where a player is in simulated time, and whether it goes on from there. */
export interface Place {
	nowUs: number;
	isPlaying: boolean;
}

class Player {
	private readonly host: HTMLElement;
	private readonly svg: SVGSVGElement;
	private readonly picture: Picture;
	private readonly events: readonly Moment[];
	private readonly buttons = new Map<Action, HTMLButtonElement>();
	private readonly slider = made("input", "sd-player-slider");
	private readonly clock = made("span", "sd-player-clock");
	private readonly words = made("p", "sd-player-words");
	private readonly listening = new AbortController();
	private state: State;
	private restMs = 0;
	private lastMs = 0;
	private cancel = () => {};
	/** Where it was put; a shorter picture ended before that. */
	private readonly put: Place | null;
	private readonly begin: State;

	constructor(host: HTMLElement, svg: SVGSVGElement, put: Place | null) {
		this.host = host;
		this.svg = svg;
		this.picture = new Picture(svg);
		this.events = this.picture.events;
		this.put = put;
		this.begin = put ? placed(this.events, put.nowUs) : wholeOf(this.events);
		this.state = this.begin;
		this.build();
		this.listen();
		this.show();
		if (put?.isPlaying && this.state.count < this.events.length) this.play();
	}

	/** Return where it is, or null for the whole picture. */
	private place(): Place | null {
		if (this.state.whole) return null;
		const isPlaying = playing === this;
		const hasMoved = this.state !== this.begin;
		const nowUs = (hasMoved ? null : this.put?.nowUs) ?? this.state.nowUs;
		return { nowUs, isPlaying };
	}

	stop(): Place | null {
		const place = this.place();
		this.pause();
		this.listening.abort();
		this.picture.restore();
		this.host.replaceChildren();
		this.host.classList.remove("sd-player-used");
		this.host.removeAttribute("role");
		this.host.removeAttribute("aria-label");
		return place;
	}

	private build(): void {
		const buttons = made("div", "sd-player-buttons");
		for (const action of Object.keys(LABELS) as Action[]) {
			const button = made("button", `sd-player-${action}`);
			button.type = "button";
			dress(button, action, LABELS[action]);
			button.addEventListener("click", () => this.act(action));
			this.buttons.set(action, button);
			buttons.append(button);
		}
		this.slider.type = "range";
		this.slider.min = `${this.events[0]?.atUs}`;
		this.slider.max = `${this.events.at(-1)?.atUs}`;
		this.slider.setAttribute("aria-label", "Simulated time");
		this.clock.setAttribute("aria-hidden", "true"); // the slider says it
		this.words.setAttribute("aria-live", "polite");
		const time = made("div", "sd-player-time");
		time.append(this.slider, this.clock);
		this.host.setAttribute("role", "group");
		const title = this.svg.querySelector("title")?.textContent ?? "the diagram";
		this.host.setAttribute("aria-label", `Play: ${title}`);
		this.host.replaceChildren(buttons, time, this.words);
	}

	private listen(): void {
		const { signal } = this.listening;
		this.slider.addEventListener("input", () => {
			const nowUs = Number(this.slider.value);
			const count = countAt(this.events, nowUs);
			this.go({ count, nowUs, whole: false }, "off"); // the slider speaks
		});
		this.host.addEventListener("keydown", (key) => this.press(key), { signal });
		const onHide = () => document.hidden && this.pause();
		document.addEventListener("visibilitychange", onHide, { signal });
		// What is printed is the whole picture.
		const whole = () => this.picture.show(wholeOf(this.events));
		addEventListener("beforeprint", whole, { signal });
		addEventListener("afterprint", () => this.show(), { signal });
	}

	private act(action: Action): void {
		if (action === "play" && playing === this) this.pause();
		else if (action === "play") this.play();
		else if (action === "start") this.go(after(this.events, 0));
		else if (action === "whole") this.go(wholeOf(this.events));
		else this.go(stepped(this.events, this.state, action === "step" ? 1 : -1));
	}

	private press(key: KeyboardEvent): void {
		if (key.altKey || key.ctrlKey || key.metaKey || key.shiftKey) return;
		const inSlider = key.target === this.slider;
		const live = inSlider ? "off" : "polite";
		const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[key.key];
		const ends = { Home: 0, End: this.events.length }[key.key];
		if ((by === 1 || by === -1) && (inSlider || !/Up|Down/.test(key.key))) {
			this.go(stepped(this.events, this.state, by), live);
		} else if (ends !== undefined && inSlider) {
			this.go(after(this.events, ends), live);
		} else return;
		key.preventDefault();
	}

	private go(state: State, live: "polite" | "off" = "polite"): void {
		this.pause();
		this.state = state;
		this.words.setAttribute("aria-live", live);
		this.show();
	}

	private play(): void {
		playing?.pause();
		playing = this;
		this.words.setAttribute("aria-live", "off"); // it would speak without an end
		if (this.state.count === this.events.length) this.state = after(this.events, 0);
		this.restMs = 0;
		this.lastMs = performance.now();
		this.frame(this.lastMs);
	}

	private pause(): void {
		this.cancel();
		if (playing !== this) return;
		playing = null;
		this.show();
	}

	private frame(nowMs: number): void {
		const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
		if (calm) this.state = stepped(this.events, this.state, 1);
		else {
			const elapsedMs = Math.min(nowMs - this.lastMs, 100); // however slow the page
			const to = played(this.events, this.state, this.restMs, elapsedMs);
			this.state = to.state;
			this.restMs = to.restMs;
		}
		this.lastMs = nowMs;
		this.show();
		const over = this.state.count === this.events.length;
		if (over || !this.svg.isConnected) this.pause();
		else if (calm) {
			const id = setTimeout(() => this.frame(performance.now()), CALM_MS);
			this.cancel = () => clearTimeout(id);
		} else {
			const id = requestAnimationFrame((now) => this.frame(now));
			this.cancel = () => cancelAnimationFrame(id);
		}
	}

	private show(): void {
		this.picture.show(this.state);
		this.host.classList.toggle("sd-player-used", !this.state.whole);
		this.slider.value = `${this.state.nowUs}`;
		this.clock.textContent = ms(this.state.nowUs);
		const words = wordsFor(this.events, this.state);
		const news = this.words.textContent !== words;
		if (news) this.words.textContent = words;
		// A slider in focus must not speak at every frame.
		if (news || playing !== this) {
			const value = valueFor(this.events, this.state);
			this.slider.setAttribute("aria-valuetext", value);
		}
		this.showButtons();
	}

	private showButtons(): void {
		const { count, whole } = this.state;
		const idle = {
			start: count === 0,
			back: count === 0,
			play: false,
			step: !whole && count === this.events.length,
			whole,
		};
		for (const [action, button] of this.buttons) {
			// Not "disabled", which would take the focus away.
			button.setAttribute("aria-disabled", `${idle[action]}`);
		}
		const play = this.buttons.get("play");
		if (play && playing === this) dress(play, "pause", "Pause");
		else if (play) dress(play, "play", LABELS.play);
	}
}

/**
 * Put a player for the diagram into an empty element, perhaps at a place; return what
 * removes it, and tells where it was.
 */
export function mountPlayer(
	host: HTMLElement,
	svg: SVGSVGElement,
	place: Place | null = null,
): () => Place | null {
	if (!svg.querySelector(EVENTS)) return () => place;
	const player = new Player(host, svg, place);
	return () => player.stop();
}

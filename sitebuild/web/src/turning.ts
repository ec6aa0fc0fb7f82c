// What turning a knob does: it changes the code, and runs it when that is quick enough.
//
//   the block's last run took   a range runs while it moves   else when it is let go
//   under 100 ms                x
//   longer, or there is none                                  x
import { copy } from "./dom.ts";
import type { Editor } from "./editor.ts";
import { Panel } from "./knobs.ts";
import { Literals } from "./literals.ts";
import {
	allowed,
	type Knob,
	knobsOf,
	placeOf,
	settingsFragment,
	withValues,
} from "./settings.ts";
import { linkTo } from "./share.ts";

const LIVE_MS = 100;
const GONE = "its line is gone";
const UNREAD = "read the code first";

/** What a block lends to its knobs. */
export interface Bench {
	name: string;
	/** The published code, and the element that shows it. */
	published: string;
	source: Element;
	editor(): Editor | null;
	/** Run the code; what was there before stands until the run has ended. */
	run(): void;
	reset(): void;
	/** Whether Python is there. */
	isReady(): boolean;
}

/** All that have knobs on this page: those who share one move together. */
const all = new Set<Turning>();

export class Turning {
	#bench: Bench;
	#knobs: Knob[];
	#values = new Map<string, string>();
	#panel: Panel;
	#literals: Literals;
	/** The code that was run last, or is published: its output is there, or will be. */
	#asked: string;
	#lastMs: number | null = null;
	/** Whether the last run is these knobs' own, who then say how it gets on. */
	speaks = false;
	/** Nothing is said of a run while its knob still moves: only once it is let go. */
	#settled = true;
	#unsaid: [string, string] | null = null;

	constructor(host: HTMLElement, bench: Bench) {
		this.#bench = bench;
		this.#knobs = knobsOf(host.dataset.sdKnobs ?? "[]");
		this.#literals = new Literals(bench.source, this.#knobs);
		this.#asked = bench.published;
		this.#toPublished();
		this.#panel = new Panel(host, bench.name, this.#knobs, {
			turned: (name, position, settled) => this.#turned(name, position, settled),
			run: () => this.#go(true),
			share: () => void this.#share(),
			reset: () => {
				bench.reset();
				this.#panel.focus();
			},
		});
		all.add(this);
	}

	/** The published code with these settings. */
	get code(): string {
		return withValues(this.#bench.published, this.#knobs, this.#values);
	}

	get #isTurned(): boolean {
		return this.#knobs.some(
			({ name, published }) => this.#values.get(name) !== published,
		);
	}

	#toPublished(): void {
		for (const { name, published } of this.#knobs) {
			this.#values.set(name, published);
		}
	}

	/** Take a position: in the editor, if it is open, else in the code that is shown. */
	#put(knob: Knob, position: string): void {
		this.#values.set(knob.name, position);
		this.#literals.put(knob, position);
		this.#panel.show(knob.name, position);
		const editor = this.#bench.editor();
		const place = editor ? placeOf(editor.code(), knob) : null;
		if (editor && place && place.value !== position) {
			editor.replace(place.from, place.to, position);
		}
	}

	#turned(name: string, position: string, settled: boolean): void {
		const knob = this.#knobs.find((candidate) => candidate.name === name);
		if (knob) {
			this.#put(knob, position);
			this.#go(settled);
			this.#tellOthers(knob, position, settled);
		}
	}

	#tellOthers({ name, shared }: Knob, position: string, settled: boolean): void {
		for (const other of all) {
			const knob = other.#knobs.find((each) => each.shared && each.name === name);
			if (shared && knob && other !== this && other.#values.get(name) !== position) {
				other.#put(knob, position);
			}
			if (shared && knob && other !== this) {
				other.#go(settled, false);
			}
		}
	}

	/** Run what stands there, unless it has run; a follower says nothing of it. */
	#go(settled: boolean, speaking = true): void {
		const code = this.#bench.editor()?.code().trimEnd() ?? this.code;
		const isLive = this.#lastMs !== null && this.#lastMs < LIVE_MS;
		if (code === this.#asked) {
			this.#settle(settled && speaking);
		} else if (settled || isLive) {
			this.#asked = code;
			this.#settled = settled && speaking;
			this.#unsaid = null;
			this.speaks = true;
			this.#bench.run();
		}
		this.#arrange();
	}

	/** Say what was kept back while a knob was moving. */
	#settle(settled: boolean): void {
		this.#settled ||= settled;
		if (settled && this.#unsaid) {
			this.#panel.say(...this.#unsaid);
			this.#unsaid = null;
		}
	}

	#arrange(): void {
		const isEdited = this.#bench.editor() !== null;
		this.#panel.arrange({
			turned: this.#isTurned && !isEdited,
			waiting: !isEdited && this.code !== this.#asked,
		});
	}

	/** Take note that code was run by other hands than a knob's. */
	started(code: string): void {
		this.#asked = code;
		this.speaks = false;
		this.#panel.say("");
		this.#arrange();
	}

	/** Take note of how long a run took. The first pays for what it imports, too. */
	ran(ms: number): void {
		this.#lastMs = this.#lastMs === null ? 0 : ms;
	}

	/** Take note that a run did not come to its end: the same may be asked for again. */
	broke(): void {
		this.#asked = "";
		this.#arrange();
	}

	/** Say how a run gets on, or keep it until the knob is let go. */
	say(words: string, unseen = ""): void {
		if (this.#settled) {
			this.#panel.say(words, unseen);
		} else {
			this.#unsaid = [words, unseen];
		}
	}

	/** Follow what is written in the editor; code that came with a link is not to run. */
	edited(code: string, isUnread = false): void {
		for (const knob of this.#knobs) {
			const place = placeOf(code, knob);
			this.#panel.rest(knob.name, isUnread ? UNREAD : place ? "" : GONE);
			if (place && !isUnread) {
				this.#panel.show(knob.name, place.value);
			}
		}
		this.#arrange();
	}

	/** Set the knobs as a link says, and run that if Python is there. */
	follow(asked: [string, string][]): void {
		const { values, refused } = allowed(this.#knobs, asked);
		for (const knob of this.#knobs) {
			const position = values.get(knob.name) ?? knob.published;
			this.#put(knob, position);
			this.#tellOthers(knob, position, this.#bench.isReady());
		}
		const sorry =
			refused.length > 0
				? `The link asks for ${refused.join(", ")}, which is not offered here and ` +
					"stays as published. "
				: "";
		const waits = this.code !== this.#asked;
		if (waits && this.#bench.isReady() && refused.length === 0) {
			this.#go(true);
			return;
		}
		this.speaks = true;
		const what = waits ? "Set as the link says: press Run settings." : "";
		this.#panel.say(sorry + what);
		this.#arrange();
	}

	/** Show what was published. */
	reset(): void {
		const turned = this.#knobs.filter(
			({ name, published }) => this.#values.get(name) !== published,
		);
		this.#toPublished();
		this.#literals.restore(this.#knobs);
		this.#asked = this.#bench.published;
		this.#settled = true;
		this.#unsaid = null;
		this.speaks = false;
		this.#panel.say("");
		for (const { name, published } of this.#knobs) {
			this.#panel.rest(name, "");
			this.#panel.show(name, published);
		}
		for (const knob of turned) {
			this.#tellOthers(knob, knob.published, true);
		}
		this.#arrange();
	}

	async #share(): Promise<void> {
		const link = linkTo(settingsFragment(this.#bench.name, this.#knobs, this.#values));
		await copy(link, this.#panel.status, () => "Link copied: it holds these settings.");
	}

	/** Let go: the page has moved on. */
	leave(): void {
		all.delete(this);
	}
}

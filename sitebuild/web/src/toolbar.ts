// The buttons of one snippet, and the line in which it says how it gets on.
import { button, copy, make } from "./dom.ts";
import { linkTo } from "./share.ts";

/** What the buttons do. */
interface Actions {
	runOrStop(): void;
	/** Have an answer judged; null where there is no exercise. */
	check: (() => void) | null;
	edit(): void;
	showMine(): void;
	reset(): void;
	share(): void;
}

/** What decides which of them are there. */
interface State {
	running: boolean;
	edited: boolean;
	/** The reader's own code is kept from before. */
	hasMine: boolean;
	hasOutput: boolean;
}

export class Toolbar {
	readonly status = make("span", { class: "sd-status", role: "status" });
	readonly run: HTMLButtonElement;
	readonly edit: HTMLButtonElement;
	#mine: HTMLButtonElement;
	#reset: HTMLButtonElement;
	#share: HTMLButtonElement;

	/** With a button for a link to the snippet, unless its anchor is null. */
	constructor(bar: HTMLElement, anchor: string | null, actions: Actions) {
		const runOrStop = ({ detail: clicks }: MouseEvent) => {
			// Of a double click the second would stop what the first began.
			if (clicks <= 1) {
				actions.runOrStop();
			}
		};
		this.run = button("Run", "Run this code here", runOrStop, "sd-run");
		this.edit = button("Edit", "Change this code here", actions.edit);
		const before = "Show what you wrote here before";
		this.#mine = button("Show my edit", before, actions.showMine);
		this.#reset = button("Reset", "Show what was published again", actions.reset);
		this.#share = button("Share", "Copy a link that holds this code", actions.share);
		const left = [this.run, this.edit, this.#mine, this.#reset];
		if (actions.check) {
			left.splice(1, 0, button("Check", "Judge this answer", actions.check, "sd-check"));
		}
		const right = [this.#share];
		if (anchor !== null) {
			const link = () =>
				void copy(linkTo(`#${anchor}`), this.status, () => "Link copied.");
			right.push(button("Link", "Copy a link to this snippet", link));
		}
		bar.replaceChildren(
			make("span", { class: "sd-left" }, ...left),
			make("span", { class: "sd-right" }, ...right),
			this.status,
		);
	}

	arrange({ running, edited, hasMine, hasOutput }: State): void {
		this.run.textContent = running ? "Stop" : "Run";
		this.run.title = running ? "Stop this run" : "Run this code here";
		this.run.classList.toggle("sd-stop", running);
		this.edit.hidden = edited;
		this.#mine.hidden = edited || !hasMine;
		this.#reset.hidden = !edited && !hasOutput;
		this.#share.hidden = !edited;
	}

	get said(): string {
		return this.status.textContent;
	}

	/** Say a sentence, with one more that only those hear who do not see the output. */
	say(words: string, unseen = ""): void {
		this.status.textContent = words;
		if (unseen !== "") {
			this.status.append(make("span", { class: "sd-unseen" }, unseen));
		}
	}
}

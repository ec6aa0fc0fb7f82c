// What an exercise has beyond a snippet: a check, a mark, and a line for all of its page.
import { button, make } from "./dom.ts";
import type { End } from "./interpreter.ts";
import type { Draft } from "./kept.ts";
import { PREFIX, Progress, Shelf, type State } from "./progress.ts";

const MARKS: Record<State, string> = {
	open: "",
	solved: "Solved",
	changed: "Changed since you solved it",
};
const BROKEN = "Broken: the check failed; that is our mistake, not yours";
const MINE = " What you wrote before is behind “Show my edit”.";
const ASKING =
	"Forget, in this browser, which exercises you solved, and all that you wrote in them?";

const shelf = new Shelf(() => localStorage);
let mounted: Exercise[] = [];

/** Return a verdict in words, which begin with its own. */
function words({ verdict, message, line }: Extract<End, { kind: "graded" }>): string {
	switch (verdict) {
		case "passed":
			return "Passed.";
		case "wrong":
			return `Wrong: ${message}`;
		case "unfinished":
			return `Unfinished: ${message}.`;
		case "failed":
			return `Failed in line ${line}: ${message}`;
		case "broken":
			return `${BROKEN} (${message}).`;
	}
}

export class Exercise {
	/** The code that judges an answer, as the page shows it. */
	readonly check: string;
	readonly draft: Draft;
	#element: HTMLElement;
	#progress: Progress;
	#mark = make("span", { class: "sd-mark" });

	private constructor(element: HTMLElement, check: string, progress: Progress) {
		this.#element = element;
		this.check = check;
		this.#progress = progress;
		this.draft = {
			keep: (code) => {
				progress.keep(code);
				showProgress();
			},
			kept: () => progress.kept(),
		};
	}

	/** Return the exercise that an element of the page is, or null. */
	static of(element: HTMLElement): Exercise | null {
		const { sdName: name = "", sdPage: page, sdOf: of = "" } = element.dataset;
		const judge = document.querySelector(`[data-sd-check="${name}"] code`);
		if (page === undefined || judge === null) {
			return null;
		}
		const progress = new Progress(shelf, `${page}.${name}`, of);
		return new Exercise(element, judge.textContent.trimEnd(), progress);
	}

	get state(): State {
		return this.#progress.state;
	}

	get isOnPage(): boolean {
		return this.#element.isConnected;
	}

	/** Show how far its reader is, from now on. */
	mount(bar: HTMLElement): void {
		bar.querySelector(".sd-left")?.append(this.#mark);
		mounted = [...mounted.filter((other) => other.isOnPage), this];
		showProgress();
	}

	showMark(): void {
		const { state } = this;
		this.#mark.textContent = MARKS[state];
		this.#mark.classList.toggle("sd-solved", state === "solved");
	}

	/** Note how an answer was judged, and return what is said of it. */
	told(end: Extract<End, { kind: "graded" }>, isEdited: boolean): string {
		if (end.verdict === "passed") {
			this.#progress.pass();
			showProgress();
		}
		const { droppedChars } = end;
		const dropped =
			droppedChars > 0
				? ` ${droppedChars.toLocaleString("en")} more characters are not shown.`
				: "";
		// What was judged then is what the page shows, and not what is kept.
		const hasMore =
			end.verdict === "unfinished" && !isEdited && this.draft.kept() !== null;
		return words(end) + dropped + (hasMore ? MINE : "");
	}
}

/** Show each exercise's mark, and below the last of them how many are solved. */
function showProgress(): void {
	const here = mounted.filter((exercise) => exercise.isOnPage);
	for (const exercise of here) {
		exercise.showMark();
	}
	const line = document.querySelector<HTMLElement>(".sd-progress");
	if (line === null) {
		return;
	}
	const solved = here.filter(({ state }) => state === "solved").length;
	const where = shelf.isRefused
		? "This is not kept in this browser, which refuses to keep anything."
		: "This is kept in this browser, and nowhere else.";
	const words = make("span", {}, `You have solved ${solved} of ${here.length}. ${where}`);
	line.firstElementChild?.replaceWith(words);
	if (line.firstElementChild === null) {
		line.append(words);
	}
	// Once it is there it stays: whoever has just pressed it is on it.
	if (line.childElementCount === 1 && !shelf.isEmpty) {
		const title = "Forget, in this browser, all that you solved and wrote";
		line.append(button("Forget all", title, forgetAll));
	}
}

function forgetAll(): void {
	if (confirm(ASKING)) {
		shelf.forget();
		showProgress();
	}
}

// Another tab of this browser has solved one, written in one, or forgotten all.
addEventListener("storage", ({ key }) => {
	if (key === null || key.startsWith(PREFIX)) {
		showProgress();
	}
});

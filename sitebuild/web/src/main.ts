// What every page loads: buttons for its snippets, players for its diagrams.
// The interpreter and the editor are fetched when a reader first asks for them.
import { Block } from "./block.ts";
import { make } from "./dom.ts";
import { Exercise } from "./exercise.ts";
import { FigureView, mountTools } from "./figureview.ts";
import { interpreter } from "./pageworker.ts";
import { isSettings, readSettings } from "./settings.ts";
import { isShared, LinkError, linkTo, readFragment } from "./share.ts";
import { showTerms } from "./terms.ts";

interface Pages {
	subscribe(mount: () => void): void;
}

const SLICE_MS = 4;
const SETTLED_MS = 100;

const arrivedAt = location.pathname;
/** Whether the reader has gone on to another page since. */
let moved = false;
let blocks: Block[] = [];
let waiting: HTMLElement[] = [];
/** The link that was followed last. */
let opened = "";

function mount(): void {
	for (const block of blocks.filter((old) => !old.element.isConnected)) {
		block.leave();
	}
	blocks = blocks.filter((old) => old.element.isConnected);
	waiting = [...document.querySelectorAll<HTMLElement>("[data-sd-name]")];
	followMoved();
	mountSome();
}

// In slices, so that a long page answers its reader while its buttons appear.
function mountSome(): void {
	const until = performance.now() + SLICE_MS;
	while (performance.now() < until) {
		const element = waiting.shift();
		if (element === undefined) {
			void openLink();
			return;
		}
		if (element.dataset.sdMounted === undefined) {
			element.dataset.sdMounted = "";
			mountOne(element);
		}
	}
	setTimeout(mountSome);
}

function mountOne(element: HTMLElement): void {
	mountTools(element, linkTo(`#${element.id}`));
	const box = element.querySelector<HTMLElement>(".sd-picture");
	const figure = box ? new FigureView(element, box) : null;
	const bar = element.querySelector<HTMLElement>(".sd-bar");
	if (bar) {
		const exercise = Exercise.of(element);
		blocks.push(new Block(element, bar, figure, interpreter, exercise));
		exercise?.mount(bar);
	}
}

/** Return the block that a link is for, or say what the link is for instead. */
function blockFor(name: string): Block {
	const block = blocks.find((candidate) => candidate.name === name);
	if (block === undefined) {
		throw new LinkError(`This page has no snippet ${name}; the link is for another.`);
	}
	return block;
}

/** Turn the knobs as a link says. */
function openSettings(hash: string): void {
	const { block: name, asked } = readSettings(hash);
	const block = blockFor(name);
	if (block.knobs === null) {
		throw new LinkError(`The snippet ${name} has no such settings.`);
	}
	if (hash !== opened) {
		opened = hash;
		block.knobs.follow(asked);
	}
	block.element.scrollIntoView();
}

/** Show the code or the settings that the address carries, if it carries any. */
async function openLink(hash = location.hash): Promise<void> {
	if (!isShared(hash) && !isSettings(hash)) {
		return;
	}
	for (const old of document.querySelectorAll(".sd-linked")) {
		old.remove();
	}
	try {
		if (isSettings(hash)) {
			openSettings(hash);
			return;
		}
		const { name, code } = await readFragment(hash);
		const block = blockFor(name);
		if (hash === opened && block.isEdited) {
			return; // the way back to it must not undo what the reader wrote
		}
		if (await block.yieldsTo(code)) {
			opened = hash;
			await block.offer(code);
		}
	} catch (error) {
		const words = error instanceof LinkError ? error.message : String(error);
		const notice = make("div", { class: "sd-notice sd-linked", role: "alert" }, words);
		document.querySelector(".md-content__inner")?.prepend(notice);
	}
}

/** Go to where a section of this page has moved, if the address asks for such a one. */
function followMoved(hash = location.hash): void {
	if (hash === "" || isShared(hash) || document.getElementById(hash.slice(1))) {
		return;
	}
	const list = document.getElementById("sd-moved")?.textContent;
	const place = list ? JSON.parse(list)[hash] : undefined;
	if (typeof place === "string") {
		location.replace(new URL(place, location.href));
	}
}

const pages = (window as { document$?: Pages }).document$;
if (pages) {
	pages.subscribe(mount); // on arrival and after each move without a reload
} else {
	mount();
}
showTerms();
// Of the event, since the theme may have put the section's name into the address since.
addEventListener("hashchange", ({ newURL }) => {
	followMoved(new URL(newURL).hash);
	void openLink(new URL(newURL).hash);
});
// The theme takes the first move within a page for one to another page: it would fetch
// the page again, and what the reader wrote and ran would be gone. So links within a page
// are left to the browser (the theme passes over those with a target), and so is the way
// back.
document.addEventListener(
	"click",
	({ target }) => {
		const link = target instanceof Element ? target.closest("a") : null;
		const here = link?.origin === location.origin && link.pathname === location.pathname;
		if (link && here && link.hash !== "" && link.target === "") {
			link.target = "_self";
		}
	},
	{ capture: true },
);
const moves = (window as { location$?: { next(to: URL): void } }).location$;
if (moves) {
	const next = moves.next.bind(moves);
	moves.next = (to) => {
		if (moved || to.pathname !== arrivedAt) {
			moved = true;
			next(to);
			return;
		}
		const place = document.getElementById(to.hash.slice(1));
		if (place) {
			place.scrollIntoView();
			// Firefox and Safari put back the height of before, at which another place stands
			// once what was not laid out yet has its own height.
			setTimeout(() => place.scrollIntoView(), SETTLED_MS);
		} else if (!isShared(to.hash) && !isSettings(to.hash)) {
			scrollTo(0, history.state?.y ?? 0);
		}
	};
}
// Instant navigation makes each link's address whole; on paper only those that lead
// elsewhere are printed.
addEventListener("beforeprint", () => {
	for (const link of document.querySelectorAll<HTMLAnchorElement>(
		".md-content a[href]",
	)) {
		link.classList.toggle("sd-within", link.origin === location.origin);
	}
});
// A worker would be frozen in the middle of its run in a page that is kept asleep.
addEventListener("pagehide", () => interpreter.sleep());

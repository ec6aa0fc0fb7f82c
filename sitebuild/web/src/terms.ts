// A term's line beside the word: on hover, on focus, and on the first of two taps. It stays
// while the pointer is on the word or on the line, and Escape puts it away. To a screen
// reader the link itself says the line (aria-description), so the card is for eyes.
import { make } from "./dom.ts";
import { placeOf } from "./termcard.ts";

const TERM = "a.sd-term[aria-description]";
/** The way from the word to its card may lead past both for a moment. */
const LEAVE_MS = 200;
const AGAIN = "Tap the word again to open the glossary.";

let card: HTMLElement | null = null;
let shown: HTMLAnchorElement | null = null;
/** The word that was tapped last: a second tap follows its link. */
let tapped: HTMLAnchorElement | null = null;
let touches = false;
let leaving: ReturnType<typeof setTimeout> | undefined;

function termAt(target: EventTarget | null): HTMLAnchorElement | null {
	return target instanceof Element ? target.closest<HTMLAnchorElement>(TERM) : null;
}

function isOnCard(target: EventTarget | null): boolean {
	return target instanceof Node && card !== null && card.contains(target);
}

function hide(): void {
	clearTimeout(leaving);
	card?.remove();
	card = shown = null;
}

function show(term: HTMLAnchorElement): void {
	clearTimeout(leaving);
	if (shown === term) {
		return;
	}
	hide();
	// Within the page's text, so that it goes with the page and belongs to its landmark.
	const home = term.closest<HTMLElement>(".md-content__inner") ?? document.body;
	card = make(
		"div",
		{ class: "sd-card", role: "tooltip" },
		term.getAttribute("aria-description") ?? "",
	);
	home.append(card);
	shown = term;
	const lines = term.getClientRects();
	const word = lines[lines.length - 1] ?? term.getBoundingClientRect();
	const { left, top } = placeOf(word, card.getBoundingClientRect(), {
		width: document.documentElement.clientWidth,
		height: innerHeight,
	});
	const origin = (card.offsetParent ?? document.body).getBoundingClientRect();
	card.style.left = `${left - origin.left}px`;
	card.style.top = `${top - origin.top}px`;
}

function leave(): void {
	clearTimeout(leaving);
	leaving = setTimeout(() => {
		if (shown !== document.activeElement) {
			hide();
		}
	}, LEAVE_MS);
}

/** Show a tapped word's line; with the second tap the browser follows its link. */
function tap(click: MouseEvent): void {
	const term = termAt(click.target);
	const isTap = touches && click.detail > 0;
	if (term === null || !isTap || term === tapped) {
		tapped = null;
		return;
	}
	click.preventDefault();
	click.stopPropagation(); // the theme would follow it
	tapped = term;
	show(term);
	card?.append(make("small", {}, AGAIN));
}

/** Listen for all terms of this page, and of those that follow without a reload. */
export function showTerms(): void {
	document.addEventListener("pointerover", ({ target, pointerType }) => {
		const term = termAt(target);
		if (term && pointerType !== "touch") {
			show(term);
		} else if (isOnCard(target)) {
			clearTimeout(leaving);
		}
	});
	document.addEventListener("pointerout", ({ target, pointerType }) => {
		if (pointerType !== "touch" && (termAt(target) || isOnCard(target))) {
			leave();
		}
	});
	document.addEventListener("focusin", ({ target }) => {
		const term = termAt(target);
		if (term && !touches) {
			show(term);
		}
	});
	document.addEventListener("focusout", ({ target }) => {
		if (termAt(target) === shown) {
			hide();
		}
	});
	document.addEventListener("pointerdown", ({ target, pointerType }) => {
		touches = pointerType === "touch";
		if (!termAt(target) && !isOnCard(target)) {
			tapped = null;
			hide();
		}
	});
	document.addEventListener("keydown", ({ key }) => {
		touches = false;
		if (key === "Escape") {
			tapped = null;
			hide();
		}
	});
	document.addEventListener("click", tap, { capture: true });
}

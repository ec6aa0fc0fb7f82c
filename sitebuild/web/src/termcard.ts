// Where a term's card stands: pure, so that it is tested without a page.

export interface Box {
	left: number;
	top: number;
	bottom: number;
}

export interface Size {
	width: number;
	height: number;
}

/** What is kept free between a card and the edges of the window, in pixels. */
export const MARGIN_PX = 8;

/**
 * Return where a card begins, in the window's own coordinates: below its word where there
 * is room, else above it, and never beyond an edge to the left or right.
 */
export function placeOf(
	word: Box,
	card: Size,
	view: Size,
): { left: number; top: number } {
	const furthest = view.width - card.width - MARGIN_PX;
	const left = Math.max(MARGIN_PX, Math.min(word.left, furthest));
	const fitsBelow = word.bottom + card.height + MARGIN_PX <= view.height;
	const fitsAbove = word.top - card.height >= MARGIN_PX;
	return {
		left,
		top: fitsBelow || !fitsAbove ? word.bottom : word.top - card.height,
	};
}

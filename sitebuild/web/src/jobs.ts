// What is run where a snippet shows the source of an object of the package.
import type { Instead } from "./protocol.ts";

/**
 * Return how what the reader sees becomes a run: as it stands, or, where it is the source
 * of an object of the package, as the snippet below it, which calls that object.
 */
export function jobsOf(
	element: HTMLElement,
	published: string,
): (code: string) => { code: string; instead?: Instead } {
	const object = element.dataset.sdObject;
	if (object === undefined) {
		return (code) => ({ code });
	}
	const driver = element.querySelector(".sd-driver code")?.textContent?.trimEnd() ?? "";
	return (source) =>
		source === published
			? { code: driver }
			: { code: driver, instead: { object, source } };
}

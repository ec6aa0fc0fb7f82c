// Files of ours lie in a folder named after their content. Where one cannot be had, the
// site may have been published anew since this page was opened.

export const RELOAD =
	"The site has been published anew since you opened this page: reload the page.";

/** Tell whether the folder that this page's files came from is gone. */
export async function isGone(): Promise<boolean> {
	try {
		const own = new URL("main.js", import.meta.url);
		const { status } = await fetch(own, { method: "HEAD", cache: "no-store" });
		return status === 404 || status === 410;
	} catch {
		return false; // no network: that is another matter
	}
}

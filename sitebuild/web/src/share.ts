// Edited code as a link: it travels in the address's fragment, which is sent nowhere.
//   #run=<snippet's name>.<code, deflated, as base64url>

export const MAX_LINK_CHARS = 8000;
export const MAX_CODE_CHARS = 20_000;
const MARK = "#run=";

export class LinkError extends Error {}

export interface Shared {
	name: string;
	code: string;
}

async function piped(bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream) {
	const stream = new Blob([bytes]).stream().pipeThrough(through);
	const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader();
	const chunks: Uint8Array[] = [];
	let size = 0;
	for (;;) {
		const { done, value } = await reader.read();
		if (done) {
			break;
		}
		size += value.length;
		// A short link can unpack to gigabytes: stop as soon as it is too much.
		if (size > 4 * MAX_CODE_CHARS) {
			await reader.cancel();
			throw new LinkError("The code in this link is too long to be shown.");
		}
		chunks.push(value);
	}
	const whole = new Uint8Array(size);
	let at = 0;
	for (const chunk of chunks) {
		whole.set(chunk, at);
		at += chunk.length;
	}
	return whole;
}

const tooLong = (what: string, is: number, most: number): LinkError =>
	new LinkError(
		`Too long for a link: ${what} of ${is.toLocaleString("en")} characters; at most ` +
			`${most.toLocaleString("en")} go into one. Shorten the code, or copy it instead.`,
	);

/** Return the fragment for a snippet's code. Throws LinkError if it is too long. */
export async function fragmentOf({ name, code }: Shared): Promise<string> {
	if (code.length > MAX_CODE_CHARS) {
		throw tooLong("code", code.length, MAX_CODE_CHARS);
	}
	const text = new TextEncoder().encode(code);
	const bytes = await piped(text, new CompressionStream("deflate-raw"));
	const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
	const packed = base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	const fragment = `${MARK}${name}.${packed}`;
	if (fragment.length > MAX_LINK_CHARS) {
		throw tooLong("a link", fragment.length, MAX_LINK_CHARS);
	}
	return fragment;
}

export const isShared = (fragment: string): boolean =>
	restored(fragment).startsWith(MARK);

/** Undo what programs do to links on their way: escapes, capitals, punctuation behind. */
function restored(fragment: string): string {
	const plain = fragment.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	return plain.replace(/^#run=/i, MARK).replace(/(\.[\w-]+)[^\w-]+$/, "$1");
}

/** Return what a fragment carries. Throws LinkError for one that is damaged. */
export async function readFragment(fragment: string): Promise<Shared> {
	const [, name, packed] = /^#run=([a-z0-9-]+)\.([\w-]+)$/.exec(restored(fragment)) ?? [];
	if (name === undefined || packed === undefined) {
		throw new LinkError("This link is damaged: it does not hold a snippet's code.");
	}
	try {
		const base64 = packed.replaceAll("-", "+").replaceAll("_", "/");
		const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
		const text = await piped(bytes, new DecompressionStream("deflate-raw"));
		const code = new TextDecoder("utf-8", { fatal: true }).decode(text);
		if (code.length > MAX_CODE_CHARS) {
			throw tooLong("code", code.length, MAX_CODE_CHARS);
		}
		return { name, code };
	} catch (error) {
		if (error instanceof LinkError) {
			throw error;
		}
		throw new LinkError("This link is damaged: its code cannot be unpacked.");
	}
}

/** Return the address of a place on this page. */
export const linkTo = (fragment: string): string =>
	`${location.href.split("#")[0]}${fragment}`;

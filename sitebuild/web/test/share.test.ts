import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import {
	fragmentOf,
	isShared,
	LinkError,
	MAX_LINK_CHARS,
	readFragment,
} from "../src/share.ts";

// The same examples at every run.
fc.configureGlobal({ seed: 7 });

const packed = (text: string | Buffer): string =>
	deflateRawSync(text).toString("base64url");

test("code comes out of a link as it went in", async () => {
	const well = fc.string({ unit: "grapheme", maxLength: 500 });
	await fc.assert(
		fc.asyncProperty(well, async (code) => {
			const fragment = await fragmentOf({ name: "two-words", code });
			assert.match(fragment, /^#run=two-words\.[\w-]+$/);
			assert.deepEqual(await readFragment(fragment), { name: "two-words", code });
		}),
	);
});

test("a link holds what another program deflated", async () => {
	const code = "print('größer')\n";
	const shared = await readFragment(`#run=a.${packed(code)}`);
	assert.equal(shared.code, code);
});

test("code that is too long is refused, with its length and what is allowed", async () => {
	const digest = (i: number) => createHash("sha256").update(`${i}`).digest("hex");
	const code = Array.from({ length: 300 }, (_, i) => digest(i)).join("");
	await assert.rejects(
		fragmentOf({ name: "a", code }),
		new RegExp(`at most ${MAX_LINK_CHARS.toLocaleString("en")}`),
	);
	await assert.rejects(fragmentOf({ name: "a", code: " ".repeat(20_001) }), /20,001/);
});

test("a short link that unpacks to megabytes is refused", async () => {
	const fragment = `#run=a.${packed(Buffer.alloc(20_000_000))}`;
	await assert.rejects(readFragment(fragment), LinkError);
});

test("no fragment raises anything but a LinkError", async () => {
	await fc.assert(
		fc.asyncProperty(fc.string(), fc.base64String(), async (text, base64) => {
			for (const fragment of [`#run=${text}`, `#run=a.${base64}`, text]) {
				await readFragment(fragment).catch((error) => assert(error instanceof LinkError));
			}
		}),
	);
});

test("bytes that are no text are refused", async () => {
	const fragment = `#run=a.${packed(Buffer.from([0xff, 0xfe, 0x80]))}`;
	await assert.rejects(readFragment(fragment), LinkError);
});

test("what programs do to links on their way is undone", async () => {
	const fragment = await fragmentOf({ name: "the-story", code: "print(1 - 2)" });
	const escaped = fragment.replace("=", "%3D").replaceAll("-", "%2D");
	const loud = fragment.replace("#run", "#RUN");
	for (const odd of [escaped, loud, `${fragment}.`, `${fragment})`, `${fragment}=`]) {
		assert(isShared(odd), odd);
		assert.equal((await readFragment(odd)).code, "print(1 - 2)");
	}
	assert(isShared("#run="));
	assert(!isShared("#the-story"));
});

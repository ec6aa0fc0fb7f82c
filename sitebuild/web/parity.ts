// Run snippets in Pyodide under Node, with the runtime that pages are served.
//   node parity.js <runtime's folder> <folder for scratch>  < [{name, code, check?}]
// Prints {name: {ok, out, err}} as JSON, of what has a check its verdict and message too.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { startPython } from "./src/python.ts";

const [runtime = "", scratch = ""] = process.argv.slice(2);
const printed = { out: "", err: "" };
console.info = console.error; // standard output is for the results alone

const stdLibURL = join(scratch, "library.zip");
writeFileSync(
	stdLibURL,
	gunzipSync(readFileSync(join(runtime, "pyodide", "library.bin"))),
);
const read = (name: string): string =>
	readFileSync(join(runtime, "wheels", name), "utf-8");
const { loadPyodide } = await import(
	pathToFileURL(join(runtime, "pyodide", "pyodide.mjs")).href
);
const start = () =>
	startPython(
		{
			loadPyodide,
			indexURL: join(runtime, "pyodide"),
			wheelsURL: join(runtime, "wheels"),
			stdLibURL,
			lock: read("pyodide-lock.json"),
			needs: read("needs.json"),
		},
		(stream, text) => {
			printed[stream] += text;
		},
	);
let python = await start();
const results: Record<string, object> = {};
for (const { name, code, check } of JSON.parse(readFileSync(0, "utf-8"))) {
	printed.out = printed.err = "";
	try {
		await python.prepare(code);
		const file = `${name.slice(name.lastIndexOf("/") + 1)}.py`; // as a page names it
		if (check === undefined) {
			const ok = await python.run(code, file, "page");
			results[name] = { ok, ...printed };
			continue;
		}
		await python.prepare(check);
		const { verdict, message } = await python.grade(code, file, check);
		results[name] = { ok: verdict === "passed", ...printed, verdict, message };
	} catch (error) {
		results[name] = { ok: false, out: printed.out, err: String(error) };
		python = await start(); // as the page does: what broke it goes with it
	}
}
process.stdout.write(JSON.stringify(results));

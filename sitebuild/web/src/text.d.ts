// esbuild puts a Python file into the bundle as its text.
declare module "*.py" {
	const text: string;
	export default text;
}

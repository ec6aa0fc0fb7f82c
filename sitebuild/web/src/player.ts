export function mountPlayer(host: HTMLElement, svg: SVGSVGElement): () => void {
	host.dataset.n = String(svg.childElementCount);
	return () => {};
}

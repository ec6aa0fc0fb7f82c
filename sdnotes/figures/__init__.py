"""Pictures as SVG text, made from the data that the program had, never by hand.

    spacetime(trace, ...)           who sent what to whom, when; what was lost
    timeline(history, ...)          who asked what when; the order that explains it
    chart.line_chart(series, ...)   and chart.bar_chart: numbers (extra ``figures``)

Each figure carries its title, a description and its table of numbers inside the SVG,
takes its colours from the page's CSS variables, and has fallbacks for where there is
no page. ``print(figure)`` writes the SVG.

Left out: animation and interaction; a page's script may add them to what is marked up.
"""

from sdnotes.figures.figure import Figure
from sdnotes.figures.spacetime import spacetime
from sdnotes.figures.timeline import timeline

__all__ = ["Figure", "spacetime", "timeline"]

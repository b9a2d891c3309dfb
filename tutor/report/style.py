"""The looks of the page: paper by day, ink by night, and on a printer."""

from __future__ import annotations

STYLE = """
:root { --paper: #fbfaf7; --card: #fff; --ink: #1d2430; --quiet: #5b6472; --line: #dcdfe4; --accent: #1f5fbf;
  --first: #1a7f5a; --later: #7fc4a5; --shown: #e0a63a; --open: #c3c8d0; --on: #fff; --on-pale: #1d2430;
  --low: #e0a63a22; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171d; --card: #1b2028; --ink: #e3e7ee; --quiet: #9aa5b5; --line: #333b47; --accent: #7db1ff;
    --first: #3fae83; --later: #23644c; --shown: #c98f26; --open: #454e5b; --on: #0d1117; --on-pale: #e3e7ee;
    --low: #c98f2622; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 0; }
small { color: var(--quiet); font-weight: normal; font-size: .85em; }
p { margin: .5rem 0; }
a { color: var(--accent); }
header p, footer { color: var(--quiet); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: .9rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; padding: 0;
  list-style: none; margin: 1.5rem 0; }
.cards li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem;
  color: var(--quiet); font-size: .85rem; line-height: 1.35; }
.cards b { display: block; color: var(--ink); font-size: 1.75rem; line-height: 1.2; }
.hard { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding-left: 1.25rem; margin: .25rem 0; }
.hard li { margin-right: .5rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0;
  font-size: .85rem; color: var(--quiet); }
.key i { display: inline-block; width: .9em; height: .9em; border-radius: 2px; margin-right: .4em;
  vertical-align: -.1em; }
i.first { background: var(--first); } i.later { background: var(--later); }
i.shown { background: var(--shown); } i.open { background: var(--open); }
.plot { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem;
  margin: .75rem 0; overflow-x: auto; }
.plot svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { fill: var(--ink); font-size: 13px; }
svg .head, svg .tick, svg .note { fill: var(--quiet); font-size: 12px; }
svg .tick { text-anchor: middle; font-size: 11px; }
svg .name, svg .figure, svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .label { font-size: 11.5px; fill: var(--quiet); }
svg .figure { font-weight: 600; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .low { fill: var(--low); }
svg rect.first { fill: var(--first); } svg rect.later { fill: var(--later); }
svg rect.shown { fill: var(--shown); } svg rect.open { fill: var(--open); }
svg .in { text-anchor: middle; font-size: 11.5px; fill: var(--on-pale); }
svg .in.first { fill: var(--on); } svg .in.shown { fill: #1d2430; }
svg .range { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; opacity: .45; }
svg .median, svg .dot { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
svg a:hover text, svg a:focus text { fill: var(--accent); text-decoration: underline; }
article { margin: 1.25rem 0; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
article:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
pre, code { font: .85rem/1.45 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .35rem;
  padding: .6rem .8rem; margin: .5rem 0; white-space: pre-wrap; }
.task { max-height: 12rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .92rem; }
caption { text-align: left; color: var(--quiet); font-size: .85rem; padding-bottom: .25rem; }
th, td { vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); text-align: left; }
th { width: 3rem; text-align: right; }
.how { width: 46%; } .how code { white-space: pre-wrap; overflow-wrap: anywhere; }
.bar { display: block; height: 4px; border-radius: 2px; background: var(--shown); margin-bottom: .2rem; }
.none { color: var(--quiet); font-style: italic; }
summary { cursor: pointer; color: var(--accent); }
@media print { body { background: none; } article, .plot { break-inside: avoid; } details > * { display: block; } }
"""

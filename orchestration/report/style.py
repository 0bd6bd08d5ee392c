"""How the page looks: on a phone, on a desk, in print.

Belongs here: the style sheet. It is Python because code is what a release's fingerprint covers. Does not belong here: colours that mean
something in a chart; they stand beside the numbers they belong to.
"""

STYLE = """
:root { --ink: #1d2733; --grey: #5b6773; --line: #d5dce3; --soft: #f4f6f8; --blue: #0b5394; --good: #1b6e3c; --bad: #a31515; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0 auto; max-width: 68rem; padding: 0 1rem 2rem; color: var(--ink); background: #fff;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; overflow-wrap: break-word;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .8rem; }
h3 { font-size: 1rem; line-height: 1.3; margin: 0 0 .4rem; }
p { margin: 0 0 .8rem; max-width: 75ch; }
a { color: var(--blue); }
code { font: .85em ui-monospace, SFMono-Regular, "Liberation Mono", Menlo, monospace; overflow-wrap: anywhere; }
small, .small { font-size: .82rem; color: var(--grey); line-height: 1.4; }
section { margin-top: 2.6rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
section h3 { margin-top: 1.2rem; }
.kind { margin: 1.6rem 0 .2rem; color: var(--blue); font-weight: 600; letter-spacing: .02em; }
.synthetic { margin: 0 -1rem; max-width: none; padding: .6rem 1rem; background: #7a4b00; color: #fff; font-weight: 600; text-align: center; }
.note { background: #eef4fa; border-left: 4px solid var(--blue); padding: .6rem .9rem; max-width: none; }
.nothing { background: var(--soft); color: var(--grey); padding: .7rem .9rem; max-width: none; }
.identity { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .5rem 1.2rem; margin: 0 0 1.2rem; }
dt { font-size: .82rem; color: var(--grey); }
dd { margin: 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.4rem, 1fr)); gap: .6rem; margin: 1.2rem 0; }
.tiles div { background: var(--soft); padding: .6rem; border-radius: 6px; }
.tiles dt { font-size: .78rem; }
.tiles dd { font-size: 1.45rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
nav a { padding: .2rem 0; }
.scroll { overflow-x: auto; max-width: 100%; margin: 0 0 .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid #9aa5b1; vertical-align: bottom; font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n { white-space: normal; }
.gates { display: grid; grid-template-columns: repeat(auto-fit, minmax(13.5rem, 1fr)); gap: .8rem; }
.gate { border: 1px solid var(--line); border-radius: 6px; padding: .8rem .9rem .3rem; }
.gate h3 { margin: 0 0 .3rem; }
.gate p { margin: 0 0 .5rem; font-size: .9rem; }
.badge { float: right; font-size: .78rem; padding: .05rem .5rem; border-radius: 4px; color: #fff; font-weight: 600; }
.badge.good { background: var(--good); } .badge.bad { background: var(--bad); }
.flow { max-width: 50rem; }
.box { border: 1.5px solid #8795a3; border-radius: 6px; padding: .5rem .8rem; background: #fff; font-size: .95rem; }
.box ul { margin: .2rem 0 .1rem; padding-left: 1.1rem; font-size: .87rem; }
.flow > .main { width: 44%; text-align: center; background: #eef4fa; border-color: var(--blue); }
.step { position: relative; width: 44%; min-height: 1.9rem; padding: .7rem 0; }
.step::before { content: ""; position: absolute; left: 50%; top: 0; bottom: 5px; border-left: 1.5px solid var(--ink); }
.step::after { content: ""; position: absolute; left: calc(50% - 4.25px); bottom: 0; border: 5px solid transparent; border-bottom: 0;
  border-top: 8px solid var(--ink); }
.branch { width: 100%; padding-left: 50%; }
.branch::before { left: 22%; }
.branch::after { left: calc(22% - 4.25px); }
.branch .side::before { content: ""; position: absolute; left: 22%; width: calc(28% - 7px); top: 50%; border-top: 1.5px solid var(--ink); }
.branch .side::after { content: ""; position: absolute; left: calc(50% - 8px); top: calc(50% - 4.25px); border: 5px solid transparent;
  border-right: 0; border-left: 8px solid var(--ink); }
.arms { border-top: 1.5px solid var(--ink); display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1rem; }
.arms .step { width: 100%; min-height: 1.6rem; }
.arms h3 { margin: 0 0 .2rem; }
.stem { width: 44%; height: 1rem; border-right: 1.5px solid var(--ink); margin-left: -22%; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 2rem 1.6rem; align-items: start; }
figure { margin: 0; min-width: 0; }
figure h3 { margin: 0 0 .5rem; }
.chart { margin-bottom: .5rem; }
.chart svg { display: block; width: 100%; max-width: 26rem; height: auto; }
.legend { list-style: none; margin: .4rem 0 .6rem; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1rem; font-size: .85rem; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; border: 1px solid #0003; vertical-align: -.05em; }
.legend svg { vertical-align: -.1em; overflow: visible; }
.bars { margin: 0 0 .8rem; max-width: 52rem; }
.bar { display: grid; grid-template-columns: minmax(6.5rem, 26%) 1fr 3.2rem; gap: .6rem; align-items: center; font-size: .9rem; padding: .18rem 0; }
.bar b { font-variant-numeric: tabular-nums; }
.track { display: flex; height: 1.35rem; background: var(--soft); }
.track i { font-style: normal; font-size: .78rem; line-height: 1.35rem; text-align: center; overflow: hidden; border-right: 1px solid #fff; }
details { margin: .2rem 0 .8rem; font-size: .9rem; }
summary { cursor: pointer; color: var(--blue); padding: .2rem 0; }
.heat { width: auto; border-collapse: separate; border-spacing: 2px; font-size: .82rem; }
.heat th { border: 0; padding: .1rem .4rem .1rem 0; font-weight: 500; white-space: nowrap; vertical-align: middle; }
.heat thead th { vertical-align: bottom; padding: 0 0 .3rem; }
.heat thead span { writing-mode: vertical-rl; transform: rotate(180deg); line-height: 1.1; max-height: 14rem; overflow: hidden;
  text-overflow: ellipsis; }
.heat td { border: 0; padding: .12rem 0; min-width: 2.6rem; text-align: center; vertical-align: middle; border-radius: 2px;
  font-variant-numeric: tabular-nums; }
.heat thead th:not(:first-child) { text-align: center; }
.heat tfoot td, .heat tfoot th { font-weight: 650; } .heat td:last-child { font-weight: 650; }
.heat .wide { color: var(--grey); }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .85rem; color: var(--grey); }
@media screen and (max-width: 60rem) {
  .heat .wide { display: none; }
}
@media (max-width: 40rem) {
  h1 { font-size: 1.35rem; }
  section { margin-top: 2rem; padding-top: 1.1rem; }
  th, td { padding: .35rem .35rem; }
  .heat { font-size: .58rem; border-spacing: 1px; width: 100%; }
  .heat thead th, .heat tbody th { font-size: .64rem; }
  .heat td { min-width: 0; padding: .2rem 0; }
  .heat th { padding-right: .2rem; }
  .box { padding: .4rem .5rem; font-size: .88rem; }
  .box ul { font-size: .82rem; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  nav, summary, details { display: none; }
  section { margin-top: 1.2rem; padding-top: .8rem; }
  h2, h3 { break-after: avoid; }
  figure, .gate, .box, .flow, tr, .bar, .heat { break-inside: avoid; }
  .figures, .gates { grid-template-columns: 1fr 1fr; }
  .figures { gap: 1.2rem; }
  .tiles { grid-template-columns: repeat(6, 1fr); }
  .tiles dt { font-size: 7.5pt; }
  .heat { font-size: 7.5pt; border-spacing: 1px; }
  .heat td { min-width: 1.9rem; }
  .scroll { overflow: visible; }
  .synthetic { margin: 0; }
}
"""

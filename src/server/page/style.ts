export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --raised: #f6f7f9; --line: #dfe3e8; --ink: #1b1f24; --soft: #5b6673;
  --run: #0b66c3; --good: #1a7f43; --bad: #b3261e; --bad-paper: #fdf0ef; --wait: #8a6100; --idle: #8b95a1;
  --data: ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --raised: #1c2026; --line: #31373f; --ink: #e7eaee; --soft: #9ba6b2;
    --run: #6fb3f7; --good: #5cc685; --bad: #ff8a80; --bad-paper: #2d1b1b; --wait: #e0b252; --idle: #6f7a86;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.25rem 1.5rem 4rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Helvetica Neue", "DejaVu Sans", sans-serif; }
a { color: var(--run); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { font-size: .87rem; color: var(--soft); margin-bottom: .6rem; }
h1 { font-size: 1.45rem; font-weight: 600; margin: 0 0 .2rem; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
h2 { font-size: .8rem; font-weight: 600; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); margin: 1.9rem 0 .5rem; display: flex; justify-content: space-between; }
h2 a { text-transform: none; letter-spacing: 0; font-weight: 400; }
.facts { color: var(--soft); font-size: .92rem; }
.data, code, pre { font-family: var(--data); font-size: .86em; }
.pill { font: 600 .78rem/1.6 system-ui, sans-serif; padding: 0 .6em; border-radius: 1em; border: 1px solid currentColor; }
.running, .leased { color: var(--run); } .success { color: var(--good); } .failure, .error, .killed { color: var(--bad); } .waiting, .skipped, .pending, .cancelled { color: var(--idle); }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--soft); padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
td { padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
td.num, th.num { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; }
.job { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; background: var(--raised); overflow: hidden; }
.job > summary { display: grid; grid-template-columns: 1.3rem minmax(13rem, auto) 1fr auto; gap: .6rem; align-items: baseline; padding: .55rem .9rem; cursor: pointer; list-style: none; }
.job > summary::-webkit-details-marker { display: none; }
.job > summary:focus-visible { outline: 2px solid var(--run); outline-offset: -2px; }
.job > summary strong { font-weight: 600; }
.job > summary .facts { min-width: 0; }
.job > summary .time { color: var(--soft); font-size: .87rem; font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.mark { font-weight: 700; text-align: center; }
.steps { list-style: none; margin: 0; padding: .1rem .9rem .6rem 1.2rem; }
.steps li { display: grid; grid-template-columns: 1.3rem 1fr auto; gap: .5rem; padding: .16rem 0 .16rem .4rem; border-left: 2px solid var(--line); align-items: baseline; }
.steps .on { grid-column: 2 / -1; color: var(--wait); font-family: var(--data); font-size: .8rem; overflow-wrap: anywhere; }
.steps .pending-title { color: var(--soft); }
.percent { display: inline-flex; align-items: center; gap: .5rem; font-size: .82rem; color: var(--soft); font-variant-numeric: tabular-nums; }
progress { width: 8rem; height: .45rem; appearance: none; border: 0; border-radius: 1em; background: var(--line); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--line); } progress::-webkit-progress-value { background: var(--run); border-radius: 1em; } progress::-moz-progress-bar { background: var(--run); }
.problem { margin: .2rem .9rem .9rem; padding: .7rem .9rem; border-left: 4px solid var(--bad); border-radius: 4px; background: var(--bad-paper); }
.problem dl { display: grid; grid-template-columns: 6rem 1fr; gap: .1rem .8rem; margin: 0; }
.problem dt { color: var(--soft); font-size: .85rem; } .problem dd { margin: 0; font-family: var(--data); font-size: .85rem; overflow-wrap: anywhere; } .problem dd.hint { font-family: inherit; font-size: .92rem; }
#log { margin: 0; height: 22rem; overflow: auto; padding: .7rem .9rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); font-size: .8rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
#log b { font-weight: 400; color: var(--soft); }
.empty { color: var(--soft); padding: .8rem 0; }
.lost::after { content: "connection lost, trying again"; color: var(--wait); font-weight: 400; font-size: .85rem; }
@media (max-width: 40rem) { .job > summary { grid-template-columns: 1.3rem 1fr auto; } .job > summary .facts { grid-column: 2 / -1; } progress { width: 5rem; } }
`;

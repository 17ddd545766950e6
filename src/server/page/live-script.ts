/** Counts spans of time that go on, for every page. */
const TICK = `
const format = (ms) => {
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return s.toFixed(1) + ' s';
  const w = Math.round(s);
  if (w < 60) return w + ' s';
  const two = (n) => String(n).padStart(2, '0');
  if (w < 3600) return Math.floor(w / 60) + ' min ' + two(w % 60) + ' s';
  const m = Math.round(s / 60);
  return Math.floor(m / 60) + ' h ' + two(m % 60) + ' min';
};
setInterval(() => {
  for (const one of document.querySelectorAll('[data-since]')) one.textContent = format(Date.now() - Number(one.dataset.since));
}, 1000);
`;

/** Keeps a run's page current: the server sends its changing part as HTML, and new log lines. What the reader folded stays folded. */
export const RUN_SCRIPT = `${TICK}
const run = document.getElementById('run');
const log = document.getElementById('log');
const touched = new Map();
document.addEventListener('click', (event) => {
  const job = event.target.closest('.job > summary')?.parentElement;
  if (job) touched.set(job.id, !job.open);
});
log.scrollTop = log.scrollHeight;
if (run.dataset.over === '') {
  const source = new EventSource(run.dataset.live + '?after=' + run.dataset.after);
  source.addEventListener('view', ({ data }) => {
    run.innerHTML = data;
    for (const [id, open] of touched) {
      const job = document.getElementById(id);
      if (job) job.open = open;
    }
    document.title = run.querySelector('h1').firstChild.textContent.trim() + ': ' + run.querySelector('.pill').textContent;
  });
  source.addEventListener('log', ({ data }) => {
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    for (const { label, text } of JSON.parse(data)) {
      const name = document.createElement('b');
      name.textContent = label;
      log.append(name, ' ' + text + '\\n');
    }
    while (log.childNodes.length > 4000) log.firstChild.remove();
    if (follows) log.scrollTop = log.scrollHeight;
  });
  source.addEventListener('over', () => source.close());
  source.addEventListener('error', () => run.querySelector('h1')?.classList.add('lost'));
}
`;

/** Asks for the list of runs again now and then. */
export const RUNS_SCRIPT = `${TICK}
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch('/?part=list').catch(() => undefined);
  if (answer?.ok) document.getElementById('list').innerHTML = await answer.text();
}, 2000);
`;

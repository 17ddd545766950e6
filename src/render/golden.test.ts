// What the example labs are rendered to, as files to read: golden/LAB. After a change that is meant, write them anew: GOLDEN=write node --test THIS.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { packageRoot } from '../util/package-root.ts';
import { renderLab } from './lab-files.ts';

const FOLDERS = { imagesDir: '/images/lab', consolesDir: '/consoles', logsDir: '/logs', confDir: '/conf', stateDir: '/state' };

for (const lab of ['telco-lab', 'metal-lab', 'laptop-lab']) {
  test(`${lab} is rendered to its golden files`, () => {
    const source = join(packageRoot(), 'examples', lab);
    const read = (path: string) => ({ path, text: readFileSync(join(source, path), 'utf8') });
    const parts = readdirSync(source).includes('lab.d') ? readdirSync(join(source, 'lab.d')).map((name) => read(`lab.d/${name}`)) : [];
    const { plan, diagnostics } = planLab('lab.yml', read('lab.yml').text, EMPTY_LOCK, undefined, parts);
    assert.ok(plan, JSON.stringify(diagnostics));
    const files = renderLab(plan, FOLDERS);
    const golden = join(import.meta.dirname, 'golden', lab);
    // One server and one VM of each shape say all; the rest would only be long.
    const shown = new Map([...files].filter(([path]) => !/domain-.*-(master|worker)-[1-9]|^server0[2-9]/.test(path)));
    if (process.env['GOLDEN'] === 'write') {
      rmSync(golden, { recursive: true, force: true });
      for (const [path, text] of shown) {
        mkdirSync(dirname(join(golden, path)), { recursive: true });
        writeFileSync(join(golden, path), text);
      }
    }
    const found = readdirSync(golden, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.deepEqual(found.map(({ parentPath, name }) => join(parentPath, name).slice(golden.length + 1)).toSorted(), [...shown.keys()].toSorted());
    for (const [path, text] of shown) assert.equal(text, readFileSync(join(golden, path), 'utf8'), path);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellResult } from './matrix-results.ts';
import { renderGrid } from './render-grid.ts';

test('a grid has the last two axes across, and below it why cells failed or are excluded', () => {
  const exclusions = [{ rule: 'no-mirror-inside', needs: 'a registry', has: 'there is none' }] as const;
  const error = { object: 'BareMetalHost/sno1/master-0', condition: 'Manageable', reason: 'RegistrationError', message: '401', hint: 'correct the password' };
  const cell = (spoke: string, network: string, implementation: string): CellResult['cell'] => ({ spoke, network, implementation });
  const results: CellResult[] = [
    { cell: cell('sno', 'connected', 'gitops'), status: 'success' },
    { cell: cell('sno', 'connected', 'clusterinstance'), status: 'failure', reason: 'sno-install: it fails', error },
    { cell: cell('sno', 'disconnected', 'gitops'), status: 'excluded', reason: 'no', exclusions },
    { cell: cell('sno', 'disconnected', 'clusterinstance'), status: 'excluded', reason: 'no', exclusions },
    { cell: cell('mno', 'connected', 'gitops'), status: 'planned', cluster: 'mno1' },
  ];
  assert.deepEqual(renderGrid(results).split('\n'), [
    '       connected                   disconnected',
    'SPOKE  gitops     clusterinstance  gitops        clusterinstance',
    'sno    ✔          ✖ 1              – 2           – 2',
    'mno    ◼ mno1',
    '',
    '5 cells: 1 succeeded, 1 failed, 1 to run, 2 excluded',
    '  1  sno-install: it fails',
    '     hint: correct the password',
    '  2  no-mirror-inside: it needs a registry; there is none',
    '',
  ]);
});

// What no configuration of any lab may hold (reference/lab-and-libvirt.md §2.5.2, §5.6).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_LOCK } from '../lab/lock.ts';
import { planLab } from '../lab/plan-lab.ts';
import { randomLab, randomOf } from '../lab/random-lab.test-data.ts';
import { renderDnsmasq } from './dnsmasq.ts';

test('in any lab DHCP has no range that could hold a VIP, no name is shadowed by a wildcard, and none of those is in a search domain', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { plan } = planLab('lab.yml', JSON.stringify(randomLab(randomOf(seed))), EMPTY_LOCK);
    const files = renderDnsmasq(plan!, { confDir: '/c', stateDir: '/s', interface: 'eno2', upstreams: [] });
    const lines = [...files.values()].flatMap((text) => text.split('\n'));
    const values = (key: string) => lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));

    assert.ok(values('dhcp-range').length > 0);
    for (const range of values('dhcp-range')) assert.match(range, /^set:[^,]+,[^,]+,static,/, `seed ${seed}`);
    const wildcards = [...new Set(values('address').map((value) => value.split('/')[1]!))];
    const names = [...values('host-record'), ...values('address').map((value) => value.split('/')[1]!)].map((value) => value.split(',')[0]!);
    for (const wildcard of wildcards) {
      assert.match(wildcard, /^apps\./);
      assert.deepEqual(
        names.filter((name) => name.endsWith(`.${wildcard}`)),
        [],
        `seed ${seed}`,
      );
    }
    const options = values('dhcp-option');
    assert.ok(options.every((option) => !/domain-search|option:119\b|option6:24\b/.test(option)));
    const searched = [plan!.domain, ...options.flatMap((option) => /option:domain-name,(.+)$/.exec(option)?.[1] ?? [])];
    assert.deepEqual(
      searched.filter((domain) => wildcards.includes(domain)),
      [],
      `seed ${seed}`,
    );
  }
});

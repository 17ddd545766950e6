import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { SshConnection } from './ssh.ts';

const skip = existsSync('/usr/bin/ssh') ? false : 'there is no ssh';

test('a host that refuses the connection is unreachable, with its name, address and reason', { skip }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await using connection = new SshConnection('server7', { host: '127.0.0.1', port, user: 'root', knownHostsFile: '/dev/null' });
  await assert.rejects(connection.exec(['true']), {
    code: 'unreachable',
    message: new RegExp(`^server7 \\(root@127\\.0\\.0\\.1, port ${port}\\) cannot be reached: .*Connection refused`),
  });
});

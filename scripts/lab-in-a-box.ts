// npm run lab-in-a-box -- up | down | status: a lab in network namespaces, left up to play with.
import { boxFolder, downBox, MACHINES, namespaces, upBox } from '../test/lab-in-a-box/box.ts';
import { boxObstacle } from '../test/lab-in-a-box/packages.ts';

const prefix = 'lwbox';

async function main(what: string): Promise<void> {
  const obstacle = boxObstacle();
  if (obstacle !== undefined) throw new Error(obstacle);
  switch (what) {
    case 'up': {
      const box = await upBox(prefix, console.log);
      console.log(`The box is up: ${MACHINES.join(', ')} on a switch, lab file ${box.labFolder}/lab.yml.

  ip netns exec ${prefix}-jumphost npx labwright lab apply ${box.labFolder}
  ip netns exec ${prefix}-jumphost npx labwright lab status ${box.labFolder}
  ip netns exec ${prefix}-jumphost dig @192.168.77.1 api.mno1.tiny.lab
  ip netns exec ${prefix}-jumphost ssh -i ${box.folder}/keys/user -o UserKnownHostsFile=${box.folder}/keys/known_hosts 192.168.77.2 virsh list

Take it away with: npm run lab-in-a-box -- down`);
      return;
    }
    case 'down':
      await downBox(prefix);
      console.log('the box is gone');
      return;
    case 'status': {
      const found = await namespaces(prefix);
      console.log(found.length === 0 ? 'the box is not up' : `up: ${found.toSorted().join(', ')}; files in ${boxFolder(prefix)}`);
      return;
    }
    default:
      throw new Error(`write up, down or status, not ${what}`);
  }
}

main(process.argv[2] ?? 'up').catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

import { validateHostHardware } from './host-hardware.ts';
import { validateHostNetwork } from './host-network.ts';
import { OPERATORS } from './operators.ts';
import type { Validation } from './records.ts';
import type { HostView } from './views.ts';

/** All checks of a host, by the ids and with the words of assisted-service (recorded/assisted: `validationsInfo`). */
export function validateHost(view: HostView): readonly Validation[] {
  return [
    ...validateHostHardware(view),
    ...validateHostNetwork(view),
    ...OPERATORS.map((name): Validation => ({
      id: `${name}-requirements-satisfied`,
      group: 'operators',
      status: 'success',
      message: `${name === 'numa-resources' ? 'numaresources' : name} is disabled`,
    })),
  ];
}

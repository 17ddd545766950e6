import type { LabPlan } from '../lab/plan.ts';

/** Where the HTTP store of a lab has its files, on the jumphost. */
export function httpStoreFiles({ lab }: Pick<LabPlan, 'lab'>): { readonly config: string; readonly unit: string; readonly pid: string } {
  return { config: `/etc/labwright/${lab}/http-store.conf`, unit: `labwright-${lab}-http-store.service`, pid: `/run/labwright-${lab}-http-store.pid` };
}

/** What nginx reads; undefined for a lab whose HTTP store somebody else serves. */
export function renderHttpStoreConfig(plan: LabPlan): string | undefined {
  const { httpStore } = plan.jumphost.services;
  if (httpStore?.serve !== true) return undefined;
  const addresses = [plan.jumphost.address, ...(plan.jumphost.address6 === undefined ? [] : [plan.jumphost.address6])];
  const listen = addresses.map((one) => `    listen ${one.includes(':') ? `[${one}]` : one}:${httpStore.port};\n`).join('');
  return `# Written by labwright for lab ${plan.lab}.
pid ${httpStoreFiles(plan).pid};
error_log stderr warn;
events {}
http {
  access_log off;
  sendfile on;
  default_type application/octet-stream;
  server {
${listen}    root ${JSON.stringify(httpStore.root)};
    autoindex on;
  }
}
`;
}

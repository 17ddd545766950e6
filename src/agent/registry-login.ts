import { readFileSync } from 'node:fs';
import type { LabPlan } from '../lab/plan.ts';
import { registryFiles, REGISTRY_USER } from '../render/registry-config.ts';

/** The CA of the registry inside: what the lab file names, else that of the registry which `lab prepare` set up. */
export function registryCaPath(plan: LabPlan): string | undefined {
  const { registry } = plan.jumphost.services;
  return registry?.ca ?? (registry?.serve === true ? registryFiles(plan).ca : undefined);
}

/** A pull secret with the login of the registry that `lab prepare` set up on this machine; one that the user wrote stays. */
export function withRegistryLogin(plan: LabPlan, pullSecret: string | undefined, password = passwordOf(plan)): string | undefined {
  const { registry } = plan.jumphost.services;
  if (pullSecret === undefined || registry?.serve !== true || password === undefined) return pullSecret;
  const secret = JSON.parse(pullSecret) as { readonly auths?: Readonly<Record<string, unknown>> };
  const auth = Buffer.from(`${REGISTRY_USER}:${password}`).toString('base64');
  return JSON.stringify({ ...secret, auths: { [`registry.${plan.domain}:${registry.port}`]: { auth }, ...secret.auths } });
}

/** Undefined where it was not prepared yet, or for an agent that may not read it: then the pull secret has to have the login. */
function passwordOf(plan: LabPlan): string | undefined {
  try {
    return readFileSync(registryFiles(plan).password, 'utf8').trim();
  } catch {
    return undefined;
  }
}

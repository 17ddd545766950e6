import * as z from 'zod';

const UNITS = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 } as const;

/** `512GiB` in MiB. */
export const Size = z
  .string()
  .regex(/^[1-9]\d{0,6}(MiB|GiB|TiB)$/, 'write a size as 512GiB or 4TiB')
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.slice(-3) as keyof typeof UNITS]);
export const Name = z
  .string()
  .max(63, 'use 63 letters or fewer')
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and dashes');
export const Domain = z
  .string()
  .max(200, 'use a shorter domain')
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/, 'write a domain as our.pretty.lab, in lower case');
export const Nic = z.string().regex(/^[^\s/:]{1,15}$/, 'write the interface as the kernel names it, in 15 letters or fewer: eno2');
export const Mac = z
  .string()
  .regex(/^(?![fF][eE])[\da-fA-F][02468aceACE](:[\da-fA-F]{2}){5}$/, 'write a unicast MAC as 52:54:00:00:01:04, not beginning with fe (libvirt keeps that)')
  .transform((text) => text.toLowerCase());
export const Uuid = z
  .string()
  .regex(/^[\da-fA-F]{8}-[\da-fA-F]{4}-[45][\da-fA-F]{3}-[89abAB][\da-fA-F]{3}-[\da-fA-F]{12}$/, 'write a version 4 or 5 UUID, as uuidgen prints it')
  .transform((text) => text.toLowerCase());
/** More of anything is a typing mistake, and must not fill the memory. */
export const Count = z.int().min(0).max(65_535);
export const Port = z.int().min(1).max(65_535);
/** As the kernel and nmstate call them. */
export const BondMode = z.enum(['active-backup', '802.3ad', 'balance-rr', 'balance-xor', 'balance-tlb', 'balance-alb']).default('active-backup');

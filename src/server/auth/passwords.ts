import { argon2, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface Passwords {
  /** A PHC string, to be stored. */
  hash(password: string): Promise<string>;
  verify(password: string, stored: string): Promise<boolean>;
}

export interface PasswordCost {
  readonly memoryKiB: number;
  readonly passes: number;
}

/** OWASP's first choice for argon2id. */
export const NORMAL_COST: PasswordCost = { memoryKiB: 19_456, passes: 2 };

const derive = promisify(argon2);
const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([\w+/]+)\$([\w+/]+)$/;
const remembered = 1000;

/**
 * Argon2id. Basic authentication repeats the password with every request, so verified ones are remembered in memory under
 * a keyed digest, at most 1000 of them, bound to the stored hash: a changed password forgets them.
 */
export function createPasswords(cost: PasswordCost = NORMAL_COST): Passwords {
  const key = randomBytes(32);
  const known = new Set<string>();
  return {
    async hash(password) {
      const salt = randomBytes(16);
      const digest = await argon2id(password, salt, cost, 32);
      return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=1$${unpadded(salt)}$${unpadded(digest)}`;
    },
    async verify(password, stored) {
      const [, memory = '', passes = '', salt = '', digest = ''] = phc.exec(stored) ?? [];
      if (digest === '') return false;
      const mark = createHmac('sha256', key).update(`${stored}\0${password}`).digest('base64');
      if (known.has(mark)) return true;
      const expected = Buffer.from(digest, 'base64');
      const got = await argon2id(password, Buffer.from(salt, 'base64'), { memoryKiB: Number(memory), passes: Number(passes) }, expected.length);
      if (!timingSafeEqual(got, expected)) return false;
      if (known.size >= remembered) known.clear();
      known.add(mark);
      return true;
    },
  };
}

function argon2id(password: string, nonce: Uint8Array, cost: PasswordCost, tagLength: number): Promise<Buffer> {
  return derive('argon2id', { message: password, nonce, parallelism: 1, tagLength, memory: cost.memoryKiB, passes: cost.passes });
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

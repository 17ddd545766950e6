import { readFile } from 'node:fs/promises';

/** When a process started, in clock ticks since boot (proc(5), stat field 22); empty when there is no such process. */
export async function processStartTicks(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything, parentheses included.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The arguments of a process, empty when there is none. Read from /proc; where that is missing (macOS), from ps. */
export async function argumentsOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return hasProc() ? '' : ps(['-ww', '-o', 'args=', '-p', String(pid)]);
  }
}

/** A process that ended and that nobody waited for is still in the table. */
export async function isZombie(pid: number): Promise<boolean> {
  const stat = await statOf(pid);
  if (stat !== null) return stat.state === 'Z';
  return hasProc() ? true : (await ps(['-o', 'state=', '-p', String(pid)])).trim().startsWith('Z');
}

/** The members of a process group, with the memory each holds. */
export async function groupMembers(group: number): Promise<{ pid: number; residentBytes: number }[]> {
  if (!hasProc()) {
    const lines = (await ps(['-A', '-o', 'pid=,pgid=,rss='])).split('\n').map((line) => line.trim().split(/\s+/).map(Number));
    return lines.flatMap(([pid, pgid, kib]) =>
      pid !== undefined && pgid === group ? [{ pid, residentBytes: (kib ?? 0) * 1024 }] : [],
    );
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const members = await Promise.all(pids.map(async (pid) => ({ pid, stat: await statOf(pid) })));
  const alive = members.filter(({ stat }) => stat?.group === group && stat.state !== 'Z');
  return Promise.all(alive.map(async ({ pid }) => ({ pid, residentBytes: await residentBytesOf(pid) })));
}

/** The environment with which a process was started, as one text; empty where it cannot be read. */
export async function environmentOf(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return hasProc() ? '' : ps(['-E', '-ww', '-o', 'command=', '-p', String(pid)]);
  }
}

function hasProc(): boolean {
  return process.platform === 'linux';
}

async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function statOf(pid: number): Promise<{ state: string; group: number } | null> {
  try {
    // The second field is a name in parentheses, and may hold spaces and parentheses itself.
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
    return { state: fields[0] ?? '', group: Number(fields[2]) };
  } catch {
    return null;
  }
}

async function ps(args: string[]): Promise<string> {
  try {
    return (await run('ps', args)).stdout;
  } catch {
    // ps exits with 1 when no process matches.
    return '';
  }
}

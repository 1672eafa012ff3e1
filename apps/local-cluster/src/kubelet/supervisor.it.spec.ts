import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { PodFolder } from './pod-folder';
import { findSupervisor, launch, readExit, signalGroup } from './supervisor';

const TIMES = 24;

describe('the supervisor of a pod', () => {
  let root: string;
  beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'stead-supervisor-'))));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  async function start(name: string, script: string): Promise<{ folder: PodFolder; pid: number }> {
    const folder = new PodFolder(root, name);
    mkdirSync(folder.path, { recursive: true });
    const command = ['/bin/sh', '-c', script];
    const pid = await launch({ folder, command, env: { PATH: process.env['PATH'] ?? '' }, cwd: root, onEnd: () => undefined });
    return { folder, pid };
  }
  const exitOf = async (folder: PodFolder): Promise<number> =>
    (await until('the exit code is written', () => readExit(folder))).exitCode;

  it.each([0, 1, 7, 143])('writes down exit code %d', async (code) => {
    const { folder } = await start(`code-${code}`, `exit ${code}`);
    expect(await exitOf(folder)).toBe(code);
  });

  it('loses no signal, however early it comes, and writes down how the program took it', async () => {
    const codes: number[] = [];
    for (let i = 0; i < TIMES; i += 1) {
      const { folder, pid } = await start(`early-${i}`, 'exec sleep 60');
      signalGroup(pid, 'SIGTERM');
      codes.push(await exitOf(folder));
    }
    expect(codes).toEqual(codes.map(() => 143));
  });

  it('lets a program that hears the signal end in its own way', async () => {
    const { folder, pid } = await start(
      'own-way',
      `trap 'echo bye > "$PWD/heard"; exit 9' TERM; echo > "$PWD/ready"; sleep 60 & wait`,
    );
    await until('the program listens', () => existsSync(join(root, 'ready')));
    signalGroup(pid, 'SIGTERM');
    expect(await exitOf(folder)).toBe(9);
  });

  it('is found while it runs, and as vanished when it was killed', async () => {
    const { folder, pid } = await start('killed', 'exec sleep 60');
    expect(await findSupervisor(folder)).toEqual({ kind: 'running', pid });
    signalGroup(pid, 'SIGKILL');
    await until('it is gone', async () => (await findSupervisor(folder)).kind === 'vanished');
  });
});

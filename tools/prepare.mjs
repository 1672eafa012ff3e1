// What a fresh machine needs before anything of ours can run: npm packages, system tools, generated clients, compiled code.
// Used by `npm start` and `npm test`. Only Node's own modules are imported here, as nothing else is installed yet.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_MIN = [20, 19];

const say = (line) => console.log(line);
const has = (command, flag = '--version') => spawnSync(command, [flag], { stdio: 'ignore' }).error === undefined;

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  console.error(`Node ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}. Install it and try again.`);
  process.exit(1);
}

/** `npm ci`, when the lock file is not the one that was installed last. */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.stead-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // A checkout that npm itself has just filled needs no second installation.
  if (!existsSync(join(root, 'node_modules', '.package-lock.json')) || !satisfied()) {
    say('Installing packages (about a minute, once) …');
    // These packages' install scripts would download what their own packages already hold.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' };
    const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, env, stdio: 'inherit' });
    if (result.status !== 0) process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, lock);
}

function satisfied() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional === true || there[path]?.version === version,
  );
}

/** Tools that come from the system. Each says what is lost without it and how to get it. */
const TOOLS = [
  {
    name: 'redis-server',
    or: 'valkey-server',
    debian: 'redis-server',
    brew: 'redis',
    loss: 'nothing can start (or set REDIS_URL)',
    flag: '--version',
  },
  {
    name: 'colmap',
    debian: 'colmap',
    brew: 'colmap',
    loss: 'sfm: unavailable; photos and videos cannot be reconstructed',
    flag: 'help',
  },
  { name: 'ffmpeg', debian: 'ffmpeg', brew: 'ffmpeg', loss: 'videos cannot be used', flag: '-version' },
];
const TEST_TOOLS = [
  {
    name: 'chromium',
    or: 'google-chrome',
    debian: 'chromium',
    brew: '--cask chromium',
    loss: 'pages cannot be tested',
    flag: '--version',
  },
];

/** Installs what is missing where that needs no question (Debian, as root); otherwise says the one line that does it. */
export function installTools({ forTests } = { forTests: false }) {
  const wanted = forTests ? [...TOOLS, ...TEST_TOOLS] : TOOLS;
  const missing = () => wanted.filter((tool) => !has(tool.name, tool.flag) && !(tool.or && has(tool.or, tool.flag)));
  let absent = missing();
  if (absent.length === 0) return;
  const packages = absent.map((tool) => tool.debian);
  if (process.platform === 'linux' && has('apt-get') && process.getuid?.() === 0 && process.env.STEAD_NO_INSTALL !== '1') {
    say(`Installing ${packages.join(', ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
    absent = missing();
  }
  for (const tool of absent) {
    const line =
      process.platform === 'darwin' ? `brew install ${tool.brew}` : `sudo apt-get install --no-install-recommends ${tool.debian}`;
    console.error(`${tool.name} is missing: ${tool.loss}. To install it: ${line}`);
  }
}

/**
 * Checks alert rules. Its package would start a Prometheus server, so that only the program is taken out of it; elsewhere it has
 * to be on the path. The path of the program.
 */
export function promtool() {
  if (has('promtool')) return 'promtool';
  const folder = join(root, 'node_modules', '.cache', 'stead-tools');
  const program = join(folder, 'usr', 'bin', 'promtool');
  if (existsSync(program)) return program;
  if (process.platform !== 'linux' || !has('apt-get')) throw new Error('promtool is missing: install Prometheus to check alerts');
  say('Fetching promtool …');
  mkdirSync(folder, { recursive: true });
  const apt = (...args) => execFileSync('apt-get', ['-qq', ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (process.getuid?.() === 0) apt('-o', 'DPkg::Lock::Timeout=300', 'update');
  apt('-o', 'APT::Sandbox::User=root', 'download', 'prometheus');
  const [archive] = readdirSync(folder).filter((name) => name.startsWith('prometheus_') && name.endsWith('.deb'));
  execFileSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -x ./usr/bin/promtool', archive], { cwd: folder });
  rmSync(join(folder, archive));
  return program;
}

/** Generated Prisma clients and compiled code; a second call with nothing changed costs a fraction of a second. */
export function build({ web } = { web: true }) {
  const node = (script, ...args) =>
    execFileSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
  if (existsSync(join(root, 'tools/prisma.mjs'))) node('tools/prisma.mjs', 'generate');
  node('tools/build.mjs');
  if (web) node('tools/build-web.mjs');
}

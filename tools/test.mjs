#!/usr/bin/env node
// `npm test`: installs what is missing, then every check there is. It closes with one line, `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, checkNode, installPackages, installTools, promtool, root } from './prepare.mjs';

checkNode();
installPackages();
installTools({ forTests: true });

const JEST_TIMEOUT_MS = 35 * 60_000;
let passed = 0;
let failed = 0;
const bin = (name) => join(root, 'node_modules', '.bin', name);

function check(name, command, args) {
  const startedMs = performance.now();
  const env = { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' };
  const result = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 256 << 20 });
  const ok = result.status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  if (!ok) console.log(result.stdout, result.stderr, result.error ?? '');
  if (ok) passed += 1;
  else failed += 1;
}

/** Where it cannot be had, the checks that need it fail and say so. */
function alertChecker() {
  try {
    return promtool();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 'promtool';
  }
}

build();
check('types', bin('tsc'), ['-p', 'tsconfig.json']);
check('types of the pages', bin('tsc'), ['-p', 'tsconfig.web.json']);
check('types of the specs of the pages', bin('tsc'), ['-p', 'tsconfig.web-specs.json']);
check('project graph', bin('nx'), ['show', 'projects']);
check('lint and boundaries between projects', bin('eslint'), ['apps', 'libs', '--max-warnings', '0']);
check('layers inside apps', bin('depcruise'), ['apps', 'libs', '--config', '.dependency-cruiser.cjs', '--output-type', 'err']);
check('format', bin('prettier'), ['--check', '--log-level', 'warn', 'apps/**/*.{ts,tsx,css,html}', 'libs/**/*.{ts,css}']);
const alerts = join(root, 'deploy/observability');
const checker = alertChecker();
const alertFiles = (end) => readdirSync(alerts).flatMap((name) => (name.endsWith(end) ? [join(alerts, name)] : []));
check('alert rules', checker, ['check', 'rules', ...alertFiles('.rules.yaml')]);
check('alerts fire on their cases', checker, ['test', 'rules', ...alertFiles('.rules.test.yaml')]);
check('API document and its types', process.execPath, [join(root, 'tools/openapi.mjs'), '--check']);
check('packages match the lock file', 'npm', ['ci', '--dry-run', '--no-audit', '--no-fund', '--loglevel=error']);

const folder = mkdtempSync(join(tmpdir(), 'stead-results-'));
const report = join(folder, 'jest.json');
const answers = join(folder, 'answers');
const asked = process.argv.slice(2);
const jest = spawnSync(
  bin('jest'),
  ['--json', `--outputFile=${report}`, '--maxWorkers=2', ...asked],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: JEST_TIMEOUT_MS, // a test that never lets go is a failure, not a wait without end
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      FORCE_COLOR: '0',
      STEAD_ANSWERS: answers,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    },
  },
);
try {
  const results = JSON.parse(readFileSync(report, 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  if (results.numPendingTests > 0) failed += results.numPendingTests; // nothing is skipped in silence
} catch {
  console.error('jest left no report');
  failed += 1;
}
if (jest.status !== 0 && failed === 0) failed += 1;
// A run of some of the tests says nothing of what the others are answered with.
if (asked.length === 0) check('every documented answer is given', process.execPath, [join(root, 'tools/answers/check.mjs'), answers]);
rmSync(folder, { recursive: true, force: true });

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

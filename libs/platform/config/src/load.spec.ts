import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, loadFrom, port, secret } from './load';

const schema = z.object({ NAME: z.string(), PORT: port, KEY: secret, LOG_FILE: z.string().optional() });
const KEY = 'k'.repeat(40);

describe('a configuration', () => {
  it('names every problem at once', () => {
    expect(() => loadFrom(schema, { PORT: '99999', KEY: 'short' })).toThrow(ConfigError);
    try {
      loadFrom(schema, { PORT: '99999', KEY: 'short' });
    } catch (error) {
      const text = String(error);
      for (const name of ['NAME', 'PORT', 'KEY']) expect(text).toContain(name);
      expect(text).not.toContain('short');
    }
  });

  it('takes a secret from a file, and is frozen', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stead-config-'));
    writeFileSync(join(folder, 'key'), `${KEY}\n`);
    const config = loadFrom(schema, { NAME: 'a', PORT: '1', KEY_FILE: join(folder, 'key') });
    rmSync(folder, { recursive: true });
    expect(config.KEY).toBe(KEY);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['an object', schema],
    ['a transformed object', schema.transform((env) => env)],
    [
      'two objects together',
      z.intersection(
        schema,
        z.object({ OTHER: z.string().default('x') }).transform((env) => env),
      ),
    ],
  ])('that is %s keeps a variable whose own name ends in _FILE, and leaves those of others alone', (_case, shape) => {
    const env = { NAME: 'a', PORT: '1', KEY, LOG_FILE: '/tmp/log', TERRAFORM_FILE: '/no/such/file' };
    expect(loadFrom(shape, env)).toMatchObject({ LOG_FILE: '/tmp/log' });
  });
});

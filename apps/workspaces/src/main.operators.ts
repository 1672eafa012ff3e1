import 'reflect-metadata';
import { connect } from '@stead/platform/postgres';
import { PostgresOperatorStore } from './adapters/postgres/operator.store';
import { loadOperatorsConfig } from './config';

const USAGE = 'Usage: operators list | operators grant E-MAIL | operators revoke E-MAIL';

/**
 * Says who operates the platform. A command and not an endpoint: nobody can be made an operator over the network, only by whoever
 * holds the database's credentials. An account has to exist, as an address that nobody has proved to own could be claimed first.
 */
async function main([verb, email, ...rest]: readonly string[]): Promise<number> {
  const database = connect({
    url: loadOperatorsConfig(process.env).WORKER_DATABASE_URL,
    applicationName: 'stead-operators',
    poolMax: 1,
  });
  const operators = new PostgresOperatorStore(database);
  try {
    if (verb === 'list' && email === undefined) {
      for (const { email: address, name, since } of await operators.list())
        say(`${address}  ${name}  since ${since.toISOString()}`);
      return 0;
    }
    if (email === undefined || rest.length > 0 || (verb !== 'grant' && verb !== 'revoke')) return fail(USAGE);
    if (verb === 'revoke') {
      if (!(await operators.revoke(email))) return fail(`${email} is no operator`);
      say(`${email} operates the platform no more; access tokens that were issued before end within ten minutes`);
      return 0;
    }
    const operator = await operators.grant(email, new Date());
    if (operator === null) return fail(`There is no account with the address ${email}; sign up first`);
    say(`${operator.email} (${operator.name}, account ${operator.accountId}) operates the platform from its next sign-in`);
    return 0;
  } finally {
    await database.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(line: string): number {
  process.stderr.write(`${line}\n`);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => (process.exitCode = fail(error instanceof Error ? error.message : String(error))),
);

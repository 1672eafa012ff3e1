import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WEBHOOK_EVENTS } from '@stead/contracts/notifications';
import { ROLE_SCOPES, type Role } from '@stead/contracts/workspaces';
import { toMermaid } from '@stead/platform/machine';
import { notificationsEnv } from './config';
import { deliveryTransitions } from './domain/delivery.machine';

const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');

describe('what the README says', () => {
  it('of the lifecycle of a delivery is the table that decides it', () => {
    expect(readme).toContain(toMermaid(deliveryTransitions, 'waiting'));
  });

  it('of events and settings names each of them', () => {
    const settings = Object.keys(notificationsEnv.shape).filter((name) => name.startsWith('WEBHOOK_'));
    for (const name of [...Object.keys(WEBHOOK_EVENTS), ...settings]) expect(readme).toContain(`\`${name}\``);
  });

  it('of who may read webhooks is what the roles allow', () => {
    const roles = (Object.keys(ROLE_SCOPES) as Role[]).filter((role) => ROLE_SCOPES[role].includes('webhooks:read'));
    expect(roles).toEqual(['owner', 'admin']);
  });
});

import fc from 'fast-check';
import { roleSchema } from '@stead/contracts/workspaces';
import { invitationState, managesMembers, mayManage, type Invitation } from './membership';

const role = fc.constantFrom(...roleSchema.options);
const roleOrNone = fc.option(role);

it('lets nobody but an owner touch an owner or make one', () => {
  fc.assert(
    fc.property(role, roleOrNone, roleOrNone, (by, from, to) => {
      if (by !== 'owner' && (from === 'owner' || to === 'owner')) expect(mayManage(by, from, to)).toBe(false);
    }),
  );
});

it('lets only those manage somebody who manage members at all', () => {
  fc.assert(
    fc.property(role, roleOrNone, roleOrNone, (by, from, to) => {
      if (mayManage(by, from, to)) expect(managesMembers(by)).toBe(true);
      if (by === 'owner') expect(mayManage(by, from, to)).toBe(true);
    }),
  );
});

const at = (iso: string): Date => new Date(iso);
const invitation: Invitation = {
  id: 'i',
  workspaceId: 'w',
  email: 'a@example.com',
  role: 'viewer',
  invitedBy: 'o',
  createdAt: at('2026-01-01T00:00:00Z'),
  expiresAt: at('2026-01-08T00:00:00Z'),
  acceptedAt: null,
  revokedAt: null,
};

it.each([
  ['open before its end', {}, '2026-01-07T23:59:59Z', 'open'],
  ['expired at its end', {}, '2026-01-08T00:00:00Z', 'expired'],
  ['accepted, however long ago', { acceptedAt: at('2026-01-02T00:00:00Z') }, '2027-01-01T00:00:00Z', 'accepted'],
  ['revoked', { revokedAt: at('2026-01-02T00:00:00Z') }, '2026-01-03T00:00:00Z', 'revoked'],
] as const)('calls an invitation %s', (_case, change, now, state) => {
  expect(invitationState({ ...invitation, ...change }, at(now))).toBe(state);
});

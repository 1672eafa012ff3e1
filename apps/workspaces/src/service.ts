import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { loop } from '@stead/platform/lifecycle';
import { provide, provideValue } from '@stead/platform/nest';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import { Outbox } from '@stead/platform/outbox';
import { Vault } from '@stead/platform/sealed-objects';
import { Guesses, RedisGuesses } from '@stead/platform/passwords';
import type { ServiceParts, ServiceSpec } from '@stead/platform/service';
import { AccountsController } from './adapters/http/accounts.controller';
import { ApiKeysController } from './adapters/http/api-keys.controller';
import { CapturesController } from './adapters/http/captures.controller';
import { InvitationsController } from './adapters/http/invitations.controller';
import { MembersController } from './adapters/http/members.controller';
import { PlatformWorkspacesController } from './adapters/http/platform-workspaces.controller';
import { WorkspacesController } from './adapters/http/workspaces.controller';
import { CapturesProcessor } from './adapters/jobs/captures.processor';
import { PostgresAccountStore, PostgresApiKeyStore } from './adapters/postgres/account.store';
import { PostgresCaptureStore } from './adapters/postgres/capture.store';
import { PostgresInvitationStore } from './adapters/postgres/invitation.store';
import { PostgresMemberStore } from './adapters/postgres/member.store';
import { PostgresSweepStore } from './adapters/postgres/sweep.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { PostgresWorkspaceStore } from './adapters/postgres/workspace.store';
import { ChildFileProbe } from './adapters/probe/child-file-probe';
import { RedisRevocations } from './adapters/redis-revocations';
import { AccessTokens } from './application/access-tokens';
import { AccountStore } from './application/account-ports';
import { ApiKeys } from './application/api-keys';
import { CaptureSeals } from './application/capture-seals';
import { CommitCapture } from './application/commit-capture';
import { CreateCapture } from './application/create-capture';
import { EraseOriginals } from './application/erase-originals';
import { Invitations } from './application/invitations';
import { InvitationStore, MemberStore, WorkspaceStore } from './application/member-ports';
import { Members } from './application/members';
import { CaptureStore, type FileProbe, UnitOfWork } from './application/ports';
import { ProbeCapture } from './application/probe-capture';
import { Sessions } from './application/sessions';
import { Sweep } from './application/sweep';
import { UploadFiles } from './application/upload-files';
import { Workspaces } from './application/workspaces';
import type { WorkspacesConfig } from './config';

type Parts = ServiceParts<WorkspacesConfig>;
const CONTROLLERS = [
  AccountsController,
  ApiKeysController,
  WorkspacesController,
  MembersController,
  InvitationsController,
  CapturesController,
  PlatformWorkspacesController,
];
const RECONCILE_MS = 15_000;
const SWEEP_MS = 10 * 60_000;
const STALLED_S = 90;
const STALLED_BATCH = 20;

class WorkspacesApiModule {}
class WorkspacesWorkerModule {}

export const workspacesService: ServiceSpec<WorkspacesConfig> = {
  name: 'workspaces',
  schema: 'workspaces',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  background: async (parts) => {
    await storeOf(parts).ensureBucket();
    const probe = probeOf(parts);
    const captures = new PostgresCaptureStore(parts.worker);
    // The safety net: a probe whose message or worker was lost.
    const reconciler = loop('stalled probes', parts.logger, RECONCILE_MS, async () => {
      for (const { workspaceId, id, revision } of await captures.stalled(STALLED_S, STALLED_BATCH)) {
        parts.logger.warn({ captureId: id }, 'probing again a capture that stalled');
        await probe.run(workspaceId, id, revision);
      }
    });
    const erasure = erasureOf(parts);
    const eraser = loop('half-done erasures', parts.logger, RECONCILE_MS, async () => {
      for (const { workspaceId, id } of await captures.halfErased(STALLED_S, STALLED_BATCH)) {
        parts.logger.warn({ captureId: id }, 'erasing again what was cut off');
        await erasure.run(workspaceId, id);
      }
    });
    const sweep = new Sweep(new PostgresSweepStore(parts.worker), captures, storeOf(parts), parts.outbox);
    const sweeper = loop('sweep', parts.logger, SWEEP_MS, async () => {
      const { more, ...swept } = await sweep.run();
      if (Object.values(swept).some((count) => count > 0)) parts.logger.info(swept, 'swept');
      return more;
    });
    return [
      { name: 'stalled probes', stop: () => reconciler.stop() },
      { name: 'half-done erasures', stop: () => eraser.stop() },
      { name: 'sweep', stop: () => sweeper.stop() },
    ];
  },
};

/** For whoever makes an account outside HTTP: the demo of a first start. */
export function accountsOf(parts: Parts): { sessions: Sessions; apiKeys: ApiKeys } {
  const work = new PostgresUnitOfWork(parts.worker);
  return {
    sessions: new Sessions(
      new PostgresAccountStore(parts.worker),
      new AccessTokens(parts.config.ACCESS_TOKEN_KEY),
      attemptsOf(parts),
      parts.clock,
    ),
    apiKeys: new ApiKeys(
      work,
      new PostgresApiKeyStore(parts.worker),
      new RedisRevocations(parts.redis),
      parts.clock,
      parts.config.API_KEY_PEPPER,
    ),
  };
}

function apiModule(parts: Parts): DynamicModule {
  const work = new PostgresUnitOfWork(parts.api);
  return {
    module: WorkspacesApiModule,
    controllers: CONTROLLERS,
    providers: [
      provideValue(UnitOfWork, work),
      provideValue(Clock, parts.clock),
      provideValue(Outbox, parts.outbox),
      provideValue(ObjectStore, storeOf(parts)),
      provideValue(CaptureSeals, sealsOf(parts)),
      provideValue(CaptureStore, new PostgresCaptureStore(null)),
      provideValue(AccountStore, new PostgresAccountStore(parts.worker)),
      provideValue(AccessTokens, new AccessTokens(parts.config.ACCESS_TOKEN_KEY)),
      provideValue(
        ApiKeys,
        new ApiKeys(
          work,
          new PostgresApiKeyStore(parts.worker),
          new RedisRevocations(parts.redis),
          parts.clock,
          parts.config.API_KEY_PEPPER,
        ),
      ),
      provideValue(WorkspaceStore, new PostgresWorkspaceStore(parts.worker)),
      provideValue(MemberStore, new PostgresMemberStore()),
      provideValue(InvitationStore, new PostgresInvitationStore(parts.worker)),
      provide(Workspaces, UnitOfWork, WorkspaceStore, CaptureStore, AccountStore),
      provide(Members, UnitOfWork, WorkspaceStore, MemberStore, InvitationStore),
      provide(Invitations, UnitOfWork, WorkspaceStore, MemberStore, InvitationStore, AccountStore, Clock),
      provideValue(Guesses, attemptsOf(parts)),
      provide(Sessions, AccountStore, AccessTokens, Guesses, Clock),
      provide(CreateCapture, UnitOfWork, CaptureStore, Clock),
      provide(UploadFiles, UnitOfWork, CaptureStore, ObjectStore, CaptureSeals),
      provide(CommitCapture, UnitOfWork, CaptureStore, ObjectStore, Outbox),
    ],
  };
}

function workerModule(parts: Parts): DynamicModule {
  return {
    module: WorkspacesWorkerModule,
    controllers: [CapturesProcessor],
    providers: [provideValue(ProbeCapture, probeOf(parts)), provideValue(EraseOriginals, erasureOf(parts))],
  };
}

function probeOf(parts: Parts): ProbeCapture {
  const probe: FileProbe & { stop(): void } = new ChildFileProbe();
  parts.onClose(() => Promise.resolve(probe.stop()));
  return new ProbeCapture(
    new PostgresUnitOfWork(parts.worker),
    new PostgresCaptureStore(parts.worker),
    storeOf(parts),
    sealsOf(parts),
    probe,
    parts.outbox,
  );
}

function sealsOf(parts: Parts): CaptureSeals {
  return new CaptureSeals(storeOf(parts), new Vault(parts.config.VAULT_KEY));
}

function erasureOf(parts: Parts): EraseOriginals {
  return new EraseOriginals(
    new PostgresUnitOfWork(parts.worker),
    new PostgresCaptureStore(parts.worker),
    storeOf(parts),
    parts.outbox,
    parts.clock,
  );
}

function attemptsOf(parts: Parts): Guesses {
  const attempts = new RedisGuesses(parts.redis, parts.logger, 'sign-in');
  parts.onClose(() => Promise.resolve(attempts.close()));
  return attempts;
}

function storeOf(parts: Parts): ObjectStore {
  return new S3ObjectStore(parts.config.objectStore);
}

/** Where bytes live in the object store: keys derived from ids, and nothing else (DESIGN §4.5). No key holds a user's text. */
const capture = (workspaceId: string, captureId: string): string => `workspaces/${workspaceId}/captures/${captureId}`;
const run = (workspaceId: string, runId: string): string => `workspaces/${workspaceId}/runs/${runId}`;
const epoch = (workspaceId: string, runId: string, number: number): string => `${run(workspaceId, runId)}/e${number}`;

export const keys = {
  /** Uploads land here and are moved when they are verified. */
  quarantineFile: (ws: string, cap: string, fileId: string): string => `quarantine/${ws}/${cap}/${fileId}`,
  workspacePrefix: (ws: string): string => `workspaces/${ws}/`,
  quarantinePrefix: (ws: string, cap: string): string => `quarantine/${ws}/${cap}/`,
  capturePrefix: (ws: string, cap: string): string => `${capture(ws, cap)}/`,
  captureFile: (ws: string, cap: string, fileId: string): string => `${capture(ws, cap)}/files/${fileId}`,
  captureManifest: (ws: string, cap: string): string => `${capture(ws, cap)}/manifest.json`,
  /** The capture's own key, sealed: without it nothing under `sealed` can be read. */
  captureSeal: (ws: string, cap: string): string => `${capture(ws, cap)}/seal.json`,
  /** What a run with the entrypoint `redaction` is to do. */
  redactionPlan: (ws: string, runId: string): string => `${run(ws, runId)}/redaction.json`,
  runPrefix: (ws: string, runId: string): string => `${run(ws, runId)}/`,
  epochPrefix: (ws: string, runId: string, n: number): string => `${epoch(ws, runId, n)}/`,
  workPrefix: (ws: string, runId: string, n: number): string => `${epoch(ws, runId, n)}/work/`,
  stepPrefix: (ws: string, runId: string, n: number, step: string): string => `${epoch(ws, runId, n)}/work/${step}/`,
  stepFile: (ws: string, runId: string, n: number, step: string, path: string): string =>
    `${epoch(ws, runId, n)}/work/${step}/${path}`,
  stepRecord: (ws: string, runId: string, n: number, step: string): string => `${epoch(ws, runId, n)}/steps/${step}.json`,
  stepFailure: (ws: string, runId: string, n: number, step: string): string =>
    `${epoch(ws, runId, n)}/steps/${step}.failure.json`,
  stepLog: (ws: string, runId: string, n: number, step: string): string => `${epoch(ws, runId, n)}/logs/${step}.log`,
  bundlePrefix: (ws: string, runId: string, n: number): string => `${epoch(ws, runId, n)}/bundle/`,
  bundleManifest: (ws: string, runId: string, n: number): string => `${epoch(ws, runId, n)}/bundle/manifest.json`,
} as const;

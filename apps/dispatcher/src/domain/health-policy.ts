/** What an operator sets. Milliseconds throughout. */
export interface HealthTimings {
  /** From one `/readyz` to the next, answered or not. */
  probeMs: number;
  /** A probe without an answer counts as late from half of this on. Its answer still counts when it comes. */
  probeTimeoutMs: number;
  /** Without any sign of life for this long, a cluster is gone: waiting work goes elsewhere, running work is uncertain. */
  openAfterMs: number;
  /** Answers without a gap before a cluster that was gone gets a trial run. */
  closeAfterMs: number;
  /** From one synthetic write to the next. */
  writeProbeMs: number;
  /** A workflow that no controller has looked at for this long: Argo is down there. */
  controllerSilentMs: number;
}

export interface HealthPolicy extends HealthTimings {
  /** How often the clock is looked at, and how often a cluster is asked while an answer is late. */
  tickMs: number;
  /** Probes that may wait for their answers at a time. */
  probesMax: number;
  /** A gap between two looks at the clock that is longer than this was our own: nobody listened, so it is nobody's silence. */
  pauseMs: number;
  /** Intervals between answers that are remembered. */
  windowMax: number;
  /** A very regular history must not make a small delay look like a death. */
  deviationMinMs: number;
  suspectPhi: number;
  openPhi: number;
  /** Never suspect before this (one lost probe is nothing), always after `suspectMaxMs` without an answer. */
  suspectAfterMs: number;
  suspectMaxMs: number;
  /** However irregular the history, a silence as long as this is an outage. */
  openMaxMs: number;
  /** A suspicion lasts seconds. One that lasts this long is a cluster that answers now and then. */
  unsteadyAfterMs: number;
  /** Answers without a gap that end a suspicion or a refusal. */
  steadyMs: number;
  /** Each fall soon after the last doubles the wait for the next trial, up to this. */
  holdMaxMs: number;
  /** Every such time without a fall halves it again. */
  calmMs: number;
  /** Synthetic writes in a row that fail before the cluster gets no work; as many real ones do the same. */
  writeFailuresMax: number;
  /** For how long real ones that failed are held against it: longer than from one try of a submission to the next. */
  submissionsMs: number;
}

/**
 * The rest follows from the timings. φ 5 and 8: with the least deviation they are 4.3 and 5.6 deviations beyond the mean, so one
 * false suspicion in 10⁵ answers of a regular cluster. At the defaults a hard death is known after at most `openMaxMs` and one
 * look at the clock: 11.5 s.
 */
export function healthPolicy(timings: HealthTimings): HealthPolicy {
  const { probeMs, probeTimeoutMs, openAfterMs, closeAfterMs } = timings;
  const tickMs = Math.max(20, Math.round(probeMs / 8));
  const suspectAfterMs = probeMs + Math.max(probeMs, probeTimeoutMs);
  return {
    ...timings,
    tickMs,
    probesMax: 32,
    pauseMs: Math.max(probeMs, 4 * tickMs),
    windowMax: 100,
    deviationMinMs: Math.max(probeMs, probeTimeoutMs) / 4,
    suspectPhi: 5,
    openPhi: 8,
    suspectAfterMs: Math.min(suspectAfterMs, openAfterMs),
    suspectMaxMs: Math.min(1.5 * suspectAfterMs, openAfterMs),
    openMaxMs: 1.25 * openAfterMs,
    unsteadyAfterMs: 3 * openAfterMs,
    steadyMs: 3 * probeMs,
    holdMaxMs: Math.max(300_000, closeAfterMs),
    calmMs: 60 * closeAfterMs,
    writeFailuresMax: 4,
    submissionsMs: 3 * openAfterMs,
  };
}

export const DEFAULT_HEALTH_POLICY: HealthPolicy = healthPolicy({
  probeMs: 2_000,
  probeTimeoutMs: 2_000,
  openAfterMs: 9_000,
  closeAfterMs: 10_000,
  writeProbeMs: 15_000,
  controllerSilentMs: 60_000,
});

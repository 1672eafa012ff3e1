import type { RunSummaryView, RunView } from '@stead/contracts/dispatcher';
import type { SteadClient } from '@stead/web/api-client';
import type { Print } from '../print';
import { duration } from '../progress-line';

export async function listRuns(client: SteadClient, json: boolean, print: Print): Promise<void> {
  const page = await client.get<{ items: RunSummaryView[]; next: string | null }>('/v1/runs');
  if (json) return print(JSON.stringify(page));
  for (const run of page.items) {
    print(
      `${run.id}  ${run.state.padEnd(11)} ${String(Math.round(run.percent)).padStart(3)} %  ${(run.cluster ?? '-').padEnd(8)} ${run.title}`,
    );
  }
  if (page.items.length === 0) print('No runs yet.');
}

export async function showRun(client: SteadClient, runId: string, json: boolean, print: Print): Promise<void> {
  const run = await client.get<RunView>(`/v1/runs/${runId}`);
  if (json) return print(JSON.stringify(run));
  print(`${run.title}: ${run.state}, ${Math.round(run.percent)} %${run.etaS === null ? '' : `, ${duration(run.etaS)} left`}`);
  if (run.why !== null) print(`${run.cluster ?? 'waiting'}: ${run.why}`);
  for (const step of run.steps)
    print(`  ${step.name.padEnd(14)} ${step.state.padEnd(10)} ${step.seconds === null ? '' : `${step.seconds.toFixed(1)} s`}`);
  if (run.failure !== null) for (const line of [run.failure.detail, ...run.failure.advice]) print(line);
}

export async function printLogs(client: SteadClient, runId: string, step: string | undefined, print: Print): Promise<void> {
  print(await client.text(`/v1/runs/${runId}/logs${step === undefined ? '' : `?step=${encodeURIComponent(step)}`}`));
}

export async function cancelRun(client: SteadClient, runId: string, json: boolean, print: Print): Promise<void> {
  const run = await client.post<RunView>(`/v1/runs/${runId}/cancel`);
  print(json ? JSON.stringify(run) : `${runId} is being cancelled.`);
}

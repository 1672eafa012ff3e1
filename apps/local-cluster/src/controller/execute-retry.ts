import type { NodeStatus } from '../objects/workflow';
import type { Template } from '../objects/workflow-spec';
import type { Call, Execution } from './execution';
import { mayStartPod } from './execute-pod';
import type { NodeBook } from './node-book';
import { isFulfilled } from './node-phase';
import { decideRetry, type Try } from './retry';
import { inputsOf } from './template-inputs';

/** A node for the whole, and one below it for each try: `<name>(0)`, `<name>(1)`. */
export function executeWithRetry(run: Execution, call: Call, template: Template): NodeStatus | undefined {
  const { book } = run;
  const tries = triesOf(book, call.name);
  const last = tries.at(-1);
  if (last !== undefined && !isFulfilled(last.phase)) run.execute(run, tryCall(call, tries.length - 1));
  const now = triesOf(book, call.name);
  const latest = now.at(-1);
  if (latest !== undefined && !isFulfilled(latest.phase)) return book.get(call.name);

  const strategy = template.retryStrategy ?? {};
  const decision = decideRetry(strategy, now.map(asTry), run.now, run.stopped);
  if (decision.kind === 'try') {
    if (book.get(call.name) === undefined && !mayStartPod(run, call.boundary, template)) return undefined;
    if (book.get(call.name) === undefined) {
      book.add({
        ...call,
        type: 'Retry',
        templateName: template.name,
        boundaryID: call.boundary?.id,
        inputs: inputsOf(template, call.given),
      });
    }
    const next = run.execute(run, tryCall(call, now.length));
    if (next !== undefined) book.addChild(call.name, next.name);
    // A try that could not even start has ended already; what follows from that is decided at once.
    return next !== undefined && isFulfilled(next.phase) && now.length < TRIES_MAX
      ? executeWithRetry(run, call, template)
      : book.get(call.name);
  }
  if (book.get(call.name) === undefined) return undefined;
  if (decision.kind === 'wait') {
    run.wakeAt(decision.untilMs);
    book.note(call.name, { message: decision.message });
    return book.get(call.name);
  }
  if (latest?.outputs !== undefined) book.note(call.name, { outputs: latest.outputs });
  const event = ({ Succeeded: 'succeed', Skipped: 'succeed', Failed: 'fail', Error: 'error' } as const)[decision.phase];
  return book.mark(call.name, event, decision.message === '' ? undefined : decision.message);
}

const TRIES_MAX = 1_000;

function tryCall(call: Call, number: number): Call {
  return {
    ...call,
    name: `${call.name}(${number})`,
    displayName: `${call.displayName}(${number})`,
    isRetry: true,
    tryNumber: number,
  };
}

function triesOf(book: NodeBook, name: string): NodeStatus[] {
  const tries: NodeStatus[] = [];
  for (let number = 0; number < TRIES_MAX; number += 1) {
    const node = book.get(`${name}(${number})`);
    if (node === undefined) return tries;
    tries.push(node);
  }
  return tries;
}

function asTry(node: NodeStatus): Try {
  return {
    phase: node.phase,
    message: node.message ?? '',
    exitCode: node.outputs?.exitCode ?? null,
    startedAtMs: Date.parse(node.startedAt ?? ''),
    finishedAtMs: Date.parse(node.finishedAt ?? ''),
  };
}

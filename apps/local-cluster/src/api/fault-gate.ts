import type { ServerResponse } from 'node:http';
import type { Fault, Faults } from '../faults/faults';
import { ApiError } from './api-error';

const DELAY_MS = 1_000;

/** What faults do to a request before it is looked at. False when it is to have no answer. */
export async function passFaults(faults: Faults, verb: string, resource: string, response: ServerResponse): Promise<boolean> {
  if (faults.strike(['refuse'], verb, resource) !== null) {
    response.socket?.destroy();
    return false;
  }
  const delay = faults.strike(['delay'], verb, resource);
  if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay.delayMs ?? DELAY_MS));
  const hang = faults.strike(['hang'], verb, resource);
  if (hang !== null) await untilLifted(faults, hang, response);
  if (response.destroyed) return false;
  if (faults.strike(['status5xx'], verb, resource) !== null) {
    throw new ApiError('ServiceUnavailable', 'etcdserver: request timed out (a fault on demand)');
  }
  const patience = faults.strike(['status429'], verb, resource);
  if (patience !== null) {
    throw new ApiError('TooManyRequests', 'too many requests, please try again later (a fault on demand)', {
      retryAfterSeconds: patience.retryAfterS ?? 1,
    });
  }
  return true;
}

/** Says nothing, as a server that is stopped does, until the fault is over or the client has gone. */
function untilLifted(faults: Faults, fault: Fault, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!response.destroyed && !faults.isLifted(fault)) return;
      unsubscribe();
      response.off('close', look);
      resolve();
    };
    const unsubscribe = faults.onChange(look);
    response.on('close', look);
  });
}

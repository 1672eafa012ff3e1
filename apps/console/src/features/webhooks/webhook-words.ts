import { featureWords } from '../../app/feature-words';
import type { Delivery, EventType } from './queries';
import { english, korean, type WebhookWords } from './words';

export const useWebhookWords = featureWords<WebhookWords>('webhooks', { en: english, ko: korean });

type Outcome = Delivery['tries'][number]['outcome'];

/** What each event is called. The compiler refuses a type of event without a word. */
export const EVENT_WORDS: Record<EventType, keyof WebhookWords> = {
  'capture.verified': 'captureVerified',
  'capture.rejected': 'captureRejected',
  'run.succeeded': 'runSucceeded',
  'run.failed': 'runFailed',
  'run.cancelled': 'runCancelled',
  'map-version.ready': 'versionReady',
  'map-version.failed': 'versionFailed',
  'space-map.deleted': 'mapDeleted',
  'publication.published': 'published',
  'publication.updated': 'updated',
  'publication.unpublished': 'unpublished',
  'blur-request.received': 'requestReceived',
};
export const EVENT_TYPES = Object.keys(EVENT_WORDS) as EventType[]; // its own keys

export const OUTCOME_WORDS: Record<Outcome, keyof WebhookWords> = {
  sending: 'outSending',
  delivered: 'outDelivered',
  status: 'outStatus',
  redirect: 'outRedirect',
  gone: 'outGone',
  timeout: 'outTimeout',
  'address-refused': 'outAddress',
  connection: 'outConnection',
  unsigned: 'outUnsigned',
  lost: 'outLost',
};

/** Of a delivery: a test event is one, too, and one that is not known here any more has its own name. */
function eventWord(type: string): keyof WebhookWords | null {
  if (type === 'webhook.test') return 'testEvent';
  return EVENT_WORDS[type as EventType] ?? null; // null where it is none of them
}

export function named(type: string, t: (key: keyof WebhookWords) => string): string {
  const word = eventWord(type);
  return word === null ? type : t(word);
}

import './requests.css';
import type { BlurRequestStatus } from '@stead/contracts/studio';
import { h } from '../contents/dom';
import type { Page } from '../page';
import { fill } from '../words';
import { dayText } from './ask-pages';
import { BlurRequests, type RequestAnswer } from './request-api';
import { REQUEST_WORDS, STATE_WORDS } from './words';

/** `?request=<id>`: what has become of a request. It is shown whether the place opens or not. */
export function openRequest(page: Page, id: string, requests = new BlurRequests()): void {
  const title = h('h2', { id: 'request-title', tabindex: -1 });
  const body = h('div', { class: 'ask', role: 'status' });
  const close = h('button', { type: 'button', click: () => dialog.close() });
  const retry = h('button', { type: 'button', hidden: true, click: () => void read() });
  const dialog = h(
    'dialog',
    { id: 'request', 'aria-labelledby': 'request-title' },
    title,
    body,
    h('div', { class: 'row' }, retry, close),
  );
  let answer: RequestAnswer | null = null;
  const write = (): void => {
    const words = REQUEST_WORDS[page.language];
    title.textContent = words.statusTitle;
    close.textContent = words.close;
    retry.textContent = words.retry;
    retry.hidden = answer === null || answer.kind === 'known' || answer.kind === 'not-found';
    if (answer === null) body.replaceChildren(h('p', {}, words.loading));
    else if (answer.kind === 'known') body.replaceChildren(...known(answer.status, page));
    else body.replaceChildren(h('p', {}, answer.kind === 'not-found' ? words.noSuch : words.statusUnreachable));
  };
  const read = async (): Promise<void> => {
    answer = null;
    write();
    answer = await requests.read(id);
    write();
  };
  const spoken = page.onLanguage(write);
  dialog.addEventListener('close', () => {
    spoken();
    dialog.remove();
  });
  document.body.append(dialog);
  void read();
  dialog.showModal();
  title.focus();
}

function known({ state, receivedAt, answerBy, answeredAt, answer }: BlurRequestStatus, { language }: Page): HTMLElement[] {
  const words = REQUEST_WORDS[language];
  const row = (term: string, value: string): HTMLElement[] => [h('dt', {}, term), h('dd', {}, value)];
  const facts = [
    ...row(words.receivedAt, dayText(receivedAt, language)),
    ...(answeredAt === null ? [] : row(words.answeredAt, dayText(answeredAt, language))),
    ...(answer === null ? [] : row(words.answer, answer)),
  ];
  return [
    h('p', {}, h('strong', {}, words[STATE_WORDS[state]])),
    ...(state === 'received' ? [h('p', {}, fill(words.promised, { day: dayText(answerBy, language) }))] : []),
    h('dl', {}, ...facts),
  ];
}

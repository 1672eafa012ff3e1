import type { BlurRequestStatus } from '@stead/contracts/studio';
import { h } from '../contents/dom';
import type { PanelPage } from '../contents/panel';
import type { Language } from '../words';
import type { Ask } from './ask';
import { addressOf, NOTE_CHARS_MAX, type Draft, type Field } from './draft';
import { WHATS } from './words';

type Shown = Pick<PanelPage, 'body' | 'focus'>;

/** The form. Whatever is typed is kept in the draft at once: the page is written anew with each change of language or place. */
export function askForm(ask: Ask): Shown {
  const { words, draft, state } = ask;
  const wrong = state.kind === 'asking' ? state.wrong : null;
  const problem = state.kind === 'asking' ? state.problem : null;
  const what = h('select', { id: 'ask-what' }, ...WHATS.map((value) => h('option', { value }, words[`what-${value}`])));
  what.value = draft.what;
  what.addEventListener('change', () => (draft.what = what.value as Draft['what'])); // one of those above
  const note = h('textarea', { id: 'ask-note', rows: 3, maxlength: NOTE_CHARS_MAX, ...described('note', wrong) });
  note.value = draft.note;
  note.addEventListener('input', () => (draft.note = note.value));
  const contact = h('input', {
    id: 'ask-contact',
    type: 'email',
    autocomplete: 'email',
    maxlength: 320,
    ...described('contact', wrong),
  });
  contact.value = draft.contact;
  contact.addEventListener('input', () => (draft.contact = contact.value));
  const sending = state.kind === 'sending';
  const submit = h('button', { type: 'submit', class: 'primary', disabled: sending }, sending ? words.sending : words.send);
  const form = h(
    'form',
    { class: 'ask', novalidate: true },
    h('p', {}, words.intro),
    place(ask),
    field(what, words.what),
    field(note, words.note, words.noteHint, wrong === 'note' ? words.noteNeeded : null),
    field(contact, words.contact, words.contactHint, wrong === 'contact' ? words.contactWrong : null),
    problem === null ? null : h('p', { class: 'wrong', role: 'alert' }, ask.reasonOf(problem)),
    submit,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask.send();
  });
  const fields: Record<Field, HTMLElement | null> = { note, contact, place: form.querySelector<HTMLElement>('.ask-middle') };
  const first = wrong === null ? null : fields[wrong];
  return { body: form, ...(first === null ? (problem === null ? {} : { focus: submit }) : { focus: first }) };
}

/** What is meant, said as well as marked. */
function place(ask: Ask): HTMLElement {
  const { words, where } = ask;
  if (!where.seen) return h('p', { class: 'ask-place' }, words.placeStart);
  const text = where.place === null ? words.placeNone : `${words.placeAt} ${words.placeHow}`;
  const button = h('button', { type: 'button', class: 'ask-middle', click: () => ask.takeMiddle() }, words.takeMiddle);
  return h('div', { class: 'ask-place' }, h('p', { role: where.place === null ? 'alert' : 'status' }, text), button);
}

function described(name: Field, wrong: Field | null): Record<string, string | boolean> {
  return { 'aria-describedby': `ask-${name}-hint ask-${name}-wrong`, 'aria-invalid': String(wrong === name) };
}

function field(control: HTMLElement, label: string, hint: string | null = null, wrong: string | null = null): HTMLElement {
  return h(
    'div',
    { class: 'ask-field' },
    h('label', { for: control.id }, label),
    hint === null ? null : h('p', { class: 'quiet', id: `${control.id}-hint` }, hint),
    // Above the field: below it, it would lie under the edge of the panel when the field has the focus.
    wrong === null ? null : h('p', { class: 'wrong', role: 'alert', id: `${control.id}-wrong` }, wrong),
    control,
  );
}

/** Where to look for the answer, and until when it is promised. */
export function sentBody(ask: Ask, status: BlurRequestStatus): Shown {
  const { words } = ask;
  const address = h('input', { id: 'ask-address', readonly: true, value: addressOf(status.id, location) });
  const told = h('p', { role: 'status' });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(address.value);
      told.textContent = words.copied;
    } catch {
      // Not given to pages without TLS or in a frame, or refused by whoever was asked.
      address.focus();
      address.select();
      told.textContent = words.copyByHand;
    }
  };
  const body = h(
    'div',
    { class: 'ask' },
    h('p', {}, h('strong', {}, ask.promise(status))),
    h('p', {}, words.keep),
    field(address, words.address),
    h('button', { type: 'button', class: 'primary', click: () => void copy() }, words.copy),
    told,
  );
  return { body };
}

export function dayText(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(iso));
}

import { element } from './elements';
import { fill, type Words } from './words';

type State = { kind: 'ask' } | { kind: 'wrong' } | { kind: 'too-many'; waitS: number };

/** Asks for the password of a place. What is typed is sent once and kept nowhere. */
export class PasswordForm {
  private readonly form = element<HTMLFormElement>('password');
  private readonly field = element<HTMLInputElement>('password-field');
  private readonly button = element<HTMLButtonElement>('password-send');
  private state: State = { kind: 'ask' };
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly words: () => Words,
    onPassword: (password: string) => void,
  ) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.button.disabled) return;
      if (this.field.value === '') return this.field.focus();
      this.button.disabled = true;
      onPassword(this.field.value);
    });
  }

  get shown(): boolean {
    return !this.form.hidden;
  }

  show(state: State): void {
    this.form.hidden = false;
    this.state = state;
    this.write();
    clearTimeout(this.patience);
    this.button.disabled = state.kind === 'too-many';
    if (state.kind === 'too-many') this.patience = setTimeout(() => this.show({ kind: 'ask' }), state.waitS * 1000);
    this.field.focus();
    this.field.select();
  }

  /** Whoever is let in looks at the place next. */
  hide(): void {
    clearTimeout(this.patience);
    this.form.hidden = true;
    this.field.value = '';
  }

  write(): void {
    const { state } = this;
    const words = this.words();
    const error = element('password-error');
    if (state.kind === 'ask') error.textContent = '';
    else
      error.textContent =
        state.kind === 'wrong' ? words.passwordWrong : fill(words.tooManyText, { seconds: String(state.waitS) });
    this.field.setAttribute('aria-invalid', String(state.kind === 'wrong'));
  }
}

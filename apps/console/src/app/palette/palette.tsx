import { Modal, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState, type JSX, type KeyboardEvent } from 'react';
import { ProblemAlert } from '../feedback';
import { useFound, usePages, type Goal } from './goals';
import { usePaletteWords } from './palette-words';
import './palette.css';

const PAUSE_MS = 150;
const LIST = 'palette-list';
const idOf = (index: number): string => `palette-${index}`;

/** Everything that has a name, by a part of it: a combobox with a list that is always open (WAI-ARIA 1.2, "combobox"). */
export function Palette({ onClose }: { onClose: () => void }): JSX.Element {
  const { t } = usePaletteWords();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const asked = usePaused(typed);
  const pages = usePages(typed);
  const found = useFound(asked);
  const goals: Goal[] = [...pages, ...(found.data ?? [])];
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const chosen = Math.min(at, goals.length - 1);
  useEffect(() => {
    // Some browsers answer with a promise, which is no way to end an effect.
    void list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const go = (goal: Goal | undefined): void => {
    if (goal === undefined) return;
    onClose();
    void navigate({ href: goal.href });
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && goals.length > 0) setAt((chosen + step + goals.length) % goals.length);
    else if (event.key === 'Home' && typed === '') setAt(0);
    // While a Korean syllable is being put together, Enter ends it and chooses nothing.
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) go(goals[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} title={t('title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <TextInput
        data-autofocus
        role="combobox"
        aria-label={t('what')}
        aria-expanded
        aria-controls={LIST}
        aria-activedescendant={goals.length > 0 ? idOf(chosen) : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={t('what')}
        value={typed}
        maxLength={200}
        onChange={({ currentTarget: { value } }) => {
          setTyped(value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ProblemAlert error={found.error} />
      <ul id={LIST} ref={list} role="listbox" aria-label={t('results')} className="palette-list">
        {goals.map(({ kind, name, href }, i) => (
          // The keyboard is the input's; the mouse may click all the same.
          <li
            key={href}
            id={idOf(i)}
            role="option"
            aria-selected={i === chosen}
            className="palette-goal"
            onClick={() => go(goals[i])}
            onMouseMove={() => setAt(i)}
          >
            <span>{name}</span>
            <span className="palette-kind">{t(kind)}</span>
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed" role="status">
        {found.isFetching ? t('searching') : goals.length === 0 ? t('nothing') : t('found', { count: goals.length })}
      </Text>
      <Text size="xs" c="dimmed">
        {t('keys')}
      </Text>
    </Modal>
  );
}

/** What was typed, once somebody has stopped typing for a moment. */
function usePaused(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

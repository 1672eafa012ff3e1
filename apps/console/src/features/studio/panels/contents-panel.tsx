import { Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type JSX } from 'react';
import { KINDS, inOrder, moved } from '../model/arrange';
import { KIND_WORDS, nameOf, workedOut } from '../model/naming';
import type { Kind, SceneElement } from '../model/types';
import { useEdit, usePut, useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { AddElements } from './add-elements';
import { DeleteDialog } from './delete-dialog';

/** A list of thousands is not drawn at once. */
const SHOWN_FIRST = 50;

export function ContentsPanel(): JSX.Element {
  const words = useStudioWords();
  const { t, language } = words;
  const { kept, writes } = useStudio();
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLocaleLowerCase(language);
  const found = inOrder(kept.elements).filter(
    ({ element }) => wanted === '' || nameOf(element, kept.elements, words).toLocaleLowerCase(language).includes(wanted),
  );
  const attention = found.filter((one) => one.attention !== null);
  return (
    <Stack gap="sm">
      {writes && <AddElements />}
      <TextInput type="search" label={t('search')} value={search} onChange={({ currentTarget: { value } }) => setSearch(value)} />
      {kept.elements.length === 0 && <Text c="dimmed">{t('contentsNone')}</Text>}
      {kept.elements.length > 0 && found.length === 0 && <Text c="dimmed">{t('searchNone')}</Text>}
      {attention.length > 0 && <Rows title={t('attention')} rows={attention} movable={false} />}
      {KINDS.map((kind) => (
        <OfKind key={kind} kind={kind} found={found} movable={writes && wanted === ''} />
      ))}
    </Stack>
  );
}

function OfKind({ kind, found, movable }: { kind: Kind; found: readonly SceneElement[]; movable: boolean }): JSX.Element | null {
  const { t } = useStudioWords();
  const rows = found.filter(({ element }) => element.kind === kind);
  return rows.length === 0 ? null : <Rows title={`${t(KIND_WORDS[kind])} (${rows.length})`} rows={rows} movable={movable} />;
}

function Rows({ title, rows, movable }: { title: string; rows: readonly SceneElement[]; movable: boolean }): JSX.Element {
  const { t } = useStudioWords();
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN_FIRST);
  return (
    <section aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <ul className="plain-list studio-rows">
        {shown.map((one, i) => (
          <Row key={one.element.id} one={one} first={i === 0} last={i === rows.length - 1} movable={movable} />
        ))}
      </ul>
      {shown.length < rows.length && (
        <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
          {t('showAll', { count: rows.length })}
        </Button>
      )}
    </section>
  );
}

function Row({ one, first, last, movable }: { one: SceneElement; first: boolean; last: boolean; movable: boolean }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, select, selectedId, writes } = useStudio();
  const put = usePut();
  const edit = useEdit();
  const { element, derived, attention } = one;
  const [asked, setAsked] = useState(false);
  const name = nameOf(element, kept.elements, words);
  const fact = workedOut(derived, words);
  const step = (by: number): void => edit(...moved(kept.elements, element.id, by));
  return (
    <li className="studio-row" data-selected={element.id === selectedId ? '' : undefined}>
      <button type="button" className="studio-row-name" onClick={() => select(element.id)}>
        <span>{name}</span>
        {fact !== '' && <span className="studio-fact">{fact}</span>}
      </button>
      <Group gap={4} wrap="nowrap">
        {attention !== null && <Sign word={t('attention')} />}
        {kept.refused.has(element.id) && <Sign word={t('refusedSign')} />}
        {element.hidden && <Sign word={t('hiddenSign')} />}
        {movable && (
          <>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              className="studio-quiet"
              disabled={first}
              aria-label={t('upOf', { of: name })}
              onClick={() => step(-1)}
            >
              ↑
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              className="studio-quiet"
              disabled={last}
              aria-label={t('downOf', { of: name })}
              onClick={() => step(1)}
            >
              ↓
            </Button>
          </>
        )}
        {writes && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            className="studio-quiet"
            aria-label={t(element.hidden ? 'showOf' : 'hideOf', { of: name })}
            onClick={() => put({ ...element, hidden: !element.hidden })}
          >
            {t(element.hidden ? 'show' : 'hide')}
          </Button>
        )}
        {writes && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            className="studio-quiet"
            aria-label={t('deleteOf', { of: name })}
            onClick={() => setAsked(true)}
          >
            ✕
          </Button>
        )}
      </Group>
      {asked && <DeleteDialog element={element} onClose={() => setAsked(false)} />}
    </li>
  );
}

function Sign({ word }: { word: string }): JSX.Element {
  return (
    <Badge size="xs" color="yellow" variant="light" tt="none" styles={{ root: { color: 'var(--mantine-color-text)' } }}>
      {word}
    </Badge>
  );
}

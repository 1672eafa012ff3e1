import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState, type ClipboardEvent, type JSX } from 'react';
import { cleanHtml, safeAddress } from '../model/rich-text';
import type { Localised } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LANGUAGES, LANGUAGE_WORDS, withText, type ContentLanguage } from './fields';
import type { Problems } from './problems';

/** What browsers can do with a text that is edited, and what it is called here. */
const TOOLS = [
  ['bold', null, 'bold', 'B'],
  ['italic', null, 'italic', 'I'],
  ['underline', null, 'underline', 'U'],
  ['formatBlock', 'h3', 'heading', 'H'],
  ['formatBlock', 'p', 'paragraph', '¶'],
  ['formatBlock', 'blockquote', 'quote', '”'],
  ['insertUnorderedList', null, 'bullets', '•'],
  ['insertOrderedList', null, 'numbers', '#'],
  ['removeFormat', null, 'plain', '⌫'],
] as const;

/** A text of a few kinds of elements, in Korean and in English. */
export function RichTextFields({
  label,
  value,
  onChange,
  problems,
}: {
  label: string;
  value: Localised | null;
  onChange: (value: Localised | null) => void;
  problems: Problems;
}): JSX.Element {
  return (
    <>
      {LANGUAGES.map((language) => (
        <RichTextField
          key={language}
          {...{ label, language }}
          html={value?.[language] ?? ''}
          onChange={(html) => onChange(withText(value, language, html, null))}
          error={problems.at(`/text/${language}`) ?? problems.at('/text')}
        />
      ))}
    </>
  );
}

function RichTextField({
  label,
  language,
  html,
  onChange,
  error,
}: {
  label: string;
  language: ContentLanguage;
  html: string;
  onChange: (html: string) => void;
  error: string | undefined;
}): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const field = useRef<HTMLDivElement>(null);
  const name = `${label} (${t(LANGUAGE_WORDS[language])})`;
  useEffect(() => {
    const node = field.current;
    // Whoever is typing sees what they type, not what has become of it.
    if (node !== null && document.activeElement !== node && cleanHtml(node.innerHTML) !== cleanHtml(html))
      node.innerHTML = cleanHtml(html);
  }, [html]);
  const tell = (): void => {
    if (field.current !== null) onChange(cleanHtml(field.current.innerHTML));
  };
  const act = (command: string, argument?: string): void => {
    field.current?.focus();
    document.execCommand('defaultParagraphSeparator', false, 'p');
    document.execCommand(command, false, argument);
    tell();
  };
  const paste = (event: ClipboardEvent): void => {
    event.preventDefault();
    document.execCommand('insertText', false, event.clipboardData.getData('text/plain'));
  };
  return (
    <div>
      <Text size="sm" fw={500} component="div" aria-hidden="true">
        {name}
      </Text>
      {writes && <Tools name={name} onAct={act} field={field} />}
      <div
        ref={field}
        className="studio-text"
        contentEditable={writes}
        suppressContentEditableWarning
        role="textbox"
        tabIndex={0}
        aria-multiline="true"
        aria-label={name}
        aria-invalid={error !== undefined}
        aria-readonly={!writes}
        lang={language}
        onFocus={() => document.execCommand('defaultParagraphSeparator', false, 'p')}
        onInput={tell}
        onPaste={paste}
      />
      {error !== undefined && <FieldError>{error}</FieldError>}
    </div>
  );
}

function Tools({
  name,
  onAct,
  field,
}: {
  name: string;
  onAct: (command: string, argument?: string) => void;
  field: { readonly current: HTMLDivElement | null };
}): JSX.Element {
  const { t } = useStudioWords();
  const [asked, setAsked] = useState<{ range: Range | null; address: string } | null>(null);
  const link = (): void => {
    const address = asked === null ? null : safeAddress(asked.address);
    if (asked === null || address === null) return;
    field.current?.focus();
    if (asked.range !== null) {
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(asked.range);
    }
    if (getSelection()?.isCollapsed === true) onAct('insertText', address);
    else onAct('createLink', address);
    setAsked(null);
  };
  return (
    <>
      <Group gap={4} my={4} role="toolbar" aria-label={t('textTools', { name })}>
        {TOOLS.map(([command, argument, word, sign]) => (
          <Button
            key={word}
            size="compact-xs"
            variant="default"
            aria-label={t(word)}
            title={t(word)}
            onMouseDown={(event) => event.preventDefault()} // or the selection would be gone
            onClick={() => onAct(command, argument ?? undefined)}
          >
            <span aria-hidden="true">{sign}</span>
          </Button>
        ))}
        <Button
          size="compact-xs"
          variant="default"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setAsked({ range: rangeIn(field.current), address: '' })}
        >
          {t('link')}
        </Button>
      </Group>
      {asked !== null && (
        <Group gap="xs" mb={4} align="end" wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            autoFocus
            label={t('linkAddress')}
            placeholder="https://"
            value={asked.address}
            error={asked.address !== '' && safeAddress(asked.address) === null ? t('linkWrong') : undefined}
            onChange={(event) => setAsked({ ...asked, address: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') link();
              if (event.key === 'Escape') setAsked(null);
            }}
          />
          <Button size="xs" onClick={link}>
            {t('linkSet')}
          </Button>
        </Group>
      )}
    </>
  );
}

/** What is selected in the field. */
function rangeIn(field: HTMLElement | null): Range | null {
  const selection = getSelection();
  if (field === null || selection === null || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  return field.contains(range.commonAncestorContainer) ? range.cloneRange() : null;
}
